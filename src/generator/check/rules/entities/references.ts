/** What a record names can be looked up, counted and found, as its reference asks. */

import { childrenPattern, onDeleteOf } from '../../../layout/references.js';
import { fieldsOfReference, printType, type ReferenceModel, type Word } from '../../../model.js';
import {
  holesIn,
  type ResolvedEntity,
  type ResolvedModel,
  transformIn,
} from '../../../resolve/resolved-model.js';
import { optional } from '../../../resolve/sdl.js';
import { type Check, type Finding, listed } from '../../row.js';

export const referenceChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'reference-target',
    *check(resolved) {
      for (const { entity, reference, to } of known(resolved)) {
        const said = `\`${entity.name}.${reference.name.text}\` references \`${to.name}\``;
        if (to.model.historyOf) {
          yield {
            at: reference.to.at,
            message: `${said}, which is a history, but versions remain when their record is deleted.`,
            notes: [{ message: 'declared here', at: to.model.historyOf.at }],
            hint: `Name \`${to.model.historyOf.text}\`.`,
          };
        } else if (to.keyFields?.length === 0) {
          yield {
            at: reference.to.at,
            message: `${said}, which is a singleton, so there is nothing to reference.`,
            notes: [{ message: 'the entity', at: to.model.name.at }],
            hint: 'Remove the reference.',
          };
        }
      }
    },
  },
  {
    code: 'reference-key',
    check: keys,
  },
  {
    code: 'reference-type',
    check: types,
  },
  {
    code: 'reference-expiry',
    *check(resolved) {
      for (const { entity, reference, to } of known(resolved)) {
        const { onDelete } = reference;
        const how = onDeleteOf(reference);
        if (!onDelete || how === 'leave') continue;
        if (to.model.ttl) {
          yield {
            at: onDelete.at,
            message: `\`${to.name}\` expires, and DynamoDB removes it without applying \`${how}\`.`,
            notes: [{ message: 'it expires here', at: to.model.ttl.at }],
            hint: 'Write `onDelete: leave`.',
          };
        } else if (entity.model.ttl && how === 'restrict') {
          yield {
            at: onDelete.at,
            message: `\`${entity.name}\` expires, and DynamoDB removes its records without a write, so \`restrict\` would still count them.`,
            notes: [{ message: 'it expires here', at: entity.model.ttl.at }],
            hint: 'Write `onDelete: cascade`, or `leave`.',
          };
        }
      }
    },
  },
  {
    code: 'cascade-pattern',
    *check({ model, entities }) {
      for (const { entity, reference, to } of known({ model, entities })) {
        const { onDelete } = reference;
        if (!onDelete || onDeleteOf(reference) !== 'cascade') continue;
        if (childrenPattern(model, entity.model, reference)) continue;
        const fields = fieldsOfReference(reference).map(({ text }) => text);
        yield {
          at: onDelete.at,
          message: `No pattern finds all \`${entity.name}\` records that reference one \`${to.name}\`, so deleting them would take a scan.`,
          hint: `Declare a pattern with equality on only ${listed(fields)}, as in \`${example(entity, to, fields)}\`.`,
        };
      }
    },
  },
];

interface Known {
  readonly entity: ResolvedEntity;
  readonly reference: ReferenceModel;
  readonly to: ResolvedEntity;
}

/** References of entities that have some of their own, to entities that are known. */
function* known({ entities }: Pick<ResolvedModel, 'model' | 'entities'>): Generator<Known> {
  for (const entity of entities.values()) {
    if (entity.model.historyOf) continue;
    for (const reference of entity.model.references) {
      const to = entities.get(reference.to.text);
      if (to) yield { entity, reference, to };
    }
  }
}

function example({ name }: ResolvedEntity, to: ResolvedEntity, fields: readonly string[]): string {
  const where = fields.map((field) => `${field}: $${field}`).join(', ');
  const plural = `${name.charAt(0).toLowerCase()}${name.slice(1)}sOf${to.name}`;
  return `${plural}: { many: ${name}, where: { ${where} } }`;
}

function* keys(resolved: ResolvedModel): Generator<Finding> {
  for (const { entity, reference, to } of known(resolved)) {
    const { keyFields } = to;
    if (!keyFields || keyFields.length === 0 || to.model.historyOf) continue;
    const { name, fields } = reference;
    const long = `{ to: ${to.name}, fields: { ${keyFields.map((field) => `${field}: …`).join(', ')} } }`;
    if (!fields) {
      if (keyFields.length === 1) continue;
      yield {
        at: name.at,
        message: `\`${to.name}\` records are identified by ${listed(keyFields)}, so \`${entity.name}.${name.text}\` alone cannot reference one.`,
        notes: [{ message: 'the entity', at: to.model.name.at }],
        hint: `Name the reference, and write \`${long}\`.`,
      };
      continue;
    }
    for (const { key } of fields) {
      if (keyFields.includes(key.text) || !to.attributes.has(key.text)) continue;
      yield {
        at: key.at,
        message: `\`${key.text}\` is not in the key of \`${to.name}\`, which is ${listed(keyFields)}.`,
        notes: [{ message: 'the entity', at: to.model.name.at }],
        hint: 'Remove it. A reference contains only the key.',
      };
    }
    const missing = keyFields.filter((field) => !fields.some(({ key }) => key.text === field));
    if (missing.length === 0) continue;
    yield {
      at: name.at,
      message: `The key of \`${to.name}\` also has ${listed(missing)}, which \`${entity.name}.${name.text}\` does not provide.`,
      notes: [{ message: 'the entity', at: to.model.name.at }],
      hint: `Write \`${long}\`.`,
    };
  }
}

function* types(resolved: ResolvedModel): Generator<Finding> {
  for (const { entity, reference, to } of known(resolved)) {
    for (const [key, word] of pairs(reference, to)) {
      const [own, other] = [entity.attributes.get(word.text), to.attributes.get(key)];
      if (!own || !other) continue;
      const isAlike = own.encoding === other.encoding && own.encoding !== 'document' && !own.list;
      const field = entity.type.fields.find((one) => one.name === word.text);
      const notes = field ? [{ message: 'the field', at: field.at }] : [];
      if (!isAlike || (own.encoding === 'enum' && own.of !== other.of)) {
        yield {
          at: word.at,
          message: `\`${entity.name}.${word.text}\` is \`${printType(own.type)}\`, but \`${to.name}.${key}\` is \`${printType(other.type)}\`.`,
          notes,
          hint: `Make it \`${printType(own.nullable ? optional(other.type) : other.type)}\`.`,
        };
      } else if (own.normalize.join() !== other.normalize.join()) {
        const steps = other.normalize.length > 0 ? `[${other.normalize.join(', ')}]` : 'nothing';
        yield {
          at: word.at,
          message: `\`${to.name}.${key}\` and \`${entity.name}.${word.text}\` have a different \`normalize\`, so equal values would differ.`,
          notes,
          hint:
            other.normalize.length > 0
              ? `Add \`normalize: { ${word.text}: ${steps} }\` to \`${entity.name}\`.`
              : `Remove \`${word.text}\` from \`normalize\`.`,
        };
      } else if (
        reference.onDelete?.text === 'cascade' &&
        isFolded(resolved, to, key) &&
        own.encode !== 'fold'
      ) {
        yield {
          at: word.at,
          message: `\`${to.name}\` is identified by \`${key}\` in any case, but patterns find \`${entity.name}\` records by the exact \`${word.text}\`.`,
          notes,
          hint: `Add \`encode: { ${word.text}: fold }\` to \`${entity.name}\`, so that all of them are found when the \`${to.name}\` is deleted.`,
        };
      }
    }
  }
}

/** Whether records whose values differ in case only have one key. */
function isFolded({ templates }: ResolvedModel, entity: ResolvedEntity, field: string): boolean {
  return templates.some(
    (one) =>
      one.role === 'main' &&
      one.entity === entity &&
      holesIn(one).some((hole) => hole.field === field && transformIn(entity, hole) === 'fold'),
  );
}

/** Fields of the other's key, each with the field here. */
function pairs({ name, fields }: ReferenceModel, to: ResolvedEntity): (readonly [string, Word])[] {
  if (fields) return fields.map(({ key, field }) => [key.text, field]);
  const [only, ...others] = to.keyFields ?? [];
  return only !== undefined && others.length === 0 ? [[only, name]] : [];
}
