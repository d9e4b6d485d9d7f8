/** Values are of the type of what they are compared with or become. */

import type { Encoding } from '../../../encodings.js';
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
        else if (use.role === 'input' && use.source.kind === 'literal')
          yield {
            at: use.source.at,
            message: `\`${use.source.value}\` is a constant, but \`from\` takes an input type.`,
            hint: 'Name an argument of an input type, as in `$input`.',
          };
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
  const fixed = fixedTypeOf(use);
  if (fixed) {
    const element = fixed.takesList && value.type.kind === 'list' ? value.type.of : value.type;
    if (element.kind === 'named' && encodingOf(element, sdl) === fixed.encoding) return;
    yield { at: use.source.at, message: `${given}, but ${fixed.what}.`, notes, hint: fixed.hint };
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

interface FixedType {
  readonly encoding: Encoding;
  readonly takesList?: true;
  readonly what: string;
  readonly hint: string;
}

/** The type of a value that is no attribute's; undefined for those that are. */
function fixedTypeOf({ role, operator, attribute }: ValueReference): FixedType | undefined {
  if (role === 'token')
    return { encoding: 'text', what: 'an idempotency key is text', hint: 'Make it `ID` or `String`.' };
  if (role === 'bucket')
    return {
      encoding: 'text',
      takesList: true,
      what: 'a bucket is text, as in `"2026-01"`',
      hint: 'Make the argument `String!`, or `[String!]!` for several.',
    };
  if (role === 'limit')
    return {
      encoding: 'integer',
      what: 'the length of a list is a whole number',
      hint: 'Make the argument `Int`.',
    };
  if (role === 'bound' && operator?.text === 'prefix' && attribute?.encoding === 'time')
    return {
      encoding: 'text',
      what: 'the prefix of a DateTime is text, as in `"2026-01-31"` for a day',
      hint: 'Make it `String`.',
    };
  return undefined;
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
