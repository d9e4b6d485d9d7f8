/** Declarations of one entity, `Thing`, with whatever patterns. */

import type { Layout } from '../../src/generator/layout/types.js';
import type { Lock } from '../../src/generator/lock.js';
import { checked } from './support.js';

export const fields = ['a', 'b', 'c', 'd'];
export const sdl = `scalar DateTime
type Query { thing(id: ID!): Thing }
type Thing { id: ID! ${fields.map((field) => `${field}: String!`).join(' ')} at: DateTime! }`;

export interface Asked {
  readonly where?: readonly string[];
  readonly sort?: readonly string[];
  readonly bucket?: boolean;
  readonly shards?: number;
  readonly when?: string;
}

export function patternText({ where = [], sort = [], bucket, shards, when }: Asked): string {
  const parts = [
    'many: Thing',
    ...(where.length > 0 ? [`where: { ${where.map((field) => `${field}: $${field}`).join(', ')} }`] : []),
    ...(bucket ? ['bucket: month(at)'] : []),
    ...(bucket || sort.length > 0 ? [`sort: [${[...(bucket ? ['at'] : []), ...sort].join(', ')}]`] : []),
    ...(shards === undefined ? [] : [`shards: ${shards}`]),
    ...(when === undefined ? [] : [`when: { a: ${when} }`]),
  ];
  return `{ ${parts.join(', ')} }`;
}

export function declaration(patterns: Readonly<Record<string, Asked | string>>, entity = '{}'): string {
  return [
    'version: 1',
    `entities: { Thing: ${entity} }`,
    'patterns:',
    '  thing: { one: Thing, for: Query.thing, where: { id: $id } }',
    ...Object.entries(patterns).map(
      ([name, asked]) => `  ${name}: ${typeof asked === 'string' ? asked : patternText(asked)}`,
    ),
  ].join('\n');
}

export function planned(yaml: string, lock?: Lock) {
  const { plan, layout, lock: next, model, diagnostics } = checked(yaml, sdl, lock);
  if (!plan || !layout || !next)
    throw new Error(`not accepted: ${diagnostics.map((one) => one.message).join(' ')}`);
  return { plan, layout, lock: next, model, diagnostics };
}

export function thing(layout: Layout) {
  const entity = layout.entities.get('Thing');
  if (!entity) throw new Error('no Thing');
  return entity;
}

/** Ten patterns, of which no two are alike. */
export const ten: Record<string, Asked> = {
  byA: { where: ['a'] },
  byB: { where: ['b'], sort: ['c'] },
  all: { sort: ['at'], shards: 2 },
  byAandB: { where: ['a', 'b'] },
  byMonth: { bucket: true },
  sparse: { where: ['c'], when: 'x' },
  byC: { where: ['c'], sort: ['a', 'b'] },
  byBinOrder: { where: ['b'], sort: ['d'] },
  byD: { where: ['d'] },
  byDandA: { where: ['a', 'd'], sort: ['b'] },
};
