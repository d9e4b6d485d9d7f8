/** Choices that can be lived with, and that a reviewer wants to know of. */

import type { HoleEncoding } from '../encodings.js';
import { fieldsOfReference, type PatternModel, partOf, type Source } from '../model.js';
import type { KeyTemplate } from '../plan/types/storage.js';
import { holesOf } from '../resolve/templates.js';
import type { LaidOut } from './laid-out.js';
import { type Check, type Finding, listed } from './row.js';

export const warningChecks: readonly Check<LaidOut>[] = [
  {
    code: 'unused-index',
    severity: 'warning',
    *check({ model, layout }) {
      for (const table of model.tables) {
        for (const index of table.indexes) {
          const isUsed = [...layout.entities.values()].some(
            (entity) =>
              entity.table.name.text === table.name.text &&
              entity.items.some((item) => item.slots.some((slot) => slot.index === index.name.text)),
          );
          // Multi-attribute keys are in no slot: it is used where a pattern reads it.
          const isRead = model.patterns.some(
            ({ index: named, target }) =>
              named?.text === index.name.text &&
              layout.entities.get(target.text)?.table.name.text === table.name.text,
          );
          if (isUsed || (index.kind === 'multi-attribute' && isRead)) continue;
          yield {
            at: index.name.at,
            message: `No pattern uses index \`${index.name.text}\` of table \`${table.name.text}\`.`,
            hint: 'Remove it. A table without `indexes` has the indexes that it needs.',
          };
        }
      }
    },
  },
  {
    code: 'redundant-pattern',
    severity: 'warning',
    *check({ model }) {
      const seen = new Map<string, PatternModel>();
      for (const pattern of model.patterns) {
        const identity = questionOf(pattern);
        const earlier = seen.get(identity);
        if (!earlier) {
          seen.set(identity, pattern);
          continue;
        }
        yield {
          at: pattern.name.at,
          message: `Pattern \`${pattern.name.text}\` is identical to \`${earlier.name.text}\`.`,
          notes: [{ message: 'first used here', at: earlier.name.at }],
          hint: 'Remove one of them, and the field that it answers.',
        };
      }
    },
  },
  {
    code: 'unique-apart',
    severity: 'warning',
    check: uniqueApart,
  },
  {
    code: 'hot-partition',
    severity: 'warning',
    eachMember: true,
    *check({ model, layout }) {
      for (const pattern of model.patterns) {
        const slot = layout.reads.get(pattern.name.text)?.slot;
        const isMany = pattern.cardinality === 'many' || pattern.cardinality === 'count';
        if (!slot || !isMany || pattern.shards || pattern.when.length > 0) continue;
        if (!slot.partition.parts.every((part) => part.kind === 'literal')) continue;
        yield {
          at: pattern.key[0]?.template.at ?? pattern.name.at,
          message: `Every \`${pattern.target.text}\` is in one partition, \`${slot.partition.text}\` of ${slot.index ?? 'the table'}, which accepts at most a thousand write units a second.`,
          hint: 'Spread the records with `shards: 4` or `bucket: month(field)`, or write `shards: 1` if there are only a few.',
        };
      }
    },
  },
  {
    code: 'key-not-unique',
    severity: 'warning',
    check: notUnique,
  },
];

export const identityChecks: readonly Check<LaidOut>[] = [
  {
    code: 'identity-mismatch',
    *check({ layout }) {
      for (const { model, keyFields } of layout.entities.values()) {
        const { identity, name } = model;
        const [first] = identity ?? [];
        if (!identity || !first || identity.length === new Set(keyFields).size) {
          if (identity?.every(({ text }) => keyFields.includes(text)) ?? true) continue;
        }
        yield {
          at: first?.at ?? name.at,
          message: `\`${name.text}\` has the identity ${listed(identity?.map(({ text }) => text) ?? [])}, but its key contains ${listed(keyFields)}.`,
          ...(model.key[0] ? { notes: [{ message: 'the key', at: model.key[0].template.at }] } : {}),
          hint: 'Use the same fields in both, or remove one of them.',
        };
      }
    },
  },
  {
    code: 'key-too-long',
    *check({ layout }) {
      for (const { model, items } of layout.entities.values()) {
        for (const { partition, sort } of items.flatMap((item) => item.slots)) {
          for (const [template, most] of [
            [partition, 2048],
            [sort, 1024],
          ] as const) {
            const bytes = template ? literalBytes(template) : 0;
            if (!template || bytes <= most) continue;
            yield {
              at: model.name.at,
              message: `The key attribute \`${template.attribute}\` of \`${model.name.text}\` has ${bytes} bytes of text, but DynamoDB accepts ${most}.`,
              hint: 'Shorten the template.',
            };
          }
        }
      }
    },
  },
];

/** Each of several values is unique, and a pattern lists records by one of them: probably all of them together should be. */
function* uniqueApart({ model }: LaidOut): Generator<Finding> {
  for (const { name, unique, references } of model.entities) {
    const alone = unique.flatMap(({ fields: [field, ...more] }) =>
      field && more.length === 0 ? [field] : [],
    );
    if (alone.length < 2) continue;
    for (const field of alone) {
      const pattern = model.patterns.find(
        ({ cardinality, target, where }) =>
          cardinality === 'many' &&
          target.text === name.text &&
          where.some((binding) => binding.field.text === field.text && !binding.each),
      );
      // A cascade finds what it deletes by such a pattern, however few that is.
      const isCascaded = references.some((one) =>
        fieldsOfReference(one).some(({ text }) => text === field.text),
      );
      if (!pattern || isCascaded) continue;
      const others = alone.map(({ text }) => text).join(', ');
      yield {
        at: field.at,
        message: `\`${name.text}.${field.text}\` alone is unique, so \`${pattern.name.text}\` finds one record at most.`,
        notes: [{ message: 'the pattern', at: pattern.name.at }],
        hint: `If only the values together are unique, write a list in the list: \`unique: [[${others}]]\`.`,
      };
    }
  }
}

/** All that a pattern says but its name and its field's: patterns of one type of the SDL are compared. */
function questionOf({ name: _name, for: field, where, ...rest }: PatternModel): string {
  const plain = (_key: string, part: unknown) => {
    if (!isSource(part)) return withoutPlace(part);
    if (part.kind === 'argument') return { kind: part.kind };
    return part.kind === 'literal' ? { value: part.value } : { kind: part.kind, path: part.path };
  };
  const bound = where.map((binding) => [binding.field.text, binding] as const);
  return JSON.stringify(
    { on: field?.type, where: bound.sort(([a], [b]) => (a < b ? -1 : 1)), ...rest },
    plain,
  );
}

function isSource(part: unknown): part is Source {
  return (
    typeof part === 'object' &&
    part !== null &&
    'kind' in part &&
    (part.kind === 'argument' ||
      part.kind === 'parent' ||
      part.kind === 'through' ||
      part.kind === 'literal') &&
    'at' in part
  );
}

function withoutPlace(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || !('at' in part)) return part;
  const { at: _at, ...rest } = part;
  return rest;
}

const repeated: Partial<Record<HoleEncoding, string>> = {
  integer: 'number',
  safeInteger: 'number',
  decimal: 'number',
  time: 'time',
  boolean: 'value',
  enum: 'value',
};

function* notUnique({ model, layout }: LaidOut): Generator<Finding> {
  for (const { model: entity, items, keyFields } of layout.entities.values()) {
    if (entity.historyOf || entity.identity) continue;
    const slot = items[0]?.slots[0];
    const last = [...holesOf(slot?.partition ?? null), ...holesOf(slot?.sort ?? null)].at(-1);
    const what = last && repeated[last.encode];
    if (!last || what === undefined) continue;
    const isKey = (fields: readonly { readonly text: string }[]) =>
      fields.length === keyFields.length && fields.every(({ text }) => keyFields.includes(text));
    const isSaid =
      entity.unique.some(({ fields, when }) => when.length === 0 && isKey(fields)) ||
      [...model.patterns.filter(({ cardinality }) => cardinality === 'one'), ...model.mutations].some(
        (one) =>
          ('target' in one ? one.target : one.entity).text === entity.name.text &&
          isKey(one.where.map(({ field }) => field)),
      );
    if (isSaid) continue;
    const template = [...entity.key].reverse().find((one) => one.template.text.includes(`{${last.field}}`));
    const start = template?.template.text.lastIndexOf(`{${last.field}}`) ?? 0;
    const others = keyFields.filter((field) => field !== last.field);
    yield {
      at: template ? partOf(template.template, start, start + last.field.length + 2) : entity.name.at,
      message: `Two \`${entity.name.text}\` records with the same ${listed(others)}${others.length > 0 ? ' and ' : ''}${what} \`${last.field}\` overwrite one another.`,
      hint: `Add what identifies a record, as in \`#{id}\`, or declare that this does: \`identity: [${keyFields.join(', ')}]\`.`,
    };
  }
}

function literalBytes({ parts }: KeyTemplate): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'literal' ? Buffer.byteLength(part.text) : 1), 0);
}
