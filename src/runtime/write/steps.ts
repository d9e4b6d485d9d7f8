/** Writes of one call by name, so that a failure tells which of them it was. */
import { TableloomError } from '../errors.js';
import type { Write } from './writes.js';

/** A write among those of its call: its name, or else its place, from 1. */
export type Step = string | number;

/** The write, under a name: an error that is due to it has `extensions.step`. */
export function step<Result>(name: string, write: Write<Result>): Write<Result> {
  return { ...write, step: name };
}

/** What each of several writes is called; one alone is called nothing unless it has a name. */
export function stepOf(write: Write<unknown>, at: number, count: number): Step | undefined {
  return write.step ?? (count > 1 ? at + 1 : undefined);
}

/** The error, which tells the step; one that tells one already keeps it. */
export function ofStep<E>(error: E, step: Step | undefined): E {
  if (step !== undefined && error instanceof TableloomError && !('step' in error.extensions))
    error.extensions.step = step;
  return error;
}
