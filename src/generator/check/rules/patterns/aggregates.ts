/** A maintained aggregate is exact: it is of all records with some values, and each write knows what it adds. */

import type { Note, Span } from '../../../diagnostics/diagnostic.js';
import { isWhole } from '../../../encodings.js';
import { isMaintained, namedType, type PatternModel, printType, type Word } from '../../../model.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt, isConnection } from '../../../resolve/sdl.js';
import { scalarHint } from '../../../scalars.js';
import { type Check, type Finding, listed } from '../../row.js';
import { differences } from '../entities/shared-unique.js';

export const aggregateChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'maintained-question',
    *check({ model, entities }) {
      for (const pattern of model.patterns.filter(keepsAggregate)) {
        for (const { key, at } of unkept(pattern)) {
          yield {
            at,
            message: `The number of pattern \`${pattern.name.text}\` is maintained, and \`${key}\` asks for a part of it.`,
            notes: noteOf(pattern),
            hint: hintFor(pattern),
          };
        }
        const history = entities.get(pattern.target.text)?.model.historyOf;
        if (!history) continue;
        yield {
          at: pattern.target.at,
          message: `Pattern \`${pattern.name.text}\` cannot maintain an aggregate of the history \`${history.text}\`, because versions are copied without being counted.`,
          notes: [{ message: 'the history', at: history.at }],
          hint: `Count on read, without \`${wordOf(pattern)}\`, or use the revision of \`${history.text}\`.`,
        };
      }
    },
  },
  {
    code: 'maintained-cap',
    *check({ model }) {
      for (const { name, cap, shards } of model.patterns) {
        if (!cap || !shards || shards.count === 1) continue;
        yield {
          at: cap.at,
          message: `Pattern \`${name.text}\` spreads its count over ${shards.count} items, so no write can check that the total stays within ${cap.count}.`,
          notes: [{ message: 'the shards', at: shards.at }],
          hint: 'Remove one of the two.',
        };
      }
    },
  },
  {
    code: 'maintained-expiring',
    *check({ model, entities }) {
      for (const pattern of model.patterns.filter(keepsAggregate)) {
        const ttl = entities.get(pattern.target.text)?.model.ttl;
        if (!ttl) continue;
        yield {
          at: pattern.maintained?.at ?? pattern.total?.at ?? pattern.name.at,
          message: `DynamoDB removes expired \`${pattern.target.text}\` records without a write, so the aggregate of pattern \`${pattern.name.text}\` would stay too high.`,
          notes: [{ message: 'the time of expiry', at: ttl.at }],
          hint: 'Count on read, or delete the records instead of letting them expire.',
        };
      }
    },
  },
  {
    code: 'sum-attribute',
    *check({ model, entities }) {
      for (const { name, cardinality, of, target } of model.patterns) {
        const entity = entities.get(target.text);
        const attribute = of && entity?.attributes.get(of.text);
        if (cardinality !== 'sum' || !of || !entity || !attribute) continue;
        if (isWhole(attribute.encoding)) continue;
        const isDecimal = attribute.encoding === 'decimal';
        yield {
          at: of.at,
          message: `Pattern \`${name.text}\` adds up \`${entity.name}.${of.text}\`, which is \`${printType(attribute.type)}\`${isDecimal ? ': sums of binary fractions drift' : ''}.`,
          notes: fieldNote(entity, of.text),
          hint: isDecimal
            ? 'Store whole numbers of the smallest unit, such as cents, in an `Int`.'
            : (scalarHint(model.sdl, attribute, 'integer') ?? 'Name an attribute that is a whole number.'),
        };
      }
    },
  },
  {
    code: 'total-count',
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
            ? `Pattern \`${name.text}\` maintains a total, but \`${type.name}\` has no \`totalCount: Int!\`.`
            : `Pattern \`${name.text}\` maintains a total, but does not return a connection.`,
          notes: [
            ...(count ? [{ message: 'the field', at: count.at }] : []),
            ...(type && !count ? [{ message: 'the connection', at: type.at }] : []),
            ...(field && !type ? [{ message: 'the field', at: field.at }] : []),
          ],
          hint: type
            ? `Add the field to \`${type.name}\`.`
            : 'Count with a separate pattern, with `count` and `maintained: true`.',
        };
      }
    },
  },
  {
    code: 'sequence-attribute',
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
  return at ? [{ message: 'maintained here', at }] : [];
}

function hintFor({ cardinality, total }: PatternModel): string {
  if (cardinality === 'sum') return 'Select the records to add up with `when`, or remove the key.';
  return total
    ? 'Remove `total`, and `totalCount` from the connection, or remove the key.'
    : 'Remove `maintained`, so that it is counted by reading, or say with `when` which records count.';
}

/** What narrows a pattern to a part of the number that is maintained by equality. */
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
  const sharing = new Map<string, Parameters<typeof differences>[0]>();
  for (const entity of entities.values()) {
    if (entity.model.historyOf) continue;
    for (const { field, how, within = [], shared } of entity.model.generate) {
      if (how.text !== 'sequence') continue;
      const first = shared && sharing.get(shared.text);
      if (first) yield* differences(first, { entity, fields: within, name: shared }, 'sequence');
      else if (shared) sharing.set(shared.text, { entity, fields: within, name: shared });
      for (const word of within) yield* parentMistake(entity, field, word);
      if (!entity.keyFields?.includes(field.text)) continue;
      for (const { name, kind, entity: target } of model.mutations) {
        if ((kind !== 'upsert' && kind !== 'put') || target.text !== entity.name) continue;
        yield {
          at: name.at,
          message: `Mutation \`${name.text}\` names the \`${field.text}\` of a record that may not exist yet, but the sequence decides the number of a new \`${entity.name}\`.`,
          notes: [{ message: 'numbered here', at: field.at }],
          hint: 'Declare a `create` and an `update` instead.',
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
      `${numbered}, but ${of} is \`${printType(attribute.type)}\`.`,
      'Name an attribute with a plain value.',
    );
  } else if (attribute.nullable) {
    yield finding(`${numbered}, but ${of} is nullable.`, `Make it \`${printType(attribute.type)}!\`.`);
  } else if (attribute.generated !== null || attribute.computed !== undefined) {
    yield finding(
      `${numbered}, but ${of} is generated together with the number.`,
      'Name an attribute that the caller sets.',
    );
  } else if (!isMaintained) {
    yield finding(
      `${numbered}, so a change of ${of} would leave a gap in one sequence and a duplicate in the other.`,
      `Add \`${word.text}\` to \`immutable\`.`,
    );
  }
}

function fieldNote(entity: ResolvedEntity, name: string): readonly Note[] {
  const field = entity.type.fields.find((one) => one.name === name);
  return field ? [{ message: 'the field', at: field.at }] : [];
}
