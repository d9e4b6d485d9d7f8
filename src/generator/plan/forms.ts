/** Which values a write checks and brings into another form, down to the embedded types and lists of a record. */

import { namedType, type Sdl, type SdlType, type TypeRef } from '../model.js';
import { scalarEncoding } from '../scalars.js';
import type { EmbeddedPlan, EntityPlan, ValueForm } from './types/storage.js';

/** Undefined where no value of the type needs it. */
export function formOf(sdl: Sdl, type: TypeRef): ValueForm | undefined {
  if (type.kind === 'list') {
    const of = formOf(sdl, type.of);
    return of && { kind: 'each', of, nullable: !type.of.nonNull };
  }
  const scalar = scalarForm(sdl, type.name);
  if (scalar) return scalar;
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

/** GraphQL checks its own scalars; others may have no implementation. */
function scalarForm(sdl: Sdl, name: string): (ValueForm & { readonly kind: 'scalar' }) | undefined {
  const encoding = scalarEncoding(sdl, name);
  const isDeclared = sdl.scalars.has(name);
  if (encoding === undefined || encoding === 'enum' || encoding === 'document' || builtIn.has(name))
    return undefined;
  return isDeclared || (encoding !== 'text' && encoding !== 'boolean')
    ? { kind: 'scalar', encoding }
    : undefined;
}

const builtIn: ReadonlySet<string> = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);

function objectType(sdl: Sdl, type: TypeRef): SdlType | undefined {
  const found = type.kind === 'named' ? sdl.types.get(type.name) : undefined;
  return found?.kind === 'object' ? found : undefined;
}

/** Whether anything within it has a form. @param seen types may hold themselves */
function isChecked(sdl: Sdl, type: SdlType, seen: Set<string>): boolean {
  if (seen.has(type.name)) return false;
  seen.add(type.name);
  return type.fields.some((field) => {
    const name = namedType(field.type);
    if (scalarForm(sdl, name)) return true;
    const embedded = objectType(sdl, { kind: 'named', name, nonNull: false });
    return embedded !== undefined && isChecked(sdl, embedded, seen);
  });
}
