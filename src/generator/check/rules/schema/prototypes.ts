/** Names that every object of JavaScript has: where a value is left out, it would be found all the same. */

import { namedType, type SdlField, type SdlType, type TypeRef } from '../../../model.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt } from '../../../resolve/sdl.js';
import type { Check, Finding } from '../../row.js';

export const prototypeChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'prototype-name',
    *check(resolved) {
      for (const { name, attributes } of resolved.entities.values())
        for (const attribute of attributes.values()) yield* named(`${name}.${attribute.name}`, attribute);
      for (const { name } of resolved.model.events) yield* named(name.text, { name: name.text, at: name.at });
      for (const type of embeddedTypes(resolved)) yield* namedIn(type);
      const fields = [...resolved.answers.values()].flat().flatMap((one) => {
        const field = one.kind === 'rule' ? undefined : fieldAt(resolved.model, one.for);
        return field ? [{ name: `${one.for.type}.${one.for.field}`, arguments: field.arguments }] : [];
      });
      for (const field of fields)
        for (const one of field.arguments) yield* named(`${field.name}(${one.name})`, one);
      const given = fields.flatMap((field) => field.arguments.map(({ type }) => type));
      for (const type of reached(resolved, given, 'input')) yield* namedIn(type);
    },
  },
];

function* namedIn(type: SdlType): Generator<Finding> {
  for (const field of type.fields) yield* named(`${type.name}.${field.name}`, field);
}

function* named(what: string, { name, at }: Pick<SdlField, 'name' | 'at'>): Generator<Finding> {
  if (name in Object.prototype)
    yield {
      at,
      message: `\`${what}\` has a name that every JavaScript object already has.`,
      hint: 'Rename it.',
    };
}

/** The object types whose values attributes hold. */
function embeddedTypes(resolved: ResolvedModel): Iterable<SdlType> {
  const stored = [...resolved.entities.values()].flatMap(({ attributes }) => [...attributes.values()]);
  return reached(
    resolved,
    stored.map(({ type }) => type),
    'object',
  );
}

/** The types of a kind that values of these have in them. */
function reached(
  { model: { sdl } }: ResolvedModel,
  from: readonly TypeRef[],
  kind: SdlType['kind'],
): ReadonlySet<SdlType> {
  const found = new Set<SdlType>();
  const waiting = [...from];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const type = sdl.types.get(namedType(next));
    if (type?.kind !== kind || found.has(type)) continue;
    found.add(type);
    waiting.push(...type.fields.map((field) => field.type));
  }
  return found;
}
