/** Documents and lists under `set` and `default` are what the attribute holds. */

import { suggestion } from '../../../diagnostics/suggest.js';
import { fieldNamed, printType } from '../../../model.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { embeddedType, placesOf, type WrittenPlace, writtenBy } from '../../../resolve/written-values.js';
import { type Finding, listed } from '../../row.js';

/** Of code `literal-type`. */
export const wrongShapes = (resolved: ResolvedModel) => inPlaces(resolved, wrongShape);
/** Of code `unknown-attribute`. */
export const unknownParts = (resolved: ResolvedModel) => inPlaces(resolved, unknownFields);
/** Of code `attribute-without-value`. */
export const missingParts = (resolved: ResolvedModel) => inPlaces(resolved, missingFields);

type PlaceCheck = (resolved: ResolvedModel, owner: string, place: WrittenPlace) => Iterable<Finding>;

function* inPlaces(resolved: ResolvedModel, check: PlaceCheck): Generator<Finding> {
  const { model, entities } = resolved;
  const written = [
    ...[...entities.values()].map((entity) => ({ entity, set: entity.model.default, elements: [] })),
    ...model.mutations.flatMap(({ entity: { text }, set, elements }) => {
      const entity: ResolvedEntity | undefined = entities.get(text);
      return entity ? [{ entity, set, elements }] : [];
    }),
  ];
  for (const { entity, ...values } of written)
    for (const { attribute, value, isPattern } of writtenBy(model.sdl, entity.attributes, values))
      for (const place of placesOf(model.sdl, attribute, value))
        if (!isPattern || place.isPart || check !== missingFields) yield* check(resolved, entity.name, place);
}

function* wrongShape(
  { model: { sdl } }: ResolvedModel,
  owner: string,
  { attribute, value }: WrittenPlace,
): Generator<Finding> {
  if (!attribute || (value.kind !== 'list' && value.kind !== 'document')) return;
  const { encoding, list } = attribute;
  const isAnything = !list && encoding === 'document' && embeddedType(sdl, attribute) === undefined;
  if (isAnything || (value.kind === 'list' ? list : !list && encoding === 'document')) return;
  yield {
    at: value.at,
    message: `\`${owner}.${attribute.name}\` is \`${printType(attribute.type)}\`, but this is a ${value.kind === 'list' ? 'list' : 'document'}.`,
    hint: list ? 'Write a list, as in `[]`.' : 'Write one value.',
  };
}

function* unknownFields(
  { model: { sdl } }: ResolvedModel,
  _owner: string,
  { attribute, value }: WrittenPlace,
): Generator<Finding> {
  const type = attribute && !attribute.list && embeddedType(sdl, attribute);
  if (!type || value.kind !== 'document') return;
  for (const { field } of value.fields) {
    if (fieldNamed(type, field.text)) continue;
    yield {
      at: field.at,
      message: `\`${type.name}\` has no field \`${field.text}\`.`,
      hint: suggestion(
        field.text,
        type.fields.map(({ name }) => name),
      ),
    };
  }
}

function* missingFields(
  { model: { sdl } }: ResolvedModel,
  owner: string,
  { attribute, value }: WrittenPlace,
): Generator<Finding> {
  const type = attribute && !attribute.list && embeddedType(sdl, attribute);
  if (!type || value.kind !== 'document') return;
  const missing = type.fields.filter(
    ({ name, type: of }) => of.nonNull && !value.fields.some(({ field }) => field.text === name),
  );
  if (missing.length === 0) return;
  yield {
    at: value.at,
    message: `This value of \`${owner}.${attribute.name}\` lacks ${listed(missing.map(({ name }) => name))}, and \`${type.name}\` requires ${missing.length === 1 ? 'it' : 'them'}.`,
    hint: 'Add what is missing.',
  };
}
