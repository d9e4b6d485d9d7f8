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
import { momentOf } from '../moments.js';
import { sourcesIn, type ValueModel } from '../sources.js';
import type { TypedValue } from './resolved-model.js';

export type StepValue =
  /** As the step gives it itself. */
  | { readonly kind: 'given'; readonly value: ValueModel }
  /** An id that is made before the writes, unless the caller gives one. */
  | { readonly kind: 'made'; readonly given: Source | undefined };

/** What the arguments of a step's field are. */
export interface StepArguments {
  readonly sdl: Sdl;
  readonly typed: (source: Source) => TypedValue | undefined;
}

/** Where the value of a step's attribute comes from; undefined where only the write itself tells. */
export function stepValue(
  entity: EntityModel,
  { kind, where, set, elements, from, prepare }: MutationModel,
  attribute: string,
  { sdl, typed }: StepArguments,
): StepValue | undefined {
  const isNormal = entity.normalize.some(({ field }) => field.text === attribute);
  // What is stored is not what was given.
  if (isNormal || entity.compute.some(({ field }) => field.text === attribute)) return undefined;
  // A value computed from the one there is, and a key the record leaves.
  if (elements.some(({ field }) => field.text === attribute)) return undefined;
  const isMovable = kind === 'update' && entity.movable.some(({ text }) => text === attribute);
  const key = where.find(({ field }) => field.text === attribute)?.source;
  if (key && kind !== 'create' && !isMovable) return { kind: 'given', value: key };
  if (kind === 'delete' || prepare) return undefined;
  const own = set.find(({ field }) => field.text === attribute)?.value;
  const taken = from && fieldOf(sdl, typed(from)?.type, attribute);
  const path = from?.kind === 'argument' && taken ? [...from.path, attribute] : undefined;
  const fromInput: Source | undefined = path && from && { kind: 'argument', path, at: from.at };
  const isMade = entity.generate.some(({ field, how }) => field.text === attribute && how.text === 'uuidv7');
  if (kind === 'create' && isMade) return { kind: 'made', given: own?.kind === 'argument' ? own : fromInput };
  // What is left out is as it was, or has its default.
  const hasDefault = entity.default.some(({ field }) => field.text === attribute);
  const mayBeLeftOut = kind !== 'create' || hasDefault;
  if (own) {
    const isUncertain = sourcesIn(own).some(
      (source) => source.kind === 'current' || (source.kind === 'literal' && momentOf(source.value)),
    );
    const isOptional = own.kind === 'argument' && typed(own)?.isNullable === true;
    if (own.kind === 'null' || isUncertain || (isOptional && mayBeLeftOut)) return undefined;
    return { kind: 'given', value: own };
  }
  return fromInput && (taken?.nonNull || !mayBeLeftOut) ? { kind: 'given', value: fromInput } : undefined;
}

function fieldOf(sdl: Sdl, type: TypeRef | undefined, name: string): TypeRef | undefined {
  return type && fieldNamed(sdl.types.get(namedType(type)), name)?.type;
}
