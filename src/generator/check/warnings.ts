/** Choices that can be lived with, and that a reviewer wants to know of. */

import type { HoleEncoding } from '../encodings.js';
import { type PatternModel, partOf, type Source } from '../model.js';
import type { KeyTemplate } from '../plan/types/storage.js';
import { holesOf } from '../resolve/templates.js';
import type { LaidOut } from './laid-out.js';
import { type Check, type Finding, listed } from './row.js';

export const warningChecks: readonly Check<LaidOut>[] = [
  {
    code: 'unused-index',
    severity: 'warning',
    purpose: 'Every index that is paid for is read.',
    *check({ model, layout }) {
      for (const table of model.tables) {
        for (const index of table.indexes) {
          const isUsed = [...layout.entities.values()].some(
            (entity) =>
              entity.table.name.text === table.name.text &&
              entity.items.some((item) => item.slots.some((slot) => slot.index === index.name.text)),
          );
          // The keys of a native index are in no slot: it is used where a pattern reads it.
          const isRead = model.patterns.some(
            ({ index: named, target }) =>
              named?.text === index.name.text &&
              layout.entities.get(target.text)?.table.name.text === table.name.text,
          );
          if (isUsed || (index.kind === 'multi-attribute' && isRead)) continue;
          yield {
            at: index.name.at,
            message: `Nothing lies in index \`${index.name.text}\` of table \`${table.name.text}\`.`,
            hint: 'Remove it; a table that lists no `indexes` has those that are needed.',
          };
        }
      }
    },
  },
  {
    code: 'redundant-pattern',
    severity: 'warning',
    purpose: 'A question is asked once.',
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
          message: `Pattern \`${pattern.name.text}\` asks what \`${earlier.name.text}\` asks.`,
          notes: [{ message: 'first here', at: earlier.name.at }],
          hint: 'Remove one of them, and its field.',
        };
      }
    },
  },
  {
    code: 'hot-partition',
    severity: 'warning',
    purpose: 'No partition takes every record there will ever be.',
    *check({ model, layout }) {
      for (const pattern of model.patterns) {
        const slot = layout.reads.get(pattern.name.text)?.slot;
        const isMany = pattern.cardinality === 'many' || pattern.cardinality === 'count';
        if (!slot || !isMany || pattern.shards || pattern.when.length > 0) continue;
        if (!slot.partition.parts.every((part) => part.kind === 'literal')) continue;
        yield {
          at: pattern.key[0]?.template.at ?? pattern.name.at,
          message: `Every \`${pattern.target.text}\` lies in the one partition \`${slot.partition.text}\` of ${slot.index ?? 'the table'}: DynamoDB writes a thousand units a second to it, and no more.`,
          hint: 'Spread it with `shards: 4` or by time with `bucket: month(field)`, or say `shards: 1` where records are few.',
        };
      }
    },
  },
  {
    code: 'key-not-unique',
    severity: 'warning',
    purpose: 'No record takes the place of another by having the same number or time.',
    check: notUnique,
  },
];

export const identityChecks: readonly Check<LaidOut>[] = [
  {
    code: 'identity-mismatch',
    purpose: 'A pinned key tells apart what the identity says.',
    *check({ layout }) {
      for (const { model, keyFields } of layout.entities.values()) {
        const { identity, name } = model;
        const [first] = identity ?? [];
        if (!identity || !first || identity.length === new Set(keyFields).size) {
          if (identity?.every(({ text }) => keyFields.includes(text)) ?? true) continue;
        }
        yield {
          at: first?.at ?? name.at,
          message: `\`${name.text}\` is told apart by ${listed(identity?.map(({ text }) => text) ?? [])}, and its key by ${listed(keyFields)}.`,
          ...(model.key[0] ? { notes: [{ message: 'the key', at: model.key[0].template.at }] } : {}),
          hint: 'Let both hold the same fields, or leave one of them out.',
        };
      }
    },
  },
  {
    code: 'key-too-long',
    purpose: 'A key can be stored.',
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
              message: `The key attribute \`${template.attribute}\` of \`${model.name.text}\` has ${bytes} bytes of words: DynamoDB takes ${most}.`,
              hint: 'Shorten the template.',
            };
          }
        }
      }
    },
  },
];

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
      entity.unique.some(({ fields }) => isKey(fields)) ||
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
      hint: `Add what tells them apart, as \`#{id}\`, or say that this does: \`identity: [${keyFields.join(', ')}]\`.`,
    };
  }
}

function literalBytes({ parts }: KeyTemplate): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'literal' ? Buffer.byteLength(part.text) : 1), 0);
}
