/** What is known of a step's record before anything is written: what later steps of its transaction may take. */

import {
  type EntityModel,
  fieldNamed,
  type MutationModel,
  namedType,
  type Sdl,
  type Source,
  type TypeRef,
} from '../model.js';

export type StepValue =
  /** As the step gives it itself. */
  | { readonly kind: 'given'; readonly source: Source }
  /** An id that is made before the writes, unless the caller gives one. */
  | { readonly kind: 'made'; readonly given: Source | undefined };

/** Where the value of a step's attribute comes from; undefined where only the write itself tells. */
export function stepValue(
  entity: EntityModel,
  { kind, where, given, set, elements, from, prepare }: MutationModel,
  attribute: string,
  input: { readonly sdl: Sdl; readonly type: TypeRef | undefined },
): StepValue | undefined {
  const isNormal = entity.normalize.some(({ field }) => field.text === attribute);
  // What is stored is not what was given.
  if (isNormal || entity.compute.some(({ field }) => field.text === attribute)) return undefined;
  const named = (bindings: MutationModel['where']) =>
    bindings.find(({ field }) => field.text === attribute)?.source;
  // A value computed from the one there is, and a key the record leaves.
  if (elements.some(({ field }) => field.text === attribute)) return undefined;
  const isMovable = kind === 'update' && entity.movable.some(({ text }) => text === attribute);
  const found = kind === 'create' || isMovable ? undefined : named(where);
  if (found) return { kind: 'given', source: found };
  if (kind === 'delete' || prepare) return undefined;
  const own = named(given);
  const taken = from && fieldOf(input, attribute);
  const path = from?.kind === 'argument' && taken ? [...from.path, attribute] : undefined;
  const fromInput: Source | undefined = path && from && { kind: 'argument', path, at: from.at };
  const isMade = entity.generate.some(({ field, how }) => field.text === attribute && how.text === 'uuidv7');
  if (kind === 'create' && isMade) return { kind: 'made', given: own ?? fromInput };
  if (own) return { kind: 'given', source: own };
  const constant = set.find(({ field }) => field.text === attribute)?.value;
  if (constant && constant.value !== null)
    return { kind: 'given', source: { kind: 'literal', value: constant.value, at: constant.at } };
  // What is left out of the input is as it was, or has its default.
  const hasDefault = entity.default.some(({ field }) => field.text === attribute);
  const isCertain = taken?.nonNull || (kind === 'create' && !hasDefault);
  return fromInput && isCertain ? { kind: 'given', source: fromInput } : undefined;
}

function fieldOf(
  { sdl, type }: { readonly sdl: Sdl; readonly type: TypeRef | undefined },
  name: string,
): TypeRef | undefined {
  return type && fieldNamed(sdl.types.get(namedType(type)), name)?.type;
}
