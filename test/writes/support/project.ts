/** A generated project as its plan describes it, for tests that write and ask whatever there is to write and ask. */

import type {
  Aggregate,
  ComputeRulesByName,
  Connection,
  EntityCodec,
  IndexQuery,
  Key,
  Session,
  TableDefinition,
  Write,
} from 'tableloom/runtime';
import type { PatternPlan } from '../../../src/generator/plan/types/access.js';
import type { Plan } from '../../../src/generator/plan/types/plan.js';
import type { EntityPlan } from '../../../src/generator/plan/types/storage.js';
import { generateProject } from '../../support/projects.js';

export type Values = Readonly<Record<string, unknown>>;

/** The generated writes of one entity. */
export interface EntityWrites {
  create(values: Values): Write<Values>;
  update?(key: Values, changes: Values, options?: { readonly expect?: number }): Write<Values>;
  upsert?(key: Values, values: Values): Write<Values>;
  delete(key: Values): Write<Values>;
}

export interface StoredEntity {
  readonly plan: EntityPlan;
  readonly codec: EntityCodec<Values>;
  readonly writes: EntityWrites;
  keyOf(key: Values): Key;
}

export interface GeneratedProject {
  readonly name: string;
  readonly plan: Plan;
  readonly tables: readonly TableDefinition[];
  readonly compute: ComputeRulesByName;
  /** Those that are written; histories are kept by others. */
  readonly entities: readonly StoredEntity[];
  readonly query: (pattern: PatternPlan, input: Values) => IndexQuery<Values>;
  readonly number: (pattern: PatternPlan, input: Values) => Aggregate<Values>;
  readonly createLoaders: (session: Session) => Readonly<Record<string, Loader>>;
}

export interface Loader {
  load(key: Values): Promise<Values | null>;
}

export type AnyConnection = Connection<Values>;

/** What a project in examples/ generated. */
export async function projectIn(name: string): Promise<GeneratedProject> {
  const folder = `../../../examples/${name}`;
  const modules = await Promise.all(
    ['items', 'keys', 'writes', 'queries', 'tables', 'loaders'].map(
      (file) => import(`${folder}/generated/${file}.js`) as Promise<Readonly<Record<string, unknown>>>,
    ),
  );
  const [items = {}, keys = {}, writes = {}, queries = {}, tables = {}, loaders = {}] = modules;
  const rules = (await import(`${folder}/src/rules/index.js`)) as ComputeRulesByName;
  const { plan } = (await generateProject(`examples/${name}`)).run;
  return {
    name,
    plan,
    tables: tables.tables as readonly TableDefinition[],
    compute: rules,
    entities: plan.entities
      .filter(({ historyOf }) => historyOf === null)
      .map((entity) => ({
        plan: entity,
        codec: items[entity.names.codec] as EntityCodec<Values>,
        writes: writes[entity.names.writes] as EntityWrites,
        keyOf: keys[entity.names.keyBuilder] as StoredEntity['keyOf'],
      })),
    query: ({ name: pattern, access }, input) => {
      const query = access.kind === 'through' ? access.join : access.kind === 'mixed' ? access.query : access;
      const made = queries['function' in query ? query.function : pattern] ?? queries[pattern];
      return (made as (input: Values) => IndexQuery<Values>)(input);
    },
    number: ({ name: pattern }, input) => (queries[pattern] as (input: Values) => Aggregate<Values>)(input),
    createLoaders: loaders.createLoaders as GeneratedProject['createLoaders'],
  };
}
