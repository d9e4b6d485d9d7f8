/** Where the declaration says what a finding is about. */

import type { Span } from '../../diagnostics/diagnostic.js';
import { type EntityModel, fieldNamed, type Model, type PatternModel } from '../../model.js';

export function placeOf(pattern: PatternModel): Span {
  return (
    pattern.key[0]?.template.at ?? pattern.entry?.key[0]?.template.at ?? pattern.index?.at ?? pattern.name.at
  );
}

export function keyPlace(entity: EntityModel): Span {
  return entity.key[0]?.template.at ?? entity.name.at;
}

export function attributePlace({ sdl }: Model, { name, stored }: EntityModel, attribute: string): Span {
  const field = fieldNamed(sdl.types.get(name.text), attribute);
  return stored.find((one) => one.name.text === attribute)?.name.at ?? field?.at ?? name.at;
}
