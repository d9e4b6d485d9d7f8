/** Values are of the type of what they are compared with or become. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { type Encoding, isWhole } from '../../../encodings.js';
import { namedType, printType, type TypeRef } from '../../../model.js';
import type {
  ResolvedModel,
  ResolvedValue,
  TypedValue,
  ValueReference,
} from '../../../resolve/resolved-model.js';
import { encodingOf, optional } from '../../../resolve/sdl.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import type { Check, Finding } from '../../row.js';
import { fits, nestedMisfits } from './embedded.js';

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
  {
    code: 'nested-input',
    *check(resolved) {
      for (const use of resolved.values.all) {
        if (use.value?.kind !== 'type') continue;
        const notes = [{ message: 'the input is used here', at: use.source.at }];
        for (const { type, target, ...holder } of storedValues(resolved, use, use.value))
          for (const finding of nestedMisfits(resolved, type, target, holder))
            yield { ...finding, notes: [...(finding.notes ?? []), ...notes] };
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
      if (!target || fits(sdl, field.type, target.type, 'as declared')) continue;
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
    const encoding = encodingOf(element, sdl);
    if (encoding === fixed.encoding || (fixed.encoding === 'integer' && isWhole(encoding))) return;
    yield { at: use.source.at, message: `${given}, but ${fixed.what}.`, notes, hint: fixed.hint };
    return;
  }
  const elements = use.role === 'value' ? 'as declared' : 'nullable';
  if (!attribute || fits(sdl, value.type, attribute.type, elements)) return;
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
  if (role === 'since') return { encoding: 'text', what: 'a cursor is text', hint: 'Make it `String`.' };
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

/** What is stored as an attribute, or as an element of one: each with its name and place. */
function storedValues(
  { entities, model }: ResolvedModel,
  { role, owner, attribute, source }: ValueReference,
  { type, at }: TypedValue,
): { readonly type: TypeRef; readonly target: TypeRef; readonly at: Span; readonly name: string }[] {
  if (role === 'value' || role === 'element')
    return attribute ? [{ type, target: attribute.type, at, name: writtenSource(source).text }] : [];
  const input = role === 'input' ? model.sdl.types.get(namedType(type)) : undefined;
  return (input?.fields ?? []).flatMap((field) => {
    const target = entities.get(owner)?.attributes.get(field.name)?.type;
    return target ? [{ type: field.type, target, at: field.at, name: `${input?.name}.${field.name}` }] : [];
  });
}
