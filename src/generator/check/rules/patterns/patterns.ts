/** What a pattern asks is one answerable question, and its field can carry the answer. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { isInvertible } from '../../../encodings.js';
import { isGet } from '../../../layout/serving.js';
import {
  type FilterOperator,
  isMaintained,
  namedType,
  type PatternModel,
  printType,
  returned,
  type SdlField,
  type TypeRef,
} from '../../../model.js';
import { comparisonsOf, requiredBy } from '../../../resolve/comparisons.js';
import type { ResolvedAttribute, ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { connectionNode, encodingOf, fieldAt, isConnection } from '../../../resolve/sdl.js';
import { typeOfSource } from '../../../resolve/value-paths.js';
import { type Check, type Finding, listed } from '../../row.js';
import { mutationWithoutEffect } from '../writes/elements.js';

export const patternChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'wrong-root',
    purpose: 'Patterns read and mutations write.',
    *check({ model, answers }) {
      const { mutationType = 'Mutation', subscriptionType } = model.sdl;
      for (const answer of [...answers.values()].flat()) {
        const { type, field, at } = answer.for;
        if (!fieldAt(model, answer.for)) continue;
        const path = `\`${type}.${field}\``;
        if (type === subscriptionType) {
          yield {
            at,
            message: `${capital(answer.kind)} \`${answer.name.text}\` cannot answer ${path}, because subscriptions are not supported yet.`,
            hint: `Remove it, and \`${type}\` from the schema.`,
          };
        } else if (answer.kind === 'pattern' && type === mutationType) {
          yield {
            at,
            message: `Pattern \`${answer.name.text}\` reads, so it cannot answer ${path}.`,
            hint: 'Answer it under `mutations` or `rules`.',
          };
        } else if ((answer.kind === 'mutation' || answer.kind === 'transaction') && type !== mutationType) {
          yield {
            at,
            message: `Mutation \`${answer.name.text}\` writes, but ${path} is not a field of \`${mutationType}\`.`,
            hint: 'Move the field to that type. Other fields may be resolved in any order, and repeatedly.',
          };
        }
      }
    },
  },
  {
    code: 'one-non-null',
    purpose: 'Where nothing is found, a field can say so.',
    *check({ model, answers }) {
      for (const answer of [...answers.values()].flat()) {
        const field = fieldAt(model, answer.for);
        if (answer.kind !== 'pattern' || answer.by.cardinality !== 'one' || !field?.type.nonNull) continue;
        if (field.type.kind === 'list') continue;
        yield {
          at: field.at,
          message: `Pattern \`${answer.name.text}\` may find nothing, but \`${answer.for.type}.${field.name}\` is non-null.`,
          notes: [{ message: 'answered here', at: answer.for.at }],
          hint: 'Remove the `!` from the field, or answer it with a rule that throws if nothing is found.',
        };
      }
    },
  },
  {
    code: 'wrong-return-type',
    purpose: 'A field’s type is what its pattern or mutation gives.',
    check: wrongReturnTypes,
  },
  {
    code: 'connection-arguments',
    purpose: 'A connection can be paged through.',
    check: connectionArguments,
  },
  {
    code: 'mixed-directions',
    purpose: 'An order runs one way, but for values that can be inverted: a sort key is read as a whole.',
    *check({ model, entities }) {
      for (const { name, sort, target } of model.patterns) {
        const entity = entities.get(target.text);
        const attributes = sort.map(({ field }) => entity?.attributes.get(field.text));
        // Values that can be inverted run either way.
        const [first, ...more] = sort.filter((_, at) => {
          const attribute = attributes[at];
          return attribute !== undefined && !isInvertible(attribute.encoding);
        });
        const other = more.find((one) => one.descending !== first?.descending);
        if (!first || !other) continue;
        yield {
          at: other.field.at,
          message: `Pattern \`${name.text}\` orders by \`${first.field.text}\` and by \`${other.field.text}\` in opposite directions, but a sort key is read in one direction and text cannot be inverted.`,
          notes: [{ message: first.descending ? 'descending' : 'ascending', at: first.field.at }],
          hint: `Write \`${first.descending ? '-' : ''}${other.field.text}\`.`,
        };
      }
    },
  },
  {
    code: 'order-argument',
    purpose: 'The caller chooses between ASC and DESC.',
    *check(resolved) {
      for (const use of resolved.values.all) {
        if (use.role !== 'order') continue;
        const value = use.value;
        if (!value || value.kind === 'missing') continue;
        const { source } = use;
        if (source.kind !== 'argument') {
          yield {
            at: source.at,
            message: `\`order\` of \`${use.by.name.text}\` must be an argument.`,
            hint: 'Write `order: $direction`, or use `-` in `sort` for a fixed order.',
          };
        } else if (value.kind === 'type') {
          const type = resolved.model.sdl.types.get(namedType(value.type));
          const isOrder =
            value.type.kind === 'named' &&
            type?.kind === 'enum' &&
            type.values.length === 2 &&
            type.values.includes('ASC') &&
            type.values.includes('DESC');
          if (isOrder) continue;
          yield {
            at: source.at,
            message: `\`$${source.path.join('.')}\` is \`${printType(value.type)}\`, but the order is an enum of ASC and DESC.`,
            notes: [{ message: 'the argument', at: value.at }],
            hint: 'Declare `enum SortDirection { ASC DESC }` and use it.',
          };
        }
      }
    },
  },
  {
    code: 'range-order',
    purpose: 'A range bounds what the answer is ordered by first.',
    *check({ model }) {
      for (const { range, sort, narrow } of model.patterns) {
        const first = sort.find(({ field }) => !narrow.some((one) => one.field.text === field.text));
        if (!range || !first || first.field.text === range.field.text) continue;
        yield {
          at: range.field.at,
          message: `The range bounds \`${range.field.text}\`, but the answer is ordered by \`${first.field.text}\`. DynamoDB bounds only the first part of a sort key.`,
          notes: [{ message: 'the order', at: first.field.at }],
          hint: `Order by \`${range.field.text}\` first, or bound \`${first.field.text}\`.`,
        };
      }
    },
  },
  {
    code: 'narrow-order',
    purpose: 'An order holds whatever part of the key is given.',
    *check({ model }) {
      for (const { name, narrow, sort } of model.patterns) {
        const wanted = narrow.map((one) => one.field.text);
        const at = sort.findIndex(({ field }, position) => {
          const expected = wanted[position];
          return expected !== undefined && field.text !== expected;
        });
        const other = sort[at] ?? (sort.length < wanted.length ? sort.at(-1) : undefined);
        if (!other) continue;
        const fields = [
          ...wanted,
          ...sort.map(({ field }) => field.text).filter((one) => !wanted.includes(one)),
        ];
        yield {
          at: other.field.at,
          message: `Without the optional arguments, pattern \`${name.text}\` is ordered by ${listed(wanted)} first, so this order would not hold.`,
          notes: [{ message: 'narrowed here', at: narrow[0]?.field.at ?? name.at }],
          hint: `Write \`sort: [${fields.join(', ')}]\`, or remove \`sort\`.`,
        };
      }
    },
  },
  {
    code: 'narrow-twice',
    purpose: 'What narrows an answer is not already fixed.',
    *check({ model }) {
      for (const { name, narrow, where } of model.patterns) {
        for (const { field } of narrow) {
          const fixed = where.find((one) => one.field.text === field.text);
          if (!fixed) continue;
          yield {
            at: field.at,
            message: `Pattern \`${name.text}\` already binds \`${field.text}\` in \`where\`, so it cannot narrow by it.`,
            notes: [{ message: 'bound here', at: fixed.field.at }],
            hint: 'Keep one of them.',
          };
        }
      }
    },
  },
  {
    code: 'range-prefix',
    purpose: 'Only text, and the text of a moment, has beginnings.',
    *check({ model, entities }) {
      for (const { narrow, last, target } of model.patterns) {
        if (!last) continue;
        for (const { field } of narrow) {
          const attribute = entities.get(target.text)?.attributes.get(field.text);
          if (!attribute || attribute.encoding === 'text' || attribute.encoding === 'document') continue;
          yield {
            at: last.at,
            message: `\`last: prefix\` applies only to text, but \`${target.text}.${attribute.name}\` is \`${printType(attribute.type)}\`.`,
            notes: [{ message: 'narrowed here', at: field.at }],
            hint: 'Remove `last` to match the last part as a whole.',
          };
        }
      }
      for (const { name, range, bucket, target } of model.patterns) {
        const attribute = range && entities.get(target.text)?.attributes.get(range.field.text);
        const prefix = range?.bounds.find((bound) => bound.operator.text === 'prefix');
        if (!prefix || !attribute) continue;
        const isTime = attribute.encoding === 'time';
        if (['text', 'document'].includes(attribute.encoding) || (isTime && !bucket)) continue;
        yield {
          at: prefix.operator.at,
          message: isTime
            ? `\`prefix\` does not determine the buckets that pattern \`${name.text}\` reads.`
            : `\`prefix\` applies only to text and DateTimes, but \`${target.text}.${attribute.name}\` is \`${printType(attribute.type)}\`.`,
          hint: 'Use `from` and `to`.',
        };
      }
    },
  },
  {
    code: 'filter-operator',
    purpose: 'A filter compares what can be compared.',
    *check({ model, entities }) {
      const all = [
        ...model.patterns.map(({ filter, target }) => ({ target, comparisons: comparisonsOf(filter) })),
        ...model.mutations.map((one) => ({ target: one.entity, comparisons: requiredBy(one) })),
      ];
      for (const { target, comparisons } of all) {
        for (const { field, operator } of comparisons) {
          const attribute = entities.get(target.text)?.attributes.get(field.text);
          const wanted = attribute && wantedBy(operator, attribute);
          if (!attribute || wanted === undefined) continue;
          yield {
            at: field.at,
            message: `\`${operator}\` applies only to ${wanted}, but \`${target.text}.${attribute.name}\` is \`${printType(attribute.type)}\`.`,
            hint: attribute.list
              ? 'Use `contains` for an element of a list, or `size` for the number of elements.'
              : 'Use another operator.',
          };
        }
      }
    },
  },
  {
    code: 'bucket-type',
    purpose: 'Buckets are of time.',
    *check({ model, entities }) {
      for (const { bucket, target } of model.patterns) {
        const attribute = bucket && entities.get(target.text)?.attributes.get(bucket.field.text);
        if (!bucket || !attribute || attribute.encoding === 'time') continue;
        yield {
          at: bucket.field.at,
          message: `\`${target.text}.${attribute.name}\` is \`${printType(attribute.type)}\`, but a bucket needs a \`DateTime\`.`,
          hint: 'Name a `DateTime` attribute.',
        };
      }
    },
  },
  {
    code: 'bucket-order',
    purpose: 'What crosses buckets is ordered by time.',
    *check({ model }) {
      for (const { name, bucket, sort, in: given, cardinality } of model.patterns) {
        // A number has no order.
        if (cardinality === 'count' || cardinality === 'exists') continue;
        if (!bucket || given || sort[0]?.field.text === bucket.field.text) continue;
        yield {
          at: sort[0]?.field.at ?? bucket.at,
          message: `Pattern \`${name.text}\` reads across buckets of \`${bucket.field.text}\`, but is ${sort[0] ? `ordered by \`${sort[0].field.text}\`` : 'not ordered'}.`,
          ...(sort[0] ? { notes: [{ message: 'the bucket', at: bucket.at }] } : {}),
          hint: `Write \`sort: -${bucket.field.text}\`, or select one bucket with \`in: $${bucket.unit.text}\`.`,
        };
      }
    },
  },
  {
    code: 'page-sizes',
    purpose: 'A page is at most its maximum.',
    *check({ model }) {
      for (const { name, page } of model.patterns) {
        if (!page?.default || !page.max || page.default <= page.max) continue;
        yield {
          at: page.at,
          message: `Pattern \`${name.text}\` has a default page size of ${page.default}, but a maximum of ${page.max}.`,
          hint: `Raise \`max\` to ${page.default}, or lower \`default\`.`,
        };
      }
    },
  },
  {
    code: 'key-without-effect',
    purpose: 'Nothing that is written is ignored.',
    check: withoutEffect,
  },
];

function* wrongReturnTypes(resolved: ResolvedModel): Generator<Finding> {
  const { model, entities, answers } = resolved;
  for (const answer of [...answers.values()].flat()) {
    const field = fieldAt(model, answer.for);
    if (!field || answer.kind === 'rule' || answer.kind === 'transaction') continue;
    const plain = answer.kind === 'pattern' && plainMistake(resolved, answer.by, field);
    if (plain) {
      yield {
        at: answer.for.at,
        message: `Pattern \`${answer.name.text}\` returns ${plain.gives}, but \`${answer.for.type}.${field.name}\` is \`${printType(field.type)}\`.`,
        notes: [{ message: 'the field', at: field.at }],
        hint: plain.hint,
      };
    }
    if (answer.kind === 'pattern' && plainTypes[answer.by.cardinality] !== undefined) continue;
    const target = answer.kind === 'pattern' ? returned(answer.by).text : answer.by.entity.text;
    const isMany =
      answer.kind === 'pattern' && (answer.by.cardinality === 'many' || answer.by.cardinality === 'mixed');
    const type = model.sdl.types.get(target);
    if (!type || (!entities.has(target) && (type.kind === 'object' || answer.kind === 'mutation'))) continue;
    if (isMany && type.kind !== 'object' && answer.by.cardinality !== 'mixed') {
      if (answer.by.leadsTo) continue;
      yield {
        at: answer.by.target.at,
        message: `\`${target}\` is ${type.kind === 'union' ? 'a union' : 'an interface'}, but \`many\` returns one entity.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: `Write \`mixed: ${target}\` to read its members in one query.`,
      };
      continue;
    }
    if (
      isMany
        ? isManyOf(model.sdl, field.type, target)
        : field.type.kind === 'named' && field.type.name === target
    )
      continue;
    yield {
      at: answer.for.at,
      message: `${capital(answer.kind)} \`${answer.name.text}\` returns ${isMany ? `a list or connection of \`${target}\`` : `one \`${target}\``}, but \`${answer.for.type}.${field.name}\` is \`${printType(field.type)}\`.`,
      notes: [{ message: 'the field', at: field.at }],
      hint: returnHint(model.sdl, field, target, answer.kind),
    };
  }
}

const plainTypes: Readonly<Partial<Record<PatternModel['cardinality'], string>>> = {
  count: 'Int',
  sum: 'Int',
  exists: 'Boolean',
};

/** What a count or a test gives, where the field is of another type. */
function plainMistake(
  resolved: ResolvedModel,
  pattern: PatternModel,
  field: SdlField,
): { readonly gives: string; readonly hint: string } | undefined {
  const wanted = plainTypes[pattern.cardinality];
  if (wanted === undefined) return undefined;
  const isList = pattern.where.some(
    ({ source }) => typeOfSource(resolved, pattern.for, source)?.kind === 'list',
  );
  const gives = pattern.cardinality === 'exists' ? 'a Boolean' : 'a number';
  const { type } = field;
  if (pattern.cardinality === 'exists' && isList) {
    const isRight = type.kind === 'list' && type.of.kind === 'named' && type.of.name === wanted;
    return isRight
      ? undefined
      : { gives: `${gives} for each element`, hint: 'Make the field `[Boolean!]!`.' };
  }
  // A sum may need more room than an Int has.
  const isWide =
    pattern.cardinality === 'sum' && ['integer', 'decimal'].includes(encodingOf(type, resolved.model.sdl));
  const isRight = isWide || (type.kind === 'named' && type.name === wanted);
  return isRight ? undefined : { gives, hint: `Make the field \`${wanted}!\`.` };
}

function isManyOf(sdl: ResolvedModel['model']['sdl'], type: TypeRef, target: string): boolean {
  if (type.kind === 'list') return type.of.kind === 'named' && type.of.name === target;
  return connectionNode(sdl, type.name) === target;
}

function returnHint(
  sdl: ResolvedModel['model']['sdl'],
  field: SdlField,
  target: string,
  kind: 'pattern' | 'mutation',
): string {
  if (kind === 'mutation') return `Return \`${target}\`, or answer it with a rule.`;
  if (isManyOf(sdl, field.type, target)) return `Write \`many: ${target}\`.`;
  if (field.type.kind === 'named' && field.type.name === target) return `Write \`one: ${target}\`.`;
  return 'Change the type of the field, or the pattern.';
}

const paging = [
  { name: 'first', types: ['Int'] },
  { name: 'after', types: ['String', 'ID', 'Cursor'] },
  { name: 'last', types: ['Int'] },
  { name: 'before', types: ['String', 'ID', 'Cursor'] },
] as const;

function* connectionArguments({ model, answers }: ResolvedModel): Generator<Finding> {
  for (const answer of [...answers.values()].flat()) {
    const field = fieldAt(model, answer.for);
    if (!field || answer.kind !== 'pattern' || answer.by.cardinality === 'one') continue;
    if (!isConnection(model.sdl, field.type)) continue;
    const path = `\`${answer.for.type}.${field.name}\``;
    const has = (name: string) => field.arguments.some((argument) => argument.name === name);
    const wanted = has('last') || has('before') ? ['first', 'after', 'last', 'before'] : ['first', 'after'];
    const missing = wanted.filter((name) => !has(name));
    if (missing.length > 0) {
      yield {
        at: field.at,
        message: `The connection ${path} lacks ${missing.length === 1 ? 'the argument' : 'the arguments'} ${listed(missing)}.`,
        notes: [{ message: 'answered here', at: answer.for.at }],
        hint: `Add \`${missing.map((name) => `${name}: ${name === 'first' || name === 'last' ? 'Int' : 'String'}`).join(', ')}\`.`,
      };
    }
    for (const { name, types } of paging) {
      const argument = field.arguments.find((one) => one.name === name);
      if (
        !argument ||
        (argument.type.kind === 'named' && (types as readonly string[]).includes(argument.type.name))
      )
        continue;
      yield {
        at: argument.at,
        message: `\`${name}\` of the connection ${path} is \`${printType(argument.type)}\`.`,
        hint: `Make it \`${types[0]}\`.`,
      };
    }
  }
}

function* withoutEffect(resolved: ResolvedModel): Generator<Finding> {
  for (const pattern of resolved.model.patterns) yield* patternWithoutEffect(resolved, pattern);
  for (const mutation of resolved.model.mutations) yield* mutationWithoutEffect(mutation);
}

function* patternWithoutEffect(resolved: ResolvedModel, pattern: PatternModel): Generator<Finding> {
  const { name, cardinality, target } = pattern;
  const useless = (key: string, at: Span | undefined, why: string): Finding[] =>
    at
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
  if (cardinality !== 'count') yield* useless('upTo', pattern.upTo?.at, 'nothing is counted');
  if (cardinality !== 'count' && cardinality !== 'sum')
    yield* useless('maintained', pattern.maintained?.at, 'only a count can be maintained');
  if (cardinality !== 'count' || !pattern.maintained)
    yield* useless('cap', pattern.cap?.at, 'the pattern has no maintained count');
  if (cardinality !== 'sum') yield* useless('of', pattern.of?.at, 'nothing is added up');
  if (cardinality !== 'many' && cardinality !== 'mixed')
    yield* useless('total', pattern.total?.at, 'there is no connection');
  if (cardinality === 'count' || cardinality === 'sum' || cardinality === 'exists') {
    const isEach =
      cardinality === 'exists' &&
      pattern.where.some(({ source }) => typeOfSource(resolved, pattern.for, source)?.kind === 'list');
    const why = cardinality === 'exists' ? 'the answer is a Boolean' : 'a number has no order';
    if (!isEach) yield* useless('page', pattern.page?.at, 'there is one answer');
    yield* useless('sort', pattern.sort[0]?.field.at, why);
    yield* useless('order', pattern.order?.at, why);
    if (isMaintained(pattern)) yield* queryOnly(pattern, useless);
    if (pattern.sort.length > 0 || isMaintained(pattern)) return;
  }
  if (!pattern.bucket) {
    yield* useless('in', pattern.in?.at, 'there is no `bucket`');
    yield* useless('across', pattern.across?.at, 'there is no `bucket`');
  } else if (pattern.in) yield* useless('across', pattern.across?.at, '`in` names the one bucket');
  if (pattern.narrow.length === 0) yield* useless('last', pattern.last?.at, 'there is no `narrow`');
  if (cardinality === 'one') yield* useless('limit', pattern.limit?.at, 'there is at most one result');
  const type = fieldAt(resolved.model, pattern.for)?.type;
  if (isConnection(resolved.model.sdl, type))
    yield* useless('limit', pattern.limit?.at, 'a connection is limited by `first` and `last`');
  if (pattern.sort.length === 0 && !pattern.range)
    yield* useless('order', pattern.order?.at, 'there is no `sort`');
  const entity = resolved.entities.get(target.text);
  if (entity) {
    yield* useless('type', pattern.type?.at, `\`${target.text}\` is an entity, not an interface or union`);
    if (!isGet(pattern, readable(entity))) return;
    const why = 'the pattern binds the whole key, so it finds at most one record';
    yield* queryKeys(pattern, why, useless);
    yield* useless('limit', pattern.limit?.at, why);
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
  if (pattern.consistent) yield* useless('consistent', name.at, why);
}

/** What says how a query reads, of a pattern that makes none. */
function* queryOnly(
  pattern: PatternModel,
  useless: (key: string, at: Span | undefined, why: string) => Finding[],
): Generator<Finding> {
  const why = 'the aggregate is maintained, so nothing is queried';
  yield* useless('upTo', pattern.upTo?.at, why);
  yield* useless('index', pattern.index?.at, why);
  yield* useless('key', pattern.key[0]?.attribute.at, why);
  yield* useless('entry', pattern.entry?.at, why);
  yield* useless('limit', pattern.limit?.at, why);
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

/** What an operator is for, where the attribute is something else. */
function wantedBy(operator: FilterOperator, { encoding, list }: ResolvedAttribute): string | undefined {
  if (operator === 'exists') return undefined;
  if (operator === 'contains') return list || encoding === 'text' ? undefined : 'text and lists';
  if (operator.startsWith('size')) return list || encoding === 'text' ? undefined : 'text and lists';
  if (operator === 'begins') return encoding === 'text' ? undefined : 'text';
  if (encoding === 'document') return 'plain values';
  const isOrder = ['lt', 'lte', 'gt', 'gte', 'between'].includes(operator);
  return isOrder && (encoding === 'enum' || encoding === 'boolean') ? 'ordered values' : undefined;
}

function readable(entity: ResolvedEntity): { readonly keyFields: readonly string[] } {
  return { keyFields: entity.keyFields ?? [] };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
