/** Types of values against the types of attributes, down to the fields of embedded types. */

import { isNumber, isWhole } from '../../../encodings.js';
import { fieldNamed, namedType, printType, type Sdl, type SdlType, type TypeRef } from '../../../model.js';
import { isAnswered, type ResolvedModel } from '../../../resolve/resolved-model.js';
import { encodingOf, isStorable } from '../../../resolve/sdl.js';
import type { Finding } from '../../row.js';

/**
 * Whether a value of the type can become one of the other. Null is another question, but for that of `elements`; what
 * objects have within them is compared by {@link nestedMisfits}.
 */
export function fits(
  sdl: Sdl,
  type: TypeRef,
  target: TypeRef,
  elements: 'nullable' | 'as declared',
): boolean {
  if (type.kind === 'list' || target.kind === 'list') {
    if (type.kind !== 'list' || target.kind !== 'list') return false;
    if (elements === 'as declared' && target.of.nonNull && !type.of.nonNull) return false;
    return fits(sdl, type.of, target.of, elements);
  }
  const encoding = encodingOf(type, sdl);
  const wanted = encodingOf(target, sdl);
  if (wanted === 'enum') return type.name === target.name;
  if (wanted === 'decimal') return isNumber(encoding);
  if (wanted === 'safeInteger') return isWhole(encoding);
  // JSON takes objects of the schema; they do not take any JSON.
  if (wanted === 'document' && objectOf(sdl, target)) return objectOf(sdl, type) !== undefined;
  return encoding === wanted;
}

/** An input field that does not fit the embedded type its value is stored as. */
export function* nestedMisfits(
  resolved: ResolvedModel,
  type: TypeRef,
  target: TypeRef,
  holder: Pick<Finding, 'at'> & { readonly name: string },
  seen: Set<string> = new Set(),
): Generator<Finding> {
  const { sdl } = resolved.model;
  const [given, stored] = [objectOf(sdl, type), objectOf(sdl, target)];
  const pair = `${given?.name} ${stored?.name}`;
  if (!given || !stored || given === stored || seen.has(pair)) return;
  seen.add(pair);
  for (const field of embeddedFields(resolved, stored)) {
    const from = fieldNamed(given, field.name);
    const declared = `\`${stored.name}.${field.name}\` is \`${printType(field.type)}\``;
    const notes = [{ message: 'the embedded type', at: field.at }];
    const own = from && `\`${given.name}.${field.name}\` is \`${printType(from.type)}\`, but ${declared}.`;
    if (!from) {
      if (!field.type.nonNull) continue;
      yield {
        at: holder.at,
        message: `\`${holder.name}\` becomes a whole \`${stored.name}\`, but \`${given.name}\` has no field \`${field.name}\`: ${declared}.`,
        notes,
        hint: `Add \`${field.name}: ${printType(field.type)}\` to \`${given.name}\`, or merge the two in a \`prepare\` rule.`,
      };
    } else if (
      !fits(sdl, from.type, field.type, 'as declared') ||
      (field.type.nonNull && !from.type.nonNull)
    ) {
      yield {
        at: from.at,
        message: own ?? '',
        notes,
        hint: 'Give both the same type, or add a `prepare` rule.',
      };
    } else {
      const name = `${given.name}.${field.name}`;
      yield* nestedMisfits(resolved, from.type, field.type, { at: from.at, name }, seen);
    }
  }
  for (const field of given.fields) {
    if (fieldNamed(stored, field.name)) continue;
    yield {
      at: field.at,
      message: `\`${given.name}.${field.name}\` is stored nowhere that it can be read: \`${stored.name}\` has no such field.`,
      notes: [{ message: 'the embedded type', at: stored.at }],
      hint: `Add the field to \`${stored.name}\`, or remove it here.`,
    };
  }
}

/** The fields that a value of the type holds itself: nothing else answers them. */
function embeddedFields(resolved: ResolvedModel, type: SdlType) {
  return type.fields.filter(
    (field) =>
      field.arguments.length === 0 &&
      isStorable(resolved.model, field.type) &&
      !isAnswered(resolved, type.name, field.name),
  );
}

function objectOf(sdl: Sdl, type: TypeRef): SdlType | undefined {
  const found = sdl.types.get(namedType(type));
  return found?.kind === 'object' || found?.kind === 'input' ? found : undefined;
}
