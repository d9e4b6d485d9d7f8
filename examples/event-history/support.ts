/** What the tests of this example share: the project on an engine, seeded chance, and texts that break delimiters. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll } from 'vitest';
import { Dice } from '../../test/support/dice.js';
import { generateProject } from '../../test/support/projects.js';
import { openProject, type Project } from '../../test/support/running.js';
import { createLoaders, createResolvers, tables, typeDefs } from './generated/index.js';
import * as rules from './src/rules/index.js';

/** The project over fresh tables, for all tests of a file. */
export function openExample(options: { readonly now?: () => Date } = {}): Promise<Project> {
  const generated = { typeDefs, tables, createLoaders, resolvers: createResolvers(rules) };
  return openProject(generated, afterAll, options);
}

/** Ids and names that hold what keys are put together with, or sort unlike they look. */
export const names = [
  'a',
  'a#b',
  'b#c',
  'c',
  '',
  '#',
  '$',
  ' ',
  '10',
  '9',
  'É',
  'é',
  'ß',
  '🏭',
  '🎉#1',
  '\u0000',
  '日本',
];

/** Ends of months, of days and of years, and moments next to one another. */
export const moments = [
  '2023-12-31T23:59:59.999Z',
  '2024-01-01T00:00:00.000Z',
  '2024-01-31T23:59:59.999Z',
  '2024-02-01T00:00:00.000Z',
  '2024-02-28T12:00:00.000Z',
  '2024-02-29T00:00:00.000Z',
  '2024-02-29T23:59:59.999Z',
  '2024-03-01T00:00:00.000Z',
  '2024-03-01T00:00:00.001Z',
  '2024-10-27T01:30:00.000Z',
];

/** Chance that is the same at every run. */
export class Chance extends Dice {
  /** Of ten times, so many. */
  is(ofTen: number): boolean {
    return this.below(10) < ofTen;
  }

  moment(): string {
    if (this.is(6)) return this.of(moments);
    return new Date(Date.UTC(2024, 0, 1) + this.below(90) * 864e5 + this.below(24) * 36e5).toISOString();
  }
}

/** The order of DynamoDB's keys: of text by bytes, of numbers by value. Fields by turns. */
export function ordered<R extends object>(
  rows: readonly R[],
  fields: readonly (keyof R)[],
  descending = false,
): R[] {
  const by = (a: R, b: R): number => {
    for (const field of fields) {
      const [left, right] = [a[field], b[field]];
      const order =
        typeof left === 'number'
          ? left - Number(right)
          : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
      if (order !== 0) return order;
    }
    return 0;
  };
  const sorted = [...rows].sort(by);
  return descending ? sorted.reverse() : sorted;
}

/** The diagnostics of this project with a part of its access patterns replaced. */
export async function refusalOf(part: string, replacement: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'event-history-'));
  try {
    const home = 'examples/event-history';
    cpSync(join(home, 'schema'), join(folder, 'schema'), { recursive: true });
    const text = readFileSync(join(home, 'access-patterns.yaml'), 'utf8');
    if (!text.includes(part)) throw new Error(`access-patterns.yaml does not hold ${part}`);
    writeFileSync(join(folder, 'access-patterns.yaml'), text.replace(part, replacement));
    await generateProject(relative(process.cwd(), folder));
    return 'nothing was refused';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
