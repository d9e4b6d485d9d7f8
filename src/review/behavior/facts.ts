/**
 * What one part of a plan means for who sends a request, as facts. A record of readers has one for each property: a property
 * that is added to the plan does not compile until somebody says what it means.
 */

import type { WrittenValue } from '../../generator/plan/types/writes.js';

export interface Fact {
  /** By which the fact is found in the other revision: `sort`, `value of role`. */
  readonly topic: string;
  /** As it goes on behind "Now:" and "Before:". */
  readonly text: string;
  /** What the request gives it. */
  readonly values?: readonly WrittenValue[];
  /** It holds of what a request gives: with an argument that is gone, the API has said it. */
  readonly isInput?: true;
}

export type Reader<Value, Whole, Context> =
  /** It says how the answer is found, or the write is made, and not which. */
  | 'how'
  /** Another section, or another fact, says what a change of it means. */
  | 'elsewhere'
  | ((value: NonNullable<Value>, whole: Whole, context: Context) => readonly Fact[]);

export type Readers<Whole, Context> = {
  readonly [Name in keyof Required<Whole>]: Reader<Whole[Name], Whole, Context>;
};

export function factsOf<Whole extends object, Context>(
  readers: Readers<Whole, Context>,
  whole: Whole,
  context: Context,
): Fact[] {
  const names = Object.keys(readers) as (keyof Whole)[];
  const read = <Name extends keyof Whole>(name: Name): readonly Fact[] => {
    const reader: Reader<Whole[Name], Whole, Context> = readers[name];
    const value = whole[name];
    return typeof reader === 'string' || value === undefined || value === null
      ? []
      : reader(value, whole, context);
  };
  return names.flatMap((name) => read(name));
}

/** @param isKnown whether a request of before, or of after, can give all of these values */
export function differences(
  was: readonly Fact[],
  is: readonly Fact[],
  isKnown: {
    readonly before: (fact: Fact) => boolean;
    readonly after: (fact: Fact) => boolean;
  },
): string[] {
  const topics = [...new Set([...was, ...is].map(({ topic }) => topic))];
  return topics.flatMap((topic) => {
    const [old, now] = [was, is].map((facts) => facts.filter((one) => one.topic === topic));
    const [before, after] = [textOf(old), textOf(now)];
    if (before === after) return [];
    const isGone = old?.every((one) => one.isInput && !isKnown.after(one));
    const isNew = now?.every((one) => !isKnown.before(one));
    if (isGone && isNew) return [];
    if (after === '') return [`No longer: ${before}.`];
    if (before === '') return [`New: ${after}.`];
    return [`Now: ${after}. Before: ${before}.`];
  });
}

function textOf(facts: readonly Fact[] = []): string {
  return facts.map(({ text }) => text).join(', ');
}
