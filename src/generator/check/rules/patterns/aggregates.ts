/** A number that is kept is exact: it is asked of all records with some values, and each write can tell what it adds. */

import type { Note, Span } from '../../../diagnostics/diagnostic.js';
import { isMaintained, namedType, type PatternModel, printType, type Word } from '../../../model.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt, isConnection } from '../../../resolve/sdl.js';
import { type Check, type Finding, listed } from '../../row.js';

export const aggregateChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'maintained-question',
    purpose: 'A number that is kept is of all records that have some values.',
    *check({ model, entities }) {
      for (const pattern of model.patterns.filter(keepsAggregate)) {
        for (const { key, at } of unkept(pattern)) {
          yield {
            at,
            message: `The number of pattern \`${pattern.name.text}\` is kept, and \`${key}\` asks for a part of it.`,
            notes: noteOf(pattern),
            hint: hintFor(pattern),
          };
        }
        const history = entities.get(pattern.target.text)?.model.historyOf;
        if (!history) continue;
        yield {
          at: pattern.target.at,
          message: `Nothing counts the versions of \`${history.text}\`: pattern \`${pattern.name.text}\` cannot keep how many there are.`,
          notes: [{ message: 'the history', at: history.at }],
          hint: `Count them by reading, without \`${wordOf(pattern)}\`, or take the revision of \`${history.text}\`.`,
        };
      }
    },
  },
  {
    code: 'maintained-cap',
    purpose: 'A bound is held by the one item that has the whole number.',
    *check({ model }) {
      for (const { name, cap, shards } of model.patterns) {
        if (!cap || !shards || shards.count === 1) continue;
        yield {
          at: cap.at,
          message: `Pattern \`${name.text}\` spreads its number over ${shards.count} items, of which none can tell whether all together pass ${cap.count}.`,
          notes: [{ message: 'spread here', at: shards.at }],
          hint: 'Remove one of the two.',
        };
      }
    },
  },
  {
    code: 'maintained-expiring',
    purpose: 'What counts leaves by a write.',
    *check({ model, entities }) {
      for (const pattern of model.patterns.filter(keepsAggregate)) {
        const ttl = entities.get(pattern.target.text)?.model.ttl;
        if (!ttl) continue;
        yield {
          at: pattern.maintained?.at ?? pattern.total?.at ?? pattern.name.at,
          message: `DynamoDB removes what expires of \`${pattern.target.text}\` without a write of ours: the number of pattern \`${pattern.name.text}\` would stay too high.`,
          notes: [{ message: 'the time of expiry', at: ttl.at }],
          hint: 'Count by reading, or delete the records instead of letting them expire.',
        };
      }
    },
  },
  {
    code: 'sum-attribute',
    purpose: 'What is added up stays exact.',
    *check({ model, entities }) {
      for (const { name, cardinality, of, target } of model.patterns) {
        const entity = entities.get(target.text);
        const attribute = of && entity?.attributes.get(of.text);
        if (cardinality !== 'sum' || !of || !entity || !attribute) continue;
        if (attribute.encoding === 'integer') continue;
        const isDecimal = attribute.encoding === 'decimal';
        yield {
          at: of.at,
          message: `Pattern \`${name.text}\` adds up \`${entity.name}.${of.text}\`, which is \`${printType(attribute.type)}\`${isDecimal ? ': binary fractions do not add up, and what is taken off again is not what was added' : ''}.`,
          notes: fieldNote(entity, of.text),
          hint: isDecimal
            ? 'Keep whole numbers of the smallest unit, as cents, in an `Int`.'
            : 'Name an attribute that is a whole number.',
        };
      }
    },
  },
  {
    code: 'total-count',
    purpose: 'What is kept for a connection is a field of it.',
    *check({ model }) {
      for (const { name, for: path, total, cardinality } of model.patterns) {
        const field = fieldAt(model, path);
        if (!total || cardinality !== 'many' || (path && !field)) continue;
        const type =
          field && isConnection(model.sdl, field.type)
            ? model.sdl.types.get(namedType(field.type))
            : undefined;
        const count = type?.fields.find((one) => one.name === 'totalCount');
        if (count?.type.kind === 'named' && count.type.name === 'Int') continue;
        yield {
          at: total.at,
          message: type
            ? `Pattern \`${name.text}\` keeps a total, and \`${type.name}\` has no \`totalCount: Int!\`.`
            : `Pattern \`${name.text}\` keeps a total, and gives no connection.`,
          notes: [
            ...(count ? [{ message: 'the field', at: count.at }] : []),
            ...(type && !count ? [{ message: 'the connection', at: type.at }] : []),
            ...(field && !type ? [{ message: 'the field', at: field.at }] : []),
          ],
          hint: type
            ? `Add the field to \`${type.name}\`.`
            : 'Ask for the number by a pattern of its own, with `count` and `maintained: true`.',
        };
      }
    },
  },
  {
    code: 'sequence-attribute',
    purpose: 'A sequence is told by values that a record has at once and keeps.',
    check: sequences,
  },
];

function keepsAggregate(pattern: PatternModel): boolean {
  return isMaintained(pattern) || pattern.total !== undefined;
}

function wordOf({ cardinality, total }: PatternModel): string {
  return total ? 'total' : cardinality === 'sum' ? 'sum' : 'maintained';
}

function noteOf(pattern: PatternModel): readonly Note[] {
  const at = pattern.maintained?.at ?? pattern.total?.at;
  return at ? [{ message: 'kept here', at }] : [];
}

function hintFor({ cardinality, total }: PatternModel): string {
  if (cardinality === 'sum') return 'Say with `when` which records are added up, or remove it.';
  return total
    ? 'Remove `total`, and `totalCount` from the connection, or ask without it.'
    : 'Remove `kept`, so that it is counted by reading, or say with `when` which records count.';
}

/** What a pattern asks that a number kept by equality does not tell. */
function unkept(pattern: PatternModel): { readonly key: string; readonly at: Span }[] {
  const { narrow, range, filter, bucket, where, leadsTo, cardinality, target } = pattern;
  const list = where.find(({ each }) => each === 'list');
  const places: { readonly key: string; readonly at: Span | undefined }[] = [
    { key: 'narrow', at: narrow[0]?.field.at },
    { key: 'range', at: range?.field.at },
    { key: 'filter', at: comparisonsOf(filter)[0]?.field.at },
    { key: 'bucket', at: bucket?.at },
    { key: 'in', at: list?.field.at },
    { key: 'through', at: leadsTo && target.at },
    { key: 'mixed', at: cardinality === 'mixed' ? target.at : undefined },
  ];
  return places.flatMap(({ key, at }) => (at ? [{ key, at }] : []));
}

function* sequences({ model, entities }: ResolvedModel): Generator<Finding> {
  for (const entity of entities.values()) {
    if (entity.model.historyOf) continue;
    for (const { field, how, within = [] } of entity.model.generate) {
      if (how.text !== 'sequence') continue;
      for (const word of within) yield* parentMistake(entity, field, word);
      if (!entity.keyFields?.includes(field.text)) continue;
      for (const { name, kind, entity: target } of model.mutations) {
        if ((kind !== 'upsert' && kind !== 'put') || target.text !== entity.name) continue;
        yield {
          at: name.at,
          message: `Mutation \`${name.text}\` names the \`${field.text}\` of a record that may not be there yet, and which number a new \`${entity.name}\` gets is not for the caller to say.`,
          notes: [{ message: 'numbered here', at: field.at }],
          hint: 'Write a `create` and an `update`.',
        };
      }
    }
  }
}

function* parentMistake(entity: ResolvedEntity, field: Word, word: Word): Generator<Finding> {
  const attribute = entity.attributes.get(word.text);
  if (!attribute) return;
  const of = `\`${entity.name}.${word.text}\``;
  const numbered = `\`${field.text}\` numbers the records of each ${listed([word.text])}`;
  const isMaintained = attribute.immutable || entity.keyFields?.includes(word.text);
  const finding = (message: string, hint: string): Finding => ({
    at: word.at,
    message,
    notes: fieldNote(entity, word.text),
    hint,
  });
  if (attribute.encoding === 'document') {
    yield finding(
      `${numbered}, and ${of} is \`${printType(attribute.type)}\`.`,
      'Name an attribute with a plain value.',
    );
  } else if (attribute.nullable) {
    yield finding(`${numbered}, and ${of} may be null.`, `Make it \`${printType(attribute.type)}!\`.`);
  } else if (attribute.generated !== null || attribute.computed !== undefined) {
    yield finding(
      `${numbered}, and ${of} is made together with the number.`,
      'Name an attribute that the caller gives.',
    );
  } else if (!isMaintained) {
    yield finding(
      `${numbered}, and a change of ${of} would leave a gap there and a double here.`,
      `Add \`${word.text}\` to \`immutable\`.`,
    );
  }
}

function fieldNote(entity: ResolvedEntity, name: string): readonly Note[] {
  const field = entity.type.fields.find((one) => one.name === name);
  return field ? [{ message: 'the field', at: field.at }] : [];
}
