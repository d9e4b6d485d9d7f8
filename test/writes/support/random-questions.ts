/** Every pattern of a project asked with random arguments, and its answer by the records alone. */

import type { Session } from 'tableloom/runtime';
import { expect } from 'vitest';
import {
  type FilterPlan,
  type PatternPlan,
  type QueryAccess,
  queryOf,
  type ThroughAccess,
} from '../../../src/generator/plan/types/access.js';
import type { EntityPlan } from '../../../src/generator/plan/types/storage.js';
import { byText, type Dice } from '../../support/dice.js';
import type { GeneratedProject, Values } from './project.js';
import { drawnValue, type Model, recordsOf } from './random-writes.js';

/** Asks every pattern once. */
export async function expectAnswers(
  project: GeneratedProject,
  model: Model,
  session: Session,
  dice: Dice,
): Promise<void> {
  for (const pattern of project.plan.patterns) await expectAnswer(project, model, session, pattern, dice);
}

async function expectAnswer(
  project: GeneratedProject,
  model: Model,
  session: Session,
  pattern: PatternPlan,
  dice: Dice,
): Promise<void> {
  const { access } = pattern;
  if (access.kind === 'get') {
    const entity = entityNamed(project, access.entity);
    if (entity.historyOf !== null) return;
    const key = inputOf(project, model, pattern, entity.name, dice);
    const right = recordsOf(model, entity.name).find((one) =>
      entity.keyFields.every((name) => one[name] === key[name]),
    );
    const loaders = project.createLoaders(session);
    expect(await loaders[entity.names.loader]?.load(key), asked(pattern, key)).toEqual(right ?? null);
    return;
  }
  if (access.kind === 'aggregate') {
    const input = inputOf(project, model, pattern, access.entity, dice);
    const number = entityNamed(project, access.entity).aggregates?.find(
      ({ name }) => name === access.aggregate,
    );
    const asking = pattern.inputs.filter(({ value }) => value.kind !== 'literal').map(({ name }) => name);
    const right = recordsOf(model, access.entity)
      .filter((one) => asking.every((name) => one[name] === input[name]))
      .filter((one) =>
        (number?.when ?? []).every(({ field, values }) => values.includes(one[field] as string)),
      )
      .filter((one) => (number?.present ?? []).every((field) => one[field] !== null))
      .reduce((sum, one) => sum + (number?.field ? Number(one[number.field] ?? 0) : 1), 0);
    expect(await session.aggregate(project.number(pattern, input)), asked(pattern, input)).toBe(right);
    return;
  }
  const query = access.kind === 'mixed' ? access.query : queryOf(access);
  if (access.kind === 'through' && access.join.kind === 'get')
    return expectLed(project, model, session, pattern, access, dice);
  if (query === null) throw new Error(`${pattern.name}: no oracle for ${access.kind}`);
  if (entityNamed(project, query.entity).historyOf !== null) return;
  if (query.bucket || query.equals.some(({ each }) => each)) throw new Error(`${pattern.name}: no oracle`);
  const input = inputOf(project, model, pattern, query.entity, dice);
  const found: Values[] = [];
  for await (const record of session.each(project.query(pattern, input))) found.push(record);
  const members = access.kind === 'mixed' ? access.members.map(({ entity }) => entity) : [query.entity];
  const rows = members.flatMap((name) =>
    recordsOf(model, name).filter((record) => isAsked(project, pattern, query, record, input)),
  );
  const right =
    access.kind === 'through' ? rows.flatMap((row) => leadsTo(model, project, access, row, input)) : rows;
  expect(sorted(found), asked(pattern, input)).toEqual(sorted(right));
  if (access.kind === 'query') expectOrder(query, found, input, pattern);
}

const asked = (pattern: PatternPlan, input: Values) => `${pattern.name} ${JSON.stringify(input)}`;

async function expectLed(
  project: GeneratedProject,
  model: Model,
  session: Session,
  pattern: PatternPlan,
  access: ThroughAccess,
  dice: Dice,
): Promise<void> {
  const input = inputOf(project, model, pattern, access.join.entity, dice);
  const join = entityNamed(project, access.join.entity);
  const row = recordsOf(model, join.name).find((one) =>
    join.keyFields.every((name) => one[name] === input[name]),
  );
  const loaders = project.createLoaders(session);
  expect((await loaders[join.names.loader]?.load(input)) ?? null, asked(pattern, input)).toEqual(row ?? null);
  if (!row) return;
  const target = entityNamed(project, access.entity);
  const key = keyFrom(access, row, input);
  const [right = null] = leadsTo(model, project, access, row, input);
  expect(await loaders[target.names.loader]?.load(key), asked(pattern, input)).toEqual(right);
}

function keyFrom({ key }: ThroughAccess, row: Values, input: Values): Values {
  return Object.fromEntries(
    key.map(({ name, value }) => [name, value.kind === 'through' ? row[value.attribute] : input[name]]),
  );
}

function leadsTo(
  model: Model,
  project: GeneratedProject,
  access: ThroughAccess,
  row: Values,
  input: Values,
): readonly Values[] {
  const { keyFields, name } = entityNamed(project, access.entity);
  const key = keyFrom(access, row, input);
  return recordsOf(model, name).filter((one) => keyFields.every((field) => one[field] === key[field]));
}

function entityNamed({ plan }: GeneratedProject, name: string): EntityPlan {
  const entity = plan.entities.find((one) => one.name === name);
  if (!entity) throw new Error(name);
  return entity;
}

/** Arguments that often name what there is: of one record, or any. */
function inputOf(
  project: GeneratedProject,
  model: Model,
  { inputs, access }: PatternPlan,
  entity: string,
  dice: Dice,
): Values {
  const { attributes } = entityNamed(project, entity);
  const query = access.kind === 'mixed' ? access.query : queryOf(access);
  const known = recordsOf(model, entity);
  const record = known.length > 0 && dice.below(4) > 0 ? dice.of(known) : undefined;
  const value = (name: string): unknown => {
    const attribute = attributes.find((one) => one.name === name);
    const own = record?.[name];
    return own !== undefined && own !== null
      ? own
      : attribute && drawnValue(project, { ...attribute, nullable: false }, dice);
  };
  const input: Record<string, unknown> = {};
  let isCut = false;
  for (const { name, value: source } of inputs) {
    if (source.kind === 'literal') continue;
    const isBound = ['from', 'to', 'after', 'before', 'prefix'].includes(name);
    if (name === 'order') input.order = dice.of(['ASC', 'DESC']);
    else if (isBound && query?.range) {
      const bound = value(query.range.field);
      if (!isCut && dice.below(2) === 0)
        input[name] = name === 'prefix' ? String(bound).slice(0, 1 + dice.below(3)) : bound;
    } else if (query?.narrow?.parts.some(({ hole }) => hole.field === name)) {
      // Each is asked only where those before it are.
      isCut ||= dice.below(3) === 0;
      if (!isCut) input[name] = value(name);
    } else input[name] = value(name);
  }
  // A prefix of a moment is a whole part of it.
  if (query?.range?.encode === 'time' && typeof input.prefix === 'string')
    input.prefix = String(value(query.range.field)).slice(0, 10);
  return input;
}

/** Whether a record is among what is asked. */
function isAsked(
  project: GeneratedProject,
  { inputs }: PatternPlan,
  query: QueryAccess,
  record: Values,
  input: Values,
): boolean {
  const bound = (name: string) => {
    const source = inputs.find((one) => one.name === name)?.value;
    return source?.kind === 'literal' ? source.value : input[name];
  };
  const entity = entityNamed(project, query.entity);
  const slot = entity.items[query.item]?.slots.find(({ index }) => index === query.index);
  const isOwn = record.__typename === query.entity;
  const equal = query.equals.every(({ field }) => record[field] === bound(field));
  const present = !isOwn || (slot?.present ?? []).every((field) => record[field] !== null);
  const when =
    !isOwn || (slot?.when ?? []).every(({ field, values }) => values.includes(record[field] as string));
  const multiAttribute = !query.multiAttribute || query.orderBy.every((field) => record[field] !== null);
  const parts = query.narrow?.parts ?? [];
  const given = parts.filter(({ hole }) => input[hole.field] !== undefined);
  const narrowed = given.every(({ hole: { field } }, at) =>
    query.narrow?.last === 'prefix' && at === given.length - 1
      ? String(record[field]).startsWith(String(input[field]))
      : record[field] === input[field],
  );
  // A range behind a hierarchy is asked only where the whole of that is given.
  const isReached = given.length === parts.length;
  const ranged =
    !query.range ||
    !isReached ||
    query.range.bounds.every((bound) => isWithin(bound, record[query.range?.field ?? ''], input[bound]));
  return equal && present && when && multiAttribute && narrowed && ranged && passes(query.filter, record);
}

function isWithin(bound: string, value: unknown, limit: unknown): boolean {
  if (limit === undefined) return true;
  if (bound === 'prefix') return String(value).startsWith(String(limit));
  const order = compare(value, limit);
  if (bound === 'from') return order >= 0;
  if (bound === 'to') return order <= 0;
  return bound === 'after' ? order > 0 : order < 0;
}

function compare(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : byText(String(a), String(b));
}

/** Filters are asked without arguments here, so that what is left of them are constants. */
function passes(filter: FilterPlan | null, record: Values): boolean {
  if (filter === null) return true;
  switch (filter.kind) {
    case 'all':
      return filter.of.every((one) => passes(one, record));
    case 'any': {
      const said = filter.of.filter(saysSomething);
      return said.length === 0 || said.some((one) => passes(one, record));
    }
    case 'not':
      return !saysSomething(filter.of) || !passes(filter.of, record);
    case 'compare': {
      if (!saysSomething(filter)) return true;
      const [value] = filter.values;
      const literal = value?.kind === 'literal' ? value.value : undefined;
      if (filter.operator === 'exists') return (record[filter.field] !== null) === literal;
      if (filter.operator === 'eq') return record[filter.field] === literal;
      throw new Error(`no oracle for ${filter.operator} of a constant`);
    }
  }
}

function saysSomething(filter: FilterPlan): boolean {
  if (filter.kind === 'compare') return filter.values.every(({ kind }) => kind === 'literal');
  return filter.kind === 'not' ? saysSomething(filter.of) : filter.of.some(saysSomething);
}

function expectOrder(
  { order, orderBy }: QueryAccess,
  found: readonly Values[],
  input: Values,
  pattern: PatternPlan,
) {
  const descending = order.kind === 'chosen' && input.order ? input.order === 'DESC' : order.descending;
  // Later fields decide only where earlier ones are equal, and may run the other way.
  const [field] = orderBy;
  if (field === undefined) return;
  for (const [at, record] of found.slice(1).entries()) {
    const rise = compare(record[field], found[at]?.[field]) * (descending ? -1 : 1);
    expect(rise, `${asked(pattern, input)}, order of ${field}`).toBeGreaterThanOrEqual(0);
  }
}

function sorted(records: readonly Values[]): readonly Values[] {
  return [...records].sort((a, b) => byText(JSON.stringify(a), JSON.stringify(b)));
}
