/** What a pattern asks is one answerable question. */

import { isInvertible } from '../../../encodings.js';
import { type FilterOperator, namedType, printType } from '../../../model.js';
import { comparisonsOf, requiredBy } from '../../../resolve/comparisons.js';
import { eventAttribute } from '../../../resolve/events/attributes.js';
import type { ResolvedAttribute, ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt, isConnection } from '../../../resolve/sdl.js';
import { scalarHint } from '../../../scalars.js';
import { type Check, listed } from '../../row.js';

export const patternChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'mixed-directions',
    eachMember: true,
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
    *check(resolved) {
      for (const use of resolved.values.all) {
        if (use.role !== 'order') continue;
        const value = use.value;
        if (!value || value.kind === 'missing') continue;
        const { source } = use;
        const pattern = resolved.model.patterns.find(({ name }) => name === use.by.name);
        const isByKey = pattern?.cardinality === 'mixed' && pattern.sort.length === 0;
        if (source.kind !== 'argument') {
          if (isByKey && source.kind === 'literal' && ['ASC', 'DESC'].includes(String(source.value)))
            continue;
          yield {
            at: source.at,
            message: `\`order\` of \`${use.by.name.text}\` must be an argument${isByKey ? ', ASC or DESC' : ''}.`,
            hint: isByKey
              ? 'Write `order: DESC` to read the keys downwards, or `order: $direction`.'
              : 'Write `order: $direction`, or use `-` in `sort` for a fixed order.',
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
    eachMember: true,
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
    code: 'range-suffix',
    eachMember: true,
    *check({ model, entities }) {
      for (const { name, range, sort, order, target } of model.patterns) {
        const suffix = range?.bounds.find(({ operator }) => operator.text === 'suffix')?.operator;
        const attribute = range && entities.get(target.text)?.attributes.get(range.field.text);
        if (!range || !suffix || !attribute) continue;
        const other = range.bounds.find(({ operator }) => operator !== suffix)?.operator;
        const ordered = sort[0]?.field.at ?? order?.at;
        if (attribute.encoding !== 'text')
          yield {
            at: suffix.at,
            message: `\`suffix\` is for text, and \`${target.text}.${attribute.name}\` is \`${printType(attribute.type)}\`.`,
            hint: 'Bound it with `from` and `to`.',
          };
        else if (other)
          yield {
            at: other.at,
            message: `\`${other.text}\` does not go with \`suffix\`: a key holds text from its beginning or from its end.`,
            notes: [{ message: 'the ending', at: suffix.at }],
            hint: 'Keep one of them, or make the other a `filter`.',
          };
        else if (ordered)
          yield {
            at: ordered,
            message: `Pattern \`${name.text}\` finds text by its end: what it finds is in no order of \`${attribute.name}\`.`,
            notes: [{ message: 'the ending', at: suffix.at }],
            hint: 'Leave `sort` and `order` out.',
          };
      }
    },
  },
  {
    code: 'filter-operator',
    *check(resolved) {
      const { model, entities } = resolved;
      const of = (target: string) => (field: string) => {
        const entity = entities.get(target);
        const attribute = entity?.attributes.get(field);
        return attribute && { entity, attribute };
      };
      const all = [
        ...model.patterns.map(({ filter, target }) => ({
          found: of(target.text),
          comparisons: comparisonsOf(filter),
        })),
        ...model.mutations.map((one) => ({ found: of(one.entity.text), comparisons: requiredBy(one) })),
        ...model.subscriptions.map((one) => ({
          found: (field: string) => eventAttribute(resolved, one, field),
          comparisons: comparisonsOf(one.filter),
        })),
      ];
      for (const { found, comparisons } of all) {
        for (const { field, operator } of comparisons) {
          const { entity, attribute } = found(field.text) ?? {};
          const wanted = attribute && wantedBy(operator, attribute);
          if (!attribute || wanted === undefined) continue;
          yield {
            at: field.at,
            message: `\`${operator}\` applies only to ${wanted}, but \`${entity?.name}.${attribute.name}\` is \`${printType(attribute.type)}\`.`,
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
    eachMember: true,
    *check({ model, entities }) {
      for (const { bucket, target } of model.patterns) {
        const attribute = bucket && entities.get(target.text)?.attributes.get(bucket.field.text);
        if (!bucket || !attribute || attribute.encoding === 'time') continue;
        yield {
          at: bucket.field.at,
          message: `\`${target.text}.${attribute.name}\` is \`${printType(attribute.type)}\`, but a bucket needs a \`DateTime\`.`,
          hint: scalarHint(model.sdl, attribute, 'time') ?? 'Name a `DateTime` attribute.',
        };
      }
    },
  },
  {
    code: 'bucket-order',
    *check({ model }) {
      for (const { name, bucket, sort, in: given, cardinality } of model.patterns) {
        // A number has no order.
        if (cardinality === 'count' || cardinality === 'exists') continue;
        if (!bucket || given || (sort[0] && cardinality !== 'mixed')) continue;
        if (sort[0]?.field.text === bucket.field.text) continue;
        yield {
          at: sort[0]?.field.at ?? bucket.at,
          message: `Pattern \`${name.text}\` reads across buckets of \`${bucket.field.text}\`, but is ${sort[0] ? `ordered by \`${sort[0].field.text}\`` : 'not ordered'}.`,
          ...(sort[0] ? { notes: [{ message: 'the bucket', at: bucket.at }] } : {}),
          hint: `Write \`sort: -${bucket.field.text}\`, or select one bucket, or a list of them, with \`in: $${bucket.unit.text}\`.`,
        };
      }
    },
  },
  {
    code: 'distinct-pages',
    *check({ model }) {
      for (const { name, distinct, for: path } of model.patterns) {
        if (!distinct || !isConnection(model.sdl, fieldAt(model, path)?.type)) continue;
        yield {
          at: distinct.at,
          message: `Pattern \`${name.text}\` cannot drop duplicates of a connection, because a page does not know what earlier pages contained.`,
          hint: 'Make the field a list with a `limit`, or store one join record for each pair, with the pair as its key.',
        };
      }
    },
  },
  {
    code: 'page-sizes',
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
];

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
