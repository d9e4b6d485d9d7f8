/** Nothing that is written is ignored. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { isByGuard, isGet } from '../../../layout/serving.js';
import { isMaintained, type PatternModel, returned } from '../../../model.js';
import { lookedUpBy } from '../../../resolve/attribute-references.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt, isConnection, shapeOf } from '../../../resolve/sdl.js';
import { typeOfSource } from '../../../resolve/value-paths.js';
import type { Check, Finding } from '../../row.js';
import { mutationWithoutEffect } from '../writes/elements.js';

export const effectChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'key-without-effect',
    check: withoutEffect,
  },
];

function* withoutEffect(resolved: ResolvedModel): Generator<Finding> {
  for (const pattern of resolved.model.patterns) {
    yield* patternWithoutEffect(resolved, pattern);
    yield* absentFields(pattern);
  }
  for (const mutation of resolved.model.mutations)
    yield* mutationWithoutEffect(mutation, resolved.entities.get(mutation.entity.text));
}

/** What a pattern compares or orders by, of records that have no value there. */
function* absentFields(pattern: PatternModel): Generator<Finding> {
  const absent = pattern.when.filter(
    ({ values }) => values !== 'present' && values.every(({ value }) => value === null),
  );
  const looked = [...lookedUpBy(pattern), ...(pattern.bucket ? [pattern.bucket.field] : [])];
  for (const { field } of absent)
    for (const word of looked.filter(({ text }) => text === field.text))
      yield {
        at: word.at,
        message: `Pattern \`${pattern.name.text}\` uses \`${word.text}\`, but selects records that have no value of it.`,
        notes: [{ message: 'declared here', at: field.at }],
        hint: `Remove it, or write \`when: { ${field.text}: present }\`.`,
      };
}

function* patternWithoutEffect(resolved: ResolvedModel, pattern: PatternModel): Generator<Finding> {
  const { name, cardinality, target } = pattern;
  const useless = (key: string, at: Span | undefined, why: string | undefined): Finding[] =>
    at && why !== undefined
      ? [
          {
            at,
            message: `\`${key}\` of pattern \`${name.text}\` has no effect: ${why}.`,
            hint: `Remove \`${key}\`.`,
          },
        ]
      : [];
  if (!pattern.for) {
    yield* useless('allow', pattern.allow?.at, 'the pattern answers no field, and its callers are trusted');
    yield* useless(
      'visible',
      pattern.visible?.at,
      'the pattern answers no field, and its callers are trusted',
    );
  }
  if (cardinality !== 'one') yield* useless('visible', pattern.visible?.at, 'it applies to a single result');
  if (cardinality === 'one') yield* useless('page', pattern.page?.at, 'there is at most one result');
  else if (pattern.page?.default !== undefined)
    yield* useless('page.default', pattern.page.at, whyNoDefault(resolved, pattern));
  if (cardinality !== 'count') yield* useless('upTo', pattern.upTo?.at, 'nothing is counted');
  if (cardinality !== 'count' && !pattern.maintained?.isImplied) {
    const why = cardinality === 'sum' ? 'every sum is maintained' : 'there is no number to maintain';
    yield* useless('maintained', pattern.maintained?.at, why);
  }
  if (cardinality !== 'count' || !pattern.maintained)
    yield* useless('cap', pattern.cap?.at, 'no count is maintained');
  if (cardinality !== 'sum') yield* useless('of', pattern.of?.at, 'nothing is added up');
  if (cardinality !== 'one' && cardinality !== 'many')
    yield* useless('select', pattern.select?.at, 'it is for `one` and `many`');
  else if (!resolved.entities.has(returned(pattern).text))
    yield* useless('select', pattern.select?.at, 'only an entity has attributes');
  else if (!pattern.for)
    yield* useless('select', pattern.select?.at, 'the pattern answers no field, and rules read records');
  if (cardinality !== 'many') yield* useless('distinct', pattern.distinct?.at, 'it is for `many`');
  else if (!pattern.leadsTo && !pattern.select)
    yield* useless('distinct', pattern.distinct?.at, 'every record is found once');
  if (cardinality === 'mixed')
    yield* useless('total', pattern.total?.at, 'the records of one entity are counted');
  else if (cardinality !== 'many') yield* useless('total', pattern.total?.at, 'there is no connection');
  if (cardinality === 'count' || cardinality === 'sum' || cardinality === 'exists') {
    const isEach =
      cardinality === 'exists' &&
      pattern.where.some(({ source }) => typeOfSource(resolved, pattern.for, source)?.kind === 'list');
    const why = cardinality === 'exists' ? 'the answer is a Boolean' : 'a number has no order';
    if (!isEach) yield* useless('page', pattern.page?.at, 'there is one answer');
    yield* useless('limit', pattern.limit?.at, isEach ? 'each element has an answer' : 'there is one answer');
    yield* useless('sort', pattern.sort[0]?.field.at, why);
    yield* useless('order', pattern.order?.at, why);
    if (isMaintained(pattern)) yield* queryOnly(pattern, useless);
    if (pattern.sort.length > 0 || isMaintained(pattern)) return;
  }
  if (!pattern.bucket) {
    yield* useless('in', pattern.in?.at, 'there is no `bucket`');
    yield* useless('across', pattern.across?.at, 'there is no `bucket`');
  } else if (pattern.in) yield* useless('across', pattern.across?.at, '`in` names the one bucket');
  if (pattern.consistent)
    yield* useless('cache', pattern.cache?.at, 'the pattern reads with strong consistency');
  if (pattern.narrow.length === 0) yield* useless('last', pattern.last?.at, 'there is no `narrow`');
  if (cardinality === 'one') yield* useless('limit', pattern.limit?.at, 'there is at most one result');
  const type = fieldAt(resolved.model, pattern.for)?.type;
  if (isConnection(resolved.model.sdl, type))
    yield* useless('limit', pattern.limit?.at, 'a connection is limited by `first` and `last`');
  // Without `sort` a mixed pattern is in the order of its keys.
  if (pattern.sort.length === 0 && !pattern.range && cardinality !== 'mixed')
    yield* useless('order', pattern.order?.at, 'there is no `sort`');
  const entity = resolved.entities.get(target.text);
  if (entity) {
    yield* useless('type', pattern.type?.at, `\`${target.text}\` is an entity, not an interface or union`);
    if (isByGuard(pattern)) {
      const byGuard = 'the guard of the unique value is read by its key, with strong consistency';
      yield* queryKeys(pattern, byGuard, useless);
      yield* useless('key', pattern.key[0]?.attribute.at, byGuard);
      yield* useless('entry', pattern.entry?.at, byGuard);
      yield* useless('cache', pattern.cache?.at, byGuard);
      if (pattern.consistent) yield* useless('consistent', name.at, byGuard);
      return;
    }
    if (!isGet(pattern, readable(entity))) return;
    const why = 'the pattern binds the whole key, so it finds at most one record';
    yield* queryKeys(pattern, why, useless);
    yield* useless('limit', pattern.limit?.at, why);
    if (!pattern.consistent)
      yield* useless('cache', pattern.cache?.at, `${why}: write \`cache\` of the entity \`${target.text}\``);
    return;
  }
  if (cardinality === 'mixed') {
    yield* useless('entry', pattern.entry?.at, 'a mixed pattern reads whole items');
    yield* useless('type', pattern.type?.at, 'items say themselves what they are');
    return;
  }
  const kind = resolved.model.sdl.types.get(target.text)?.kind;
  if (kind !== 'interface' && kind !== 'union') return;
  const why = `\`${target.text}\` is ${kind === 'union' ? 'a union' : 'an interface'}, whose members are read by their keys`;
  yield* queryKeys(pattern, why, useless);
  yield* useless('index', pattern.index?.at, why);
  yield* useless('key', pattern.key[0]?.attribute.at, why);
  yield* useless('entry', pattern.entry?.at, why);
  yield* useless('cache', pattern.cache?.at, why);
  if (pattern.consistent) yield* useless('consistent', name.at, why);
}

/** A default size is that of a page, or of a list whose `limit` the caller leaves out. */
function whyNoDefault(resolved: ResolvedModel, pattern: PatternModel): string | undefined {
  const { model } = resolved;
  const type = fieldAt(model, pattern.for)?.type;
  if (!type || shapeOf(model, type) !== 'list') return undefined;
  const { limit } = pattern;
  if (!limit) return 'a list without `limit` returns every record, up to `max`';
  const isGiven = limit.kind === 'literal' || typeOfSource(resolved, pattern.for, limit)?.nonNull;
  return isGiven ? '`limit` is never null' : undefined;
}

/** What says how a query reads, of a pattern that makes none. */
function* queryOnly(
  pattern: PatternModel,
  useless: (key: string, at: Span | undefined, why: string) => Finding[],
): Generator<Finding> {
  const why = 'the number is maintained, and nothing is queried';
  yield* useless('upTo', pattern.upTo?.at, why);
  yield* useless('index', pattern.index?.at, why);
  yield* useless('key', pattern.key[0]?.attribute.at, why);
  yield* useless('entry', pattern.entry?.at, why);
  yield* useless('last', pattern.last?.at, why);
  yield* useless('in', pattern.in?.at, why);
  yield* useless('across', pattern.across?.at, why);
  yield* useless('type', pattern.type?.at, why);
  yield* useless('cache', pattern.cache?.at, why);
}

function* queryKeys(
  pattern: PatternModel,
  why: string,
  useless: (key: string, at: Span | undefined, why: string) => Finding[],
): Generator<Finding> {
  yield* useless('narrow', pattern.narrow[0]?.field.at, why);
  yield* useless('sort', pattern.sort[0]?.field.at, why);
  yield* useless('range', pattern.range?.field.at, why);
  yield* useless('bucket', pattern.bucket?.at, why);
  yield* useless('shards', pattern.shards?.at, why);
  yield* useless('filter', comparisonsOf(pattern.filter)[0]?.field.at, why);
  yield* useless('when', pattern.when[0]?.field.at, why);
}

function readable(entity: ResolvedEntity): { readonly keyFields: readonly string[] } {
  return { keyFields: entity.keyFields ?? [] };
}
