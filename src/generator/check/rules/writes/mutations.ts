/** A mutation finds one record, gives it every value it needs, and changes only what may change. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { type MutationModel, namedType, printType, type SdlField, type Word } from '../../../model.js';
import { hasDeclaredRevision } from '../../../resolve/attributes.js';
import { type ResolvedEntity, type ResolvedModel, valuesTakenBy } from '../../../resolve/resolved-model.js';
import { pathFrom } from '../../../resolve/written-values.js';
import { isFieldOf } from '../../../sources.js';
import { type Check, type Finding, listed } from '../../row.js';
import { missingParts } from './values.js';

export const mutationChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'incomplete-key',
    *check(resolved) {
      for (const { mutation, entity } of known(resolved)) {
        if (mutation.kind === 'create' || mutation.all || !entity.keyFields) continue;
        const given = new Set(mutation.where.map((binding) => binding.field.text));
        const missing = entity.keyFields.filter((field) => !given.has(field));
        const extra = mutation.where.filter(
          ({ field }) => entity.attributes.has(field.text) && !entity.keyFields?.includes(field.text),
        );
        if (missing.length > 0) {
          yield {
            at: mutation.where[0]?.field.at ?? mutation.name.at,
            message: `Mutation \`${mutation.name.text}\` needs ${listed(missing)}, the key of \`${entity.name}\`, to find the record.`,
            hint: `Write \`where: { ${entity.keyFields.map((field) => `${field}: $${field}`).join(', ')} }\`.`,
          };
        } else if (extra[0]) {
          yield {
            at: extra[0].field.at,
            message: `\`${extra[0].field.text}\` is not part of the key of \`${entity.name}\`, and \`where\` contains only the key.`,
            hint: 'Remove it. Use `require` for a condition on the record.',
          };
        }
      }
    },
  },
  {
    code: 'mutable-append-only',
    *check(resolved) {
      for (const { mutation, entity } of known(resolved)) {
        if (mutation.kind === 'create' || entity.model.immutable !== true) continue;
        yield {
          at: mutation.entity.at,
          message: `\`${entity.name}\` is immutable, but mutation \`${mutation.name.text}\` would ${mutation.kind} it.`,
          notes: [{ message: 'the entity', at: entity.model.name.at }],
          hint: 'Remove the mutation, or `immutable: true`.',
        };
      }
    },
  },
  {
    code: 'no-revision',
    *check(resolved) {
      for (const { mutation, entity } of known(resolved)) {
        const { expect } = mutation;
        if (!expect || mutation.kind === 'create' || hasDeclaredRevision(entity.model)) continue;
        const free = ['version', 'revision', 'recordVersion'].find((name) => !entity.attributes.has(name));
        yield {
          at: expect.at,
          message: `Mutation \`${mutation.name.text}\` expects a revision, but no field shows the revision of \`${entity.name}\` to callers.`,
          notes: [{ message: 'the entity', at: entity.model.name.at }],
          hint: `Add a field, as in \`${free}: Int!\`, and \`generate: { ${free}: revision }\`.`,
        };
      }
    },
  },
  {
    code: 'attribute-without-value',
    check: withoutValue,
  },
  {
    code: 'immutable-set',
    check: immutableSet,
  },
];

function known({ model, entities }: ResolvedModel): { mutation: MutationModel; entity: ResolvedEntity }[] {
  return model.mutations.flatMap((mutation) => {
    const entity = entities.get(mutation.entity.text);
    return entity ? [{ mutation, entity }] : [];
  });
}

/** The fields of the input a mutation takes its values from; undefined where it leads nowhere. */
function inputFields(resolved: ResolvedModel, name: Word): readonly SdlField[] | undefined {
  const use = valuesTakenBy(resolved, name).find((one) => one.role === 'input');
  if (!use) return [];
  const value = use.value;
  return value?.kind === 'type' ? resolved.model.sdl.types.get(namedType(value.type))?.fields : undefined;
}

/** Whether the key takes this field of the input: then it says which record is meant, and changes nothing. */
function isOfKey({ where, from }: MutationModel, field: string): boolean {
  return isFieldOf(from, field, where.find((one) => one.field.text === field)?.source);
}

function* withoutValue(resolved: ResolvedModel): Generator<Finding> {
  yield* missingParts(resolved);
  for (const { mutation, entity } of known(resolved)) {
    const { kind } = mutation;
    if ((kind !== 'create' && kind !== 'upsert' && kind !== 'put') || mutation.prepare) continue;
    const fields = inputFields(resolved, mutation.name);
    if (!fields || entity.model.historyOf || entity.model.events) continue;
    // A part of a value makes none, unless the rest of it may be left out.
    const begun = mutation.elements.filter(({ field, path }) => {
      const attribute = entity.attributes.get(field.text);
      return (
        !attribute || path.length === 0 || pathFrom(resolved.model.sdl, attribute, path).steps[0]?.mayBegin
      );
    });
    const given = new Set([
      ...[...mutation.set, ...begun].map(({ field }) => field.text),
      ...(mutation.kind !== 'create' ? mutation.where.map(({ field }) => field.text) : []),
    ]);
    for (const attribute of entity.attributes.values()) {
      const isOptional =
        attribute.nullable ||
        attribute.generated !== null ||
        attribute.default !== null ||
        attribute.computed !== undefined;
      const field = fields.find((one) => one.name === attribute.name);
      if (isOptional || given.has(attribute.name) || field?.type.nonNull) continue;
      const own = entity.type.fields.find((one) => one.name === attribute.name);
      const declared =
        own?.at ?? entity.model.stored.find((one) => one.name.text === attribute.name)?.name.at;
      yield {
        at: mutation.name.at,
        message: `Mutation \`${mutation.name.text}\` ${field ? 'may leave' : 'leaves'} \`${entity.name}.${attribute.name}\` without a value, but it is \`${printType(attribute.type)}\`.`,
        notes: [
          ...(field ? [{ message: 'optional here', at: field.at }] : []),
          ...(declared ? [{ message: 'the attribute', at: declared }] : []),
        ],
        hint: `${field ? 'Make the input field non-null' : 'Add it to the input'}, add a \`default\`, or set it under \`set\`.`,
      };
    }
  }
}

function* immutableSet(resolved: ResolvedModel): Generator<Finding> {
  for (const { mutation, entity } of known(resolved)) {
    const { immutable } = entity.model;
    if (mutation.kind === 'create' || mutation.kind === 'delete' || immutable === true) continue;
    const movable = mutation.kind === 'update' ? entity.model.movable.map((word) => word.text) : [];
    const { ttl } = entity.model;
    const touched = mutation.kind === 'touch' && ttl ? [ttl] : [];
    const places: { name: string; at: Span; hint: string }[] = [
      ...mutation.set.map(({ field }) => ({
        name: field.text,
        at: field.at,
        hint: 'Remove it from `set`.',
      })),
      ...mutation.elements.map(({ field, how }) => ({
        name: field.text,
        at: field.at,
        hint: `Remove it from \`${how}\`.`,
      })),
      ...touched.map(({ text: name }) => ({
        name,
        at: mutation.name.at,
        hint: 'Remove it from `immutable`, or remove the mutation.',
      })),
      ...(mutation.prepare ? [] : (inputFields(resolved, mutation.name) ?? []))
        .filter((field) => !isOfKey(mutation, field.name))
        .map(({ name, at }) => ({
          name,
          at,
          hint:
            mutation.kind === 'update' && entity.keyFields?.includes(name)
              ? `Remove the field from the input, or add \`movable: [${name}]\` to the entity.`
              : 'Remove the field from the input.',
        })),
    ];
    for (const { name, at, hint } of places) {
      const isKey = entity.keyFields?.includes(name) ?? false;
      const attribute = entity.attributes.get(name);
      if (
        !attribute ||
        attribute.generated === 'now' ||
        attribute.generated === 'touch' ||
        attribute.generated === 'revision' ||
        attribute.generated === 'sequence'
      )
        continue;
      if (isKey ? movable.includes(name) : !attribute.immutable) continue;
      const word = immutable.find((one) => one.text === name);
      yield {
        at,
        message: isKey
          ? `\`${entity.name}.${name}\` is part of the key, so mutation \`${mutation.name.text}\` cannot change it.`
          : `\`${entity.name}.${name}\` is immutable, so mutation \`${mutation.name.text}\` cannot change it.`,
        notes:
          word && !isKey
            ? [{ message: 'declared here', at: word.at }]
            : [{ message: 'the mutation', at: mutation.name.at }],
        hint,
      };
    }
  }
}
