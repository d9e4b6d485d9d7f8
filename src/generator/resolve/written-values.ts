/** Values under `set` and `default`: what each is written to, an attribute or a place within its value. */

import { fieldNamed, namedType, type Sdl, type TypeRef } from '../model.js';
import type { ValueModel } from '../sources.js';
import type { ResolvedAttribute } from './resolved-model.js';
import { encodingOf } from './sdl.js';

export interface WrittenPlace {
  /** Undefined where anything may be written, and where nothing of the name is known. */
  readonly attribute: ResolvedAttribute | undefined;
  readonly value: ValueModel;
  /** It is a part of a document or list. */
  readonly isPart: boolean;
}

/** The value, and everything that it is made of. */
export function* placesOf(
  sdl: Sdl,
  attribute: ResolvedAttribute | undefined,
  value: ValueModel,
  isPart = false,
): Generator<WrittenPlace> {
  yield { attribute, value, isPart };
  if (value.kind === 'list')
    for (const one of value.of) yield* placesOf(sdl, attribute && elementOf(sdl, attribute), one, true);
  else if (value.kind === 'document')
    for (const one of value.fields)
      yield* placesOf(sdl, attribute && memberOf(sdl, attribute, one.field.text), one.value, true);
}

/** A field of the documents that an attribute holds, as if it were an attribute. */
export function memberOf(
  sdl: Sdl,
  attribute: ResolvedAttribute,
  name: string,
): ResolvedAttribute | undefined {
  const field = attribute.list ? undefined : fieldNamed(embeddedType(sdl, attribute), name);
  return field && typedAs(sdl, attribute, `${attribute.name}.${name}`, field.type);
}

/** An element of the list that an attribute is, as if it were an attribute. */
export function elementOf(sdl: Sdl, attribute: ResolvedAttribute): ResolvedAttribute | undefined {
  const { type, name } = attribute;
  return type.kind === 'list' ? typedAs(sdl, attribute, name, type.of) : undefined;
}

/** The object type of the documents that an attribute holds; undefined where they are any JSON. */
export function embeddedType(sdl: Sdl, { of }: ResolvedAttribute) {
  const type = sdl.types.get(of);
  return type?.kind === 'object' ? type : undefined;
}

function typedAs(sdl: Sdl, attribute: ResolvedAttribute, name: string, type: TypeRef): ResolvedAttribute {
  const of = namedType(type);
  return {
    ...attribute,
    name,
    type,
    of,
    list: type.kind === 'list',
    nullable: !type.nonNull,
    encoding: encodingOf(type, sdl),
    element: encodingOf({ kind: 'named', name: of, nonNull: false }, sdl),
    generated: null,
    default: null,
    normalize: [],
  };
}
