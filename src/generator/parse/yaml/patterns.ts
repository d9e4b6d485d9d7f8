/** Access patterns. */

import { isScalar, type Node } from 'yaml';
import { keysOf } from '../../language/schema.js';
import { type PatternModel, partOf, type Word } from '../../model.js';
import { filterOf } from './conditions.js';
import {
  countOf,
  type Entries,
  type Entry,
  entriesOf,
  fieldsOf,
  flagOf,
  isTrue,
  optional,
  type Reading,
  report,
  wordOf,
  wordsOf,
} from './nodes.js';
import { bindingsOf, cacheOf, fieldPathOf, lookupsOf, sourceOf, templatesOf, whenOf } from './values.js';

const patternKinds = ['one', 'many', 'mixed', 'count', 'sum', 'exists'] as const;

export function readPattern(reading: Reading, name: Word, node: Node | null): PatternModel | undefined {
  const map = entriesOf(reading, node, keysOf.pattern);
  const [cardinality, ...others] = patternKinds.filter((kind) => map.has(kind));
  const named = cardinality && wordOf(reading, map.get(cardinality));
  const through = map.get('through');
  const join = through && cardinality && joinOf(reading, through, cardinality);
  if (!named || !cardinality || others.length > 0 || (through && !join)) return undefined;
  const where = lookupsOf(reading, map.get('where'));
  return {
    name,
    cardinality,
    target: join?.target ?? named,
    where: join?.where ?? where,
    ...(join && { leadsTo: { target: named, where } }),
    members: fieldsOf(reading, map.get('members')).map((entity) => ({
      entity: entity.key,
      renames: fieldsOf(reading, entity).flatMap((entry) => {
        const as = wordOf(reading, entry);
        return as ? [{ field: entry.key, as }] : [];
      }),
    })),
    parents: wordsOf(reading, map.get('parent')),
    narrow: bindingsOf(reading, map.get('narrow')),
    sort: wordsOf(reading, map.get('sort')).map((word) => {
      const descending = word.text.startsWith('-');
      const text = word.text.replace(/^-/, '');
      return {
        field: { text, at: partOf(word, word.text.length - text.length, word.text.length) },
        descending,
      };
    }),
    when: whenOf(reading, map.get('when')),
    key: templatesOf(reading, map.get('key')),
    consistent: isTrue(reading, map.get('consistent')),
    ...optional({
      for: fieldPathOf(reading, map.get('for')),
      order: sourceOf(reading, map.get('order')),
      range: rangeOf(reading, map.get('range')),
      filter: filterOf(reading, map.get('filter')),
      bucket: bucketOf(reading, map.get('bucket')),
      in: sourceOf(reading, map.get('in')),
      across: countOf(reading, map.get('across')),
      shards: countOf(reading, map.get('shards')),
      upTo: countOf(reading, map.get('upTo')),
      maintained: maintainedOf(reading, map, cardinality),
      of: wordOf(reading, map.get('of')),
      select: wordOf(reading, map.get('select')),
      distinct: flagOf(reading, map.get('distinct')),
      cap: countOf(reading, map.get('cap')),
      total: flagOf(reading, map.get('total')),
      index: wordOf(reading, map.get('index')),
      entry: entryOf(reading, map.get('entry')),
      type: discriminatorOf(reading, map.get('type')),
      cache: cacheOf(reading, map.get('cache')),
      page: pageOf(reading, map.get('page')),
      limit: sourceOf(reading, map.get('limit')),
      last: wordOf(reading, map.get('last')),
      allow: wordOf(reading, map.get('allow')),
      visible: wordOf(reading, map.get('visible')),
    }),
  };
}

/** Every sum is maintained. */
function maintainedOf(
  reading: Reading,
  map: Entries<keyof typeof keysOf.pattern>,
  cardinality: PatternModel['cardinality'],
): PatternModel['maintained'] {
  const sum = map.get('sum');
  if (sum && !map.has('of'))
    report(
      reading,
      'missing-key',
      sum.key.at,
      '`sum` lacks `of`.',
      'Name the attribute to add up, as in `of: total`.',
    );
  const written = flagOf(reading, map.get('maintained'));
  return cardinality === 'sum' && sum && !written ? { at: sum.key.at, isImplied: true } : written;
}

/** The join that leads to what is returned: `{ many: Participation, where: { … } }`. */
function joinOf(
  reading: Reading,
  entry: Entry,
  cardinality: PatternModel['cardinality'],
): Pick<PatternModel, 'target' | 'where'> | undefined {
  const map = entriesOf(reading, entry.value, keysOf.through);
  const [kind, ...more] = [...map.values()].filter(({ key }) => key.text !== 'where');
  if (kind?.key.text !== cardinality || more.length > 0) {
    const isCounted = ['count', 'sum', 'exists'].includes(cardinality);
    report(
      reading,
      'pattern-kind',
      entry.key.at,
      isCounted
        ? `\`${cardinality}\` reads one entity, so it cannot be combined with \`through\`.`
        : `A \`${cardinality}\` pattern must go through \`${cardinality}\`.`,
      isCounted
        ? `Write \`${cardinality}:\` with the entity that \`through\` names.`
        : `Write \`through: { ${cardinality}: Entity, where: { … } }\`.`,
    );
    return undefined;
  }
  const target = wordOf(reading, kind);
  return target && { target, where: lookupsOf(reading, map.get('where')) };
}

function rangeOf(reading: Reading, entry: Entry | undefined): PatternModel['range'] {
  const [first, ...more] = fieldsOf(reading, entry);
  for (const extra of more) {
    report(
      reading,
      'range-fields',
      extra.key.at,
      'A range can bound only one field, because DynamoDB accepts one condition on the sort key.',
      `Bound only \`${first?.key.text}\`, or bound \`${extra.key.text}\` in another pattern.`,
    );
  }
  if (!first) return undefined;
  const map = entriesOf(reading, first.value, keysOf.range);
  const bounds = [...map.values()].flatMap((bound) => {
    const source = sourceOf(reading, bound);
    return source ? [{ operator: bound.key, source }] : [];
  });
  return { field: first.key, bounds };
}

function bucketOf(reading: Reading, entry: Entry | undefined): PatternModel['bucket'] {
  const word = wordOf(reading, entry);
  if (!word) return undefined;
  const match = /^(\w+)\(\s*(\w+)\s*\)$/.exec(word.text);
  const [, unit, field] = match ?? [];
  if (!unit || !field) return undefined;
  const start = word.text.indexOf(field, unit.length + 1);
  return {
    unit: { text: unit, at: partOf(word, 0, unit.length) },
    field: { text: field, at: partOf(word, start, start + field.length) },
    at: word.at,
  };
}

function entryOf(reading: Reading, entry: Entry | undefined): PatternModel['entry'] {
  if (!entry) return undefined;
  if (isScalar(entry.value))
    return isTrue(reading, entry) ? { at: entry.key.at, key: [], include: [] } : undefined;
  const map = entriesOf(reading, entry.value, keysOf.entry);
  return {
    at: entry.key.at,
    key: templatesOf(reading, map.get('key')),
    include: wordsOf(reading, map.get('include')),
  };
}

function discriminatorOf(reading: Reading, entry: Entry | undefined): PatternModel['type'] {
  const fields = fieldsOf(reading, entry);
  const by = fields.find((field) => field.key.text === 'by');
  const source = sourceOf(reading, by);
  if (!entry) return undefined;
  if (!source) {
    if (by) return undefined;
    report(
      reading,
      'missing-key',
      entry.key.at,
      '`type` lacks `by`.',
      'Name the value that selects the type, as in `by: $parent.kind`.',
    );
    return undefined;
  }
  const members = fields
    .filter((field) => field !== by)
    .flatMap((field) => {
      const entity = wordOf(reading, field);
      return entity ? [{ value: field.key, entity }] : [];
    });
  return { by: source, members, at: entry.key.at };
}

function pageOf(reading: Reading, entry: Entry | undefined): PatternModel['page'] {
  if (!entry) return undefined;
  const map = entriesOf(reading, entry.value, keysOf.page);
  return {
    at: entry.key.at,
    ...optional({
      default: countOf(reading, map.get('default'))?.count,
      max: countOf(reading, map.get('max'))?.count,
    }),
  };
}
