/** Values are of the type of what they are compared with or become. */

import { printType, type TypeRef } from '../../../model.js';
import type {
  ResolvedAttribute,
  ResolvedModel,
  ResolvedValue,
  ValueReference,
} from '../../../resolve/resolved-model.js';
import { encodingOf, optional } from '../../../resolve/sdl.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import type { Check, Finding } from '../../row.js';

export const typeChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'argument-type',
    *check(resolved) {
      for (const use of resolved.values.all) {
        const value = use.value;
        if (value?.kind === 'type') yield* wrongTypes(resolved, use, value);
      }
    },
  },
];

function* wrongTypes(
  resolved: ResolvedModel,
  use: ValueReference,
  value: ResolvedValue & { kind: 'type' },
): Generator<Finding> {
  const { sdl } = resolved.model;
  const written = writtenSource(use.source).text;
  const given = `\`${written}\` is \`${printType(value.type)}\``;
  const notes = [{ message: 'declared here', at: value.at }];
  const { attribute } = use;
  if (use.role === 'input') {
    const input = value.type.kind === 'named' ? sdl.types.get(value.type.name) : undefined;
    if (input?.kind !== 'input') {
      yield {
        at: use.source.at,
        message: `${given}, but \`from\` takes an input type.`,
        notes,
        hint: 'Name an argument of an input type, as in `$input`.',
      };
      return;
    }
    const entity = resolved.entities.get(use.owner);
    for (const field of input.fields) {
      const target = entity?.attributes.get(field.name);
      if (!target || fitsAttribute(resolved, field.type, target)) continue;
      yield {
        at: field.at,
        message: `\`${input.name}.${field.name}\` is \`${printType(field.type)}\`, but \`${use.owner}.${target.name}\` is \`${printType(target.type)}\`.`,
        notes: [{ message: 'the input is used here', at: use.source.at }],
        hint: 'Give both the same type, or add a `prepare` rule.',
      };
    }
    return;
  }
  if (use.role === 'token') {
    if (value.type.kind === 'named' && encodingOf(value.type, sdl) === 'text') return;
    yield {
      at: use.source.at,
      message: `${given}, but an idempotency key is text.`,
      notes,
      hint: 'Make it `ID` or `String`.',
    };
    return;
  }
  if (use.role === 'bucket') {
    const bucket = value.type.kind === 'list' ? value.type.of : value.type;
    if (encodingOf(bucket, sdl) === 'text') return;
    yield {
      at: use.source.at,
      message: `${given}, but a bucket is text, as in \`"2026-01"\`.`,
      notes,
      hint: 'Make the argument `String!`, or `[String!]!` for several.',
    };
    return;
  }
  if (use.role === 'limit') {
    if (value.type.kind === 'named' && encodingOf(value.type, sdl) === 'integer') return;
    yield {
      at: use.source.at,
      message: `${given}, but the length of a list is a whole number.`,
      notes,
      hint: 'Make the argument `Int`.',
    };
    return;
  }
  // The beginning of a moment is text, as `2026-01-31` for a day.
  if (use.role === 'bound' && use.operator?.text === 'prefix' && attribute?.encoding === 'time') {
    if (value.type.kind === 'named' && encodingOf(value.type, sdl) === 'text') return;
    yield {
      at: use.source.at,
      message: `${given}, but the prefix of a DateTime is text, as in \`"2026-01-31"\` for a day.`,
      notes,
      hint: 'Make it `String`.',
    };
    return;
  }
  if (!attribute || fitsAttribute(resolved, value.type, attribute)) return;
  const wanted = printType(optional(attribute.type));
  yield {
    at: use.source.at,
    message: `${given}, but \`${use.owner}.${attribute.name}\` takes \`${wanted}\`.`,
    notes,
    hint: `Make it \`${wanted}\`.`,
  };
}

/** Whether a value of the type can stand for the attribute's; whether it may be null is another question. */
function fitsAttribute(
  { model: { sdl } }: ResolvedModel,
  type: TypeRef,
  attribute: ResolvedAttribute,
): boolean {
  if ((type.kind === 'list') !== attribute.list) return false;
  const element = elementOf(type);
  const encoding = encodingOf(element, sdl);
  if (type.kind === 'list' && depthOf(type) !== depthOf(attribute.type)) return false;
  if (attribute.element === 'enum') return element.name === attribute.of;
  if (attribute.element === 'decimal') return encoding === 'decimal' || encoding === 'integer';
  return encoding === attribute.element;
}

function elementOf(type: TypeRef): TypeRef & { kind: 'named' } {
  return type.kind === 'named' ? type : elementOf(type.of);
}

function depthOf(type: TypeRef): number {
  return type.kind === 'named' ? 0 : depthOf(type.of) + 1;
}
