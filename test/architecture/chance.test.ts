/** A test gives the same answer at every run and on every machine: it measures no time, and its chance has a seed. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { typescriptBelow } from './sources.js';

const kinds = [
  {
    kind: 'chance without a seed',
    instead: '`Dice` of test/support/dice.ts, or fast-check, both drawing from TABLELOOM_SEED',
    words:
      /\bMath\.random\b|\brandom(?:UUID|Bytes|Int|Fill|FillSync)\b|\bgetRandomValues\b|\brandomNumbers\b/,
    allowed: {
      'test/support/engines.ts':
        'names of tables, which nothing depends on, on an engine that other runs share',
    },
  },
  {
    kind: 'the time it is',
    instead: 'counted steps, a clock of its own (`now`), or bench/ where it is about speed',
    words: /\bperformance\b|\bhrtime\b|\bcpuUsage\b|\bDate\.now\b|\bnew Date\(\)/,
    allowed: {
      'test/runtime/subscriptions.property.test.ts': 'commits that are late, by the clocks of processes',
      'test/server/attacks/target.ts': 'a process of its own, by whose clock tokens expire',
      'test/support/import/harness.ts': 'how long an import takes, for bench/import.ts',
      'test/support/import/traffic.ts': 'how long reads take meanwhile, for bench/import.ts',
      'test/server/live/processes.test.ts': 'processes of their own, by whose clock events are stamped',
    },
  },
] as const;

const files = ['test', 'examples']
  .flatMap(typescriptBelow)
  .filter((file) => !/^test\/fixtures\/|^examples\/[^/]+\/generated\/|chance\.test\.ts$/.test(file));

describe.each(kinds)('$kind', ({ words, instead, ...kind }) => {
  const allowed: Readonly<Record<string, string>> = kind.allowed;
  const uses = files.filter((file) => words.test(readFileSync(file, 'utf8')));

  test(`is in no test; there is ${instead}`, () => {
    expect(uses.filter((file) => allowed[file] === undefined)).toEqual([]);
  });

  test('is allowed where it is used', () => {
    expect(Object.keys(allowed).filter((file) => !uses.includes(file))).toEqual([]);
  });
});
