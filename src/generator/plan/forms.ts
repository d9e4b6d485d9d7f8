/** Which values a write checks and brings into another form, down to the embedded types and lists of a record. */

import { namedType, type Sdl, type SdlType, type TypeRef } from '../model.js';
import { encodingOf } from '../resolve/sdl.js';
import type { EmbeddedPlan, EntityPlan, ValueForm } from './types/storage.js';

/** Undefined where no value of the type needs it. */
export function formOf(sdl: Sdl, type: TypeRef): ValueForm | undefined {
  if (type.kind === 'list') {
    const of = formOf(sdl, type.of);
    return of && { kind: 'each', of, nullable: !type.of.nonNull };
  }
  const encoding = encodingOf(type, sdl);
  if (encoding === 'time') return { kind: 'scalar', encoding };
  const embedded = objectType(sdl, type);
  return embedded && isChecked(sdl, embedded, new Set()) ? { kind: 'embedded', type: type.name } : undefined;
}

/** The embedded types that forms of attributes name, and those that these name. */
export function embeddedPlans(sdl: Sdl, entities: readonly EntityPlan[]): EmbeddedPlan[] {
  const plans = new Map<string, EmbeddedPlan>();
  const add = (form: ValueForm | undefined): void => {
    if (form?.kind === 'each') add(form.of);
    if (form?.kind !== 'embedded' || plans.has(form.type)) return;
    const fields = (sdl.types.get(form.type)?.fields ?? []).flatMap(({ name, type }) => {
      const own = formOf(sdl, type);
      return own ? [{ name, form: own }] : [];
    });
    plans.set(form.type, { name: form.type, fields });
    for (const field of fields) add(field.form);
  };
  for (const { attributes } of entities) for (const { form } of attributes) add(form);
  return [...plans.values()];
}

function objectType(sdl: Sdl, type: TypeRef): SdlType | undefined {
  const found = type.kind === 'named' ? sdl.types.get(type.name) : undefined;
  return found?.kind === 'object' ? found : undefined;
}

/** Whether anything within it has a form. @param seen types may hold themselves */
function isChecked(sdl: Sdl, type: SdlType, seen: Set<string>): boolean {
  if (seen.has(type.name)) return false;
  seen.add(type.name);
  return type.fields.some((field) => {
    const innermost: TypeRef = { kind: 'named', name: namedType(field.type), nonNull: false };
    if (encodingOf(innermost, sdl) === 'time') return true;
    const embedded = objectType(sdl, innermost);
    return embedded !== undefined && isChecked(sdl, embedded, seen);
  });
}
