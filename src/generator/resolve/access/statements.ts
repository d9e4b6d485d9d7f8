/** Which roles there are, and what `@allow` says of each field. */

import {
  type FieldPath,
  fieldNamed,
  type Model,
  type SdlField,
  type SdlType,
  type Source,
  type Word,
} from '../../model.js';
import { type AllowModel, allowDirective, anyone } from '../../sdl-model.js';

/** Every role that `@allow` may name, `ANYONE` aside: of an enum, its values as they are written. */
export function rolesOf({ access, sdl }: Model): readonly string[] {
  const roles = (access?.roles ?? []).flatMap(({ text }) => {
    const type = sdl.types.get(text);
    return type?.kind === 'enum' ? (type.order ?? type.values) : text;
  });
  return [...new Set(roles)];
}

/** What holds for a field: its own directive, else its type's. */
export function statementOf(type: SdlType, field: SdlField): AllowModel | undefined {
  return field.allow ?? type.allow;
}

/** Whether everybody may, nobody included. */
export function isForAnyone({ roles }: AllowModel): boolean {
  return roles.some(({ text }) => text === anyone);
}

/** `id` is an attribute of the parent, `$id` an argument. */
export function ownerSource({ text, at }: Word): Extract<Source, { readonly kind: 'argument' | 'parent' }> {
  const [mark, path] = [text.startsWith('$'), text.replace('$', '').split('.')];
  return { kind: mark ? 'argument' : 'parent', path, at };
}

/** A directive where it is written, and the fields that it is about. */
export interface Placed {
  readonly allow: AllowModel;
  readonly type: SdlType;
  /** Absent where it is the type's. */
  readonly field?: SdlField;
  readonly covers: readonly SdlField[];
}

/** Every `@allow`, in the order of the schema. None where the directive is the project's own. */
export function placedIn({ access, sdl }: Pick<Model, 'access' | 'sdl'>): readonly Placed[] {
  if (!access && sdl.hasOtherAllow) return [];
  return [...sdl.types.values()].flatMap((type) => [
    ...(type.allow ? [{ allow: type.allow, type, covers: type.fields.filter((field) => !field.allow) }] : []),
    ...type.fields.flatMap((field) =>
      field.allow ? [{ allow: field.allow, type, field, covers: [field] }] : [],
    ),
  ]);
}

/** `@allow` of `User.email`, or of `User`. */
export function placeName({ type, field }: Placed): string {
  return `\`@${allowDirective}\` of \`${type.name}${field ? `.${field.name}` : ''}\``;
}

/** The rules that are called before a field: the viewer's, and the one that `@allow` names. */
export function rulesBefore({ access, sdl }: Model, path: FieldPath | undefined): readonly Word[] {
  const type = path && sdl.types.get(path.type);
  const field = type && fieldNamed(type, path.field);
  const allow = field && statementOf(type, field);
  if (!access || !allow || isForAnyone(allow)) return [];
  return [access.viewer, ...(allow.rule ? [allow.rule] : [])];
}

/** The rules that `@allow` names, and the viewer's, each with its place. */
export function accessRules(model: Pick<Model, 'access' | 'sdl'>) {
  return {
    viewer: model.access?.viewer,
    allowing: placedIn(model).flatMap(({ allow }) => allow.rule ?? []),
  };
}
