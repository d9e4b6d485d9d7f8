/** What an entity says of its attributes fits them. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { isNumber, isWhole } from '../../../encodings.js';
import { namedType, partOf, printType } from '../../../model.js';
import { momentOf } from '../../../moments.js';
import {
  holesIn,
  isAnswered,
  originals,
  type ResolvedAttribute,
  type ResolvedEntity,
  type ResolvedModel,
} from '../../../resolve/resolved-model.js';
import { literalReferences } from '../../../resolve/value-references.js';
import { embeddedType } from '../../../resolve/written-values.js';
import { scalarHint } from '../../../scalars.js';
import { type Check, type Finding, listed } from '../../row.js';
import { wrongShapes } from '../writes/values.js';

export const entityChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'stored-in-schema',
    *check(resolved) {
      for (const { name, model, type } of originals(resolved.entities)) {
        for (const { name: word } of model.stored) {
          const field = type.fields.find((one) => one.name === word.text);
          if (!field || isAnswered(resolved, name, word.text)) continue;
          yield {
            at: word.at,
            message: `\`${name}.${word.text}\` is a field of the schema, which is stored already.`,
            notes: [{ message: 'the field', at: field.at }],
            hint: 'Remove it, or answer the field with a pattern or rule.',
          };
        }
      }
    },
  },
  {
    code: 'secret-exposed',
    *check({ entities }) {
      for (const entity of entities.values()) {
        const { original, model } = entity;
        if (!model.historyOf) for (const word of model.secret) yield* exposed(entity, word.text, word.at);
        for (const word of original?.model.secret ?? []) {
          const field = entity.type.fields.find((one) => one.name === word.text);
          if (field && entity.attributes.has(word.text)) yield* exposed(entity, word.text, field.at, word.at);
        }
      }
    },
  },
  {
    code: 'secret-copied',
    *check({ model, entities, templates }) {
      for (const { target, entry } of model.patterns) {
        for (const word of entry?.include ?? []) {
          if (!entities.get(target.text)?.attributes.get(word.text)?.secret) continue;
          yield copied(word.text, word.at);
        }
      }
      for (const template of templates) {
        if (!template.pattern?.entry) continue;
        for (const hole of holesIn(template)) {
          if (!template.entity.attributes.get(hole.field)?.secret) continue;
          yield copied(hole.field, partOf(template.template, hole.start, hole.end));
        }
      }
    },
  },
  {
    code: 'generate-type',
    *check({ entities }) {
      for (const { name, model, attributes } of originals(entities)) {
        for (const { field, how } of model.generate) {
          const attribute = attributes.get(field.text);
          const wanted = generated[how.text as keyof typeof generated];
          if (
            !attribute ||
            !wanted ||
            (wanted.type === 'Int!'
              ? isWhole(attribute.encoding) && !attribute.nullable
              : attribute.encoding === wanted.encoding)
          )
            continue;
          yield {
            at: how.at,
            message: `\`${how.text}\` generates ${wanted.what}, but \`${name}.${field.text}\` is \`${printType(attribute.type)}\`.`,
            hint: `Make the attribute \`${wanted.type}\`.`,
          };
        }
      }
    },
  },
  {
    code: 'revision-twice',
    *check({ entities }) {
      for (const { name, model } of originals(entities)) {
        const [first, second] = model.generate.filter(({ how }) => how.text === 'revision');
        if (!first || !second) continue;
        yield {
          at: second.field.at,
          message: `\`${name}\` has two revisions, \`${first.field.text}\` and \`${second.field.text}\`.`,
          notes: [{ message: 'the first one', at: first.field.at }],
          hint: 'Keep one of them.',
        };
      }
    },
  },
  {
    code: 'generated-set',
    check: generatedSet,
  },
  {
    code: 'literal-type',
    check: literalTypes,
  },
  {
    code: 'normalize-type',
    *check({ entities }) {
      for (const { name, model, attributes } of originals(entities)) {
        for (const { field, steps } of model.normalize) {
          const attribute = attributes.get(field.text);
          if (!attribute || attribute.encoding === 'text') continue;
          yield {
            at: field.at,
            message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`, but ${listed(steps.map((step) => step.text))} applies only to text.`,
            hint: 'Remove it.',
          };
        }
      }
    },
  },
  {
    code: 'set-type',
    *check({ entities }) {
      for (const { name, model, attributes, type } of originals(entities)) {
        for (const word of model.sets) {
          const attribute = attributes.get(word.text);
          const isPlain = attribute && (attribute.element === 'text' || isNumber(attribute.element));
          if (
            !attribute ||
            (attribute.type.kind === 'list' &&
              isPlain &&
              attribute.type.of.kind === 'named' &&
              attribute.type.of.nonNull)
          )
            continue;
          const field = type.fields.find((one) => one.name === word.text);
          yield {
            at: word.at,
            message: `\`${name}.${word.text}\` is \`${printType(attribute.type)}\`, but a set contains non-null text or numbers.`,
            ...(field ? { notes: [{ message: 'the field', at: field.at }] } : {}),
            hint: isPlain ? `Make it \`[${attribute.of}!]!\`.` : 'Remove it from `sets`.',
          };
        }
      }
    },
  },
  {
    code: 'unique-attribute',
    *check({ entities }) {
      for (const { name, model, attributes } of originals(entities)) {
        const seen = new Map<string, Span>();
        for (const { fields } of model.unique) {
          const [first] = fields;
          if (!first) continue;
          for (const word of fields) {
            const attribute = attributes.get(word.text);
            if (attribute?.encoding !== 'document') continue;
            yield {
              at: word.at,
              message: `\`${name}.${word.text}\` is \`${printType(attribute.type)}\`, but only plain values can be unique.`,
              hint: 'Remove it, or store the unique part in an attribute of its own.',
            };
          }
          const identity = fields
            .map((word) => word.text)
            .sort()
            .join('+');
          const earlier = seen.get(identity);
          if (earlier) {
            yield {
              at: first.at,
              message: `${listed(fields.map((word) => word.text))} is already unique.`,
              notes: [{ message: 'first used here', at: earlier }],
              hint: 'Remove one of them.',
            };
          }
          seen.set(identity, first.at);
        }
      }
    },
  },
  {
    code: 'immutable-generated',
    *check({ entities }) {
      for (const { name, model } of originals(entities)) {
        for (const { field, how } of model.generate) {
          if (how.text !== 'touch' && how.text !== 'revision') continue;
          const word =
            model.immutable === true ? undefined : model.immutable.find((one) => one.text === field.text);
          if (!word && model.immutable !== true) continue;
          yield {
            at: word?.at ?? how.at,
            message: word
              ? `\`${name}.${field.text}\` is immutable but generated anew on every write.`
              : `\`${name}\` is immutable, so \`${how.text}\` of \`${field.text}\` would apply only on creation.`,
            ...(word ? { notes: [{ message: 'generated here', at: how.at }] } : {}),
            hint: word ? 'Remove one of the two.' : 'Remove it, or use `now` for the time of creation.',
          };
        }
      }
    },
  },
  {
    code: 'ttl-type',
    *check({ entities, model: { sdl } }) {
      for (const { name, model, attributes } of originals(entities)) {
        const attribute = model.ttl && attributes.get(model.ttl.text);
        if (!model.ttl || !attribute || attribute.encoding === 'time') continue;
        yield {
          at: model.ttl.at,
          message: `\`${name}.${model.ttl.text}\` is \`${printType(attribute.type)}\`, but a record expires at a \`DateTime\`.`,
          hint: scalarHint(sdl, attribute, 'time') ?? 'Name a `DateTime` attribute.',
        };
      }
    },
  },
  {
    code: 'ttl-table',
    *check({ entities }) {
      for (const { name, model, table } of originals(entities)) {
        if (!model.ttl || model.events || !table || table.ttl) continue;
        yield {
          at: model.ttl.at,
          message: `\`${name}\` expires, but table \`${table.name.text}\` has no \`ttl\` attribute.`,
          notes: [{ message: 'the table', at: table.name.at }],
          hint: `Add \`ttl: ttl\` to the table.`,
        };
      }
    },
  },
];

const generated = {
  uuidv7: { encoding: 'text', what: 'text', type: 'ID!' },
  now: { encoding: 'time', what: 'a DateTime', type: 'DateTime!' },
  touch: { encoding: 'time', what: 'a DateTime', type: 'DateTime!' },
  revision: { encoding: 'integer', what: 'a non-null number', type: 'Int!' },
  sequence: { encoding: 'integer', what: 'a non-null number', type: 'Int!' },
} as const;

function* exposed(
  { name, type, attributes }: ResolvedEntity,
  attribute: string,
  at: Span,
  declared?: Span,
): Generator<Finding> {
  const field = type.fields.find((one) => one.name === attribute);
  if (!field || attributes.get(attribute)?.hidden !== false) return;
  yield {
    at,
    message: `\`${name}.${attribute}\` is secret, but every client can select it.`,
    notes: [
      declared ? { message: 'declared secret here', at: declared } : { message: 'the field', at: field.at },
    ],
    hint: 'Remove the field from the schema and add the attribute under `stored`, or answer the field with a rule.',
  };
}

function copied(attribute: string, at: Span): Finding {
  return {
    at,
    message: `\`${attribute}\` is secret, so it cannot be copied into an index entry.`,
    hint: 'Remove it. Reads take it from the record itself.',
  };
}

function* generatedSet(resolved: ResolvedModel): Generator<Finding> {
  const { model, entities } = resolved;
  const given = (entity: ResolvedEntity, attribute: string, at: Span, fix: string): Finding[] => {
    const rule = entity.model.generate.find((one) => one.field.text === attribute);
    if (!rule) return [];
    return [
      {
        at,
        message: `\`${entity.name}.${attribute}\` is generated, so it cannot be set.`,
        notes: [{ message: `generated here as \`${rule.how.text}\``, at: rule.how.at }],
        hint: fix,
      },
    ];
  };
  for (const entity of originals(entities)) {
    for (const { field } of entity.model.default)
      yield* given(entity, field.text, field.at, 'Remove the default.');
  }
  for (const { entity: word, set, elements } of model.mutations) {
    const entity = entities.get(word.text);
    if (!entity) continue;
    for (const { field } of set) yield* given(entity, field.text, field.at, `Remove it from \`set\`.`);
    for (const { field, how } of elements)
      yield* given(entity, field.text, field.at, `Remove it from \`${how}\`.`);
  }
  for (const use of resolved.values.all) {
    if (use.role !== 'input') continue;
    const entity = entities.get(use.owner);
    const value = use.value;
    const input = value?.kind === 'type' ? model.sdl.types.get(namedType(value.type)) : undefined;
    for (const field of input?.fields ?? []) {
      const how = entity?.attributes.get(field.name)?.generated;
      // An id may come from the caller; a revision in an input is the one that is expected.
      const isFound = use.by.kind === 'mutation' && findsBy(model, use.by.name.text, field.name);
      if (entity && (how === 'now' || how === 'touch' || (how === 'sequence' && !isFound)))
        yield* given(entity, field.name, field.at, 'Remove the field from the input.');
    }
  }
}

/** Whether a mutation finds its record by this field. */
function findsBy(model: ResolvedModel['model'], mutation: string, field: string): boolean {
  const found = model.mutations.find(({ name }) => name.text === mutation);
  return found?.where.some((binding) => binding.field.text === field) ?? false;
}

function* literalTypes(resolved: ResolvedModel): Generator<Finding> {
  yield* wrongShapes(resolved);
  const { sdl } = resolved.model;
  for (const { attribute, owner, literal, isMoment } of literalReferences(resolved)) {
    const said = printLiteral(literal.value);
    if (isMoment && attribute.encoding === 'time' && momentOf(literal.value)) continue;
    const isStructured =
      attribute.encoding === 'document' && (attribute.list || embeddedType(sdl, attribute));
    if (fits(attribute, literal.value) && !(isStructured && literal.value !== null)) continue;
    yield {
      at: literal.at,
      message: `\`${owner}.${attribute.name}\` is \`${printType(attribute.type)}\`, but ${said} is not.`,
      hint: literal.value === null ? 'Write a value.' : `Write ${example(attribute)}.`,
    };
  }
}

function printLiteral(value: string | number | boolean | null): string {
  return `\`${typeof value === 'string' ? JSON.stringify(value) : value}\``;
}

function fits(attribute: ResolvedAttribute, value: string | number | boolean | null): boolean {
  if (value === null) return attribute.nullable;
  switch (attribute.encoding) {
    case 'text':
    case 'enum':
      return typeof value === 'string';
    case 'integer':
    case 'safeInteger':
      return Number.isInteger(value);
    case 'decimal':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'time':
      return (
        typeof value === 'string' &&
        /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value) &&
        !Number.isNaN(Date.parse(value))
      );
    case 'document':
      return true;
  }
}

function example(attribute: ResolvedAttribute): string {
  switch (attribute.encoding) {
    case 'text':
      return 'text, in quotes if necessary';
    case 'enum':
      return `a value of \`${attribute.of}\``;
    case 'integer':
    case 'safeInteger':
      return 'a whole number';
    case 'decimal':
      return 'a number';
    case 'boolean':
      return '`true` or `false`';
    case 'time':
      return 'a DateTime with its zone, as in `2026-01-31T09:30:00Z`';
    case 'document':
      return attribute.list ? 'a list, as in `[]`' : 'a mapping of its fields';
  }
}
