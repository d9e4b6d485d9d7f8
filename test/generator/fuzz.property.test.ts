/** Whatever is wrong with the declarations, it is a diagnostic with a place in one of the files, never a crash. */

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { isMap, isPair, isScalar, parseDocument, stringify, visit } from 'yaml';
import { formatDiagnostics } from '../../src/generator/diagnostics/print.js';
import { runs } from '../support/runs.js';
import { checked } from './support.js';

interface Project {
  readonly name: string;
  readonly yaml: string;
  readonly sdl: string;
}

function projectAt(folder: string, name: string): Project {
  const sdl = readdirSync(`${folder}/schema`).map((file) => readFileSync(`${folder}/schema/${file}`, 'utf8'));
  return { name, yaml: readFileSync(`${folder}/access-patterns.yaml`, 'utf8'), sdl: sdl.join('\n') };
}

const right = ['.', 'test/generator/accepted', ...foldersIn('test/fixtures/ok')];
const wrong = foldersIn('test/fixtures/errors').filter(
  (folder) => !/(sdl|yaml)-\w+$|no-patterns$/.test(folder),
);
const projects = [
  ...right.map((folder) => ({ ...projectAt(folder, folder), numRuns: runs(10) })),
  ...wrong.map((folder) => ({ ...projectAt(folder, folder), numRuns: runs(3) })),
];

function foldersIn(folder: string): string[] {
  return readdirSync(folder).map((name) => `${folder}/${name}`);
}

type Change = {
  readonly at: number;
  readonly from: number;
  readonly how: 'remove' | 'replace' | 'rename' | 'copy';
};

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(100_000),
  from: fc.nat(100_000),
  how: fc.constantFrom(
    'remove' as const,
    'replace' as const,
    'replace' as const,
    'rename' as const,
    'copy' as const,
  ),
});

/** The text with pairs taken away, and words and keys of it in other places. */
function changed(yaml: string, changes: readonly Change[]): string {
  const document = parseDocument(yaml, { uniqueKeys: false });
  const pairs: { key: unknown; value: unknown; remove: () => void }[] = [];
  visit(document, {
    Map: (_key, map) => {
      for (const pair of map.items) {
        if (isPair(pair))
          pairs.push({
            get key() {
              return pair.key;
            },
            get value() {
              return pair.value;
            },
            remove: () => map.items.splice(map.items.indexOf(pair), 1),
          });
      }
    },
  });
  const scalars: { value: unknown }[] = [];
  visit(document, { Scalar: (_key, scalar) => void scalars.push(scalar) });
  for (const { at, from, how } of changes) {
    const pair = pairs[at % pairs.length];
    const scalar = scalars[at % scalars.length];
    const other = scalars[from % scalars.length];
    if (how === 'remove') pair?.remove();
    else if (how === 'rename' && isScalar(pair?.key) && other) pair.key.value = other.value;
    else if (how === 'copy' && isMap(pair?.value)) {
      const source = pairs[from % pairs.length]?.value;
      if (isMap(source)) pair.value.items.push(...source.items.map((item) => item.clone()));
    } else if (how === 'replace' && scalar && other) scalar.value = other.value;
  }
  return stringify(document);
}

describe('changed declarations', () => {
  for (const { name, yaml, sdl, numRuns } of projects) {
    const schema = buildSchema(sdl, { assumeValidSDL: true });
    const { lock } = checked(yaml, schema);
    test(name, () => {
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const text = changed(yaml, changes);
          const { diagnostics, plan } = checked(text, schema);
          const sources = new Map([
            ['access-patterns.yaml', text],
            ['GraphQL request', sdl],
          ]);
          for (const { at, message } of diagnostics) {
            const source = sources.get(at.file);
            expect(source, `${at.file}: ${message}`).toBeDefined();
            expect(at.start).toBeGreaterThanOrEqual(0);
            expect(at.end).toBeGreaterThan(at.start);
            expect(at.end).toBeLessThanOrEqual((source?.length ?? 0) + 1);
          }
          expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
          // What is kept from before the changes is no reason for a crash either.
          expect(() => checked(text, schema, lock)).not.toThrow();
          expect(formatDiagnostics(diagnostics, sources)).not.toMatch(/undefined|\[object|NaN/);
        }),
        { numRuns },
      );
    });
  }
});
