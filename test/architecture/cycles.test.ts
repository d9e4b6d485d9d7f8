/** No file imports itself by way of others, not even its types: a shared type belongs to a leaf. */

import { expect, test } from 'vitest';
import { importsOf, typescriptBelow } from './sources.js';

interface Allowed {
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** Imports that close a cycle today. An entry that no longer does fails the test: take it out. */
const allowed: readonly Allowed[] = [
  {
    from: 'generated/graphql.ts',
    to: 'generated/entities.ts',
    because: "Codegen's plugins write its resolver types from our mappers, and entities take its enums",
  },
  {
    from: 'generated/graphql.ts',
    to: 'generated/loaders.ts',
    because: "Codegen's plugins write the context's type into it",
  },
];

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const files = ['src', 'generated'].flatMap(typescriptBelow);
const imports: Graph = new Map(
  files.map((file) => [file, new Set(importsOf(file).filter((to) => files.includes(to)))]),
);

test('no file imports itself by way of others', () => {
  expect(cycles(without(imports, allowed))).toEqual([]);
});

test.each(allowed)('$from may import $to: $because', (edge) => {
  const rest = without(
    imports,
    allowed.filter((one) => one !== edge),
  );
  expect(rest.get(edge.from)?.has(edge.to) && path(rest, edge.to, edge.from), 'closes a cycle').toBeTruthy();
});

test('a cycle is found and printed, the shortest of each file once', () => {
  const graph = new Map(
    Object.entries({ a: ['b', 'd'], b: ['c'], c: ['a', 'b'], d: ['a', 'e'], e: ['e'], f: ['a'] }).map(
      ([from, to]) => [from, new Set(to)],
    ),
  );
  expect(cycles(graph)).toEqual([
    'a imports d, which imports a',
    'b imports c, which imports b',
    'e imports e',
  ]);
});

function without(graph: Graph, edges: readonly Allowed[]): Graph {
  return new Map(
    [...graph].map(([from, to]) => [
      from,
      new Set([...to].filter((one) => !edges.some((edge) => edge.from === from && edge.to === one))),
    ]),
  );
}

/** A sentence for the shortest cycle of each file; a cycle is told of its first file only. */
function cycles(graph: Graph): string[] {
  const found = new Map<string, string>();
  for (const [file, imported] of graph) {
    const rings = [...imported].map((to) => path(graph, to, file)).filter((way) => way !== undefined);
    const [ring] = rings.toSorted((a, b) => a.length - b.length);
    if (ring === undefined) continue;
    const name = ring.toSorted().join();
    if (!found.has(name)) found.set(name, `${file} imports ${ring.join(', which imports ')}`);
  }
  return [...found.values()];
}

/** The shortest way from one file to another by imports, both ends included. */
function path(graph: Graph, from: string, to: string): readonly string[] | undefined {
  const ways = new Map<string, readonly string[]>([[from, [from]]]);
  for (const [file, way] of ways) {
    if (file === to) return way;
    for (const next of graph.get(file) ?? []) if (!ways.has(next)) ways.set(next, [...way, next]);
  }
  return undefined;
}
