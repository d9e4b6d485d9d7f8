/** The types of stored values, down to the embedded ones: what of a value that was stored before is not read as it was. */

import { isWidened } from '../../generator/layout/lock/pending.js';
import { fieldNamed, printType, type Sdl, type TypeRef } from '../../generator/model.js';
import { scalarEncoding } from '../../generator/scalars.js';

/** `field` is what the lock calls it, of an embedded type: `Address.street`. */
export type FormChange = { readonly path: string; readonly field?: string } & (
  | { readonly kind: 'retyped'; readonly was: string; readonly is: string }
  | { readonly kind: 'required' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'values'; readonly gone: readonly string[] }
);

interface Schemas {
  readonly before: Sdl;
  readonly after: Sdl;
}

/** @param path `User.address`; what is below it is named by it */
export function formChanges(
  schemas: Schemas,
  was: TypeRef,
  is: TypeRef,
  path: string,
  seen: readonly string[] = [],
): FormChange[] {
  if (was.kind === 'list' && is.kind === 'list') {
    const element: FormChange[] =
      is.of.nonNull && !was.of.nonNull ? [{ kind: 'required', path: `${path}[]` }] : [];
    return [...element, ...formChanges(schemas, was.of, is.of, `${path}[]`, seen)];
  }
  const retyped: FormChange = { kind: 'retyped', path, was: printType(was), is: printType(is) };
  if (was.kind === 'list' || is.kind === 'list') return [retyped];
  const [before, after] = [typeOf(schemas.before, was.name), typeOf(schemas.after, is.name)];
  // Enums are stored as text.
  const [from, to] = [storedAs(schemas.before, was.name), storedAs(schemas.after, is.name)];
  // Where it is part of a key, the lock reports it.
  if (from !== to && !isWidened(from, to)) return [retyped];
  if (before?.kind === 'enum' && after?.kind === 'enum') {
    const gone = before.values.filter((value) => !after.values.includes(value));
    return gone.length > 0 ? [{ kind: 'values', path, gone }] : [];
  }
  if (after?.kind === 'enum') return [retyped];
  if (before?.kind !== 'object' || after?.kind !== 'object') return [];
  // A type that holds itself.
  const step = `${was.name} ${is.name}`;
  if (seen.includes(step)) return [];
  return [
    ...before.fields.flatMap((field): FormChange[] => {
      const now = fieldNamed(after, field.name);
      const at = `${path}.${field.name}`;
      if (!now) return [{ kind: 'gone', path: at }];
      const required: FormChange[] =
        now.type.nonNull && !field.type.nonNull ? [{ kind: 'required', path: at }] : [];
      const name = `${is.name}.${field.name}`;
      return [...required, ...formChanges(schemas, field.type, now.type, at, [...seen, step])].map((one) =>
        one.path.replaceAll('[]', '') === at.replaceAll('[]', '') ? { ...one, field: name } : one,
      );
    }),
    ...after.fields
      .filter((field) => field.type.nonNull && !fieldNamed(before, field.name))
      .map(
        ({ name }): FormChange => ({
          kind: 'required',
          path: `${path}.${name}`,
          field: `${is.name}.${name}`,
        }),
      ),
  ];
}

function typeOf({ types }: Sdl, name: string) {
  return types.get(name);
}

function storedAs(sdl: Sdl, name: string): string {
  const encoding = scalarEncoding(sdl, name);
  if (encoding !== undefined) return encoding === 'enum' ? 'text' : encoding;
  const kind = sdl.types.get(name)?.kind;
  if (kind === 'object' || kind === 'interface' || kind === 'union') return 'document';
  return kind === 'enum' ? 'text' : `scalar ${name}`;
}
