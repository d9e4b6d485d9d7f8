/** The types of the schema, and who may use them, with places. */

import type { Span } from './diagnostics/diagnostic.js';
import type { Encoding } from './encodings.js';
import type { Word } from './sources.js';

export interface Sdl {
  readonly types: ReadonlyMap<string, SdlType>;
  /** How values of scalars are stored that the declaration tells of. */
  readonly scalars: ReadonlyMap<string, Encoding>;
  readonly queryType: string;
  readonly mutationType?: string;
  readonly subscriptionType?: string;
  /** `@allow` is a directive of the project's own. */
  readonly hasOtherAllow?: true;
}

export interface SdlType {
  readonly name: string;
  readonly kind: 'object' | 'interface' | 'union' | 'enum' | 'scalar' | 'input';
  readonly at: Span;
  readonly description?: string;
  readonly fields: readonly SdlField[];
  readonly interfaces: readonly string[];
  /** Members of a union; object types that implement an interface. */
  readonly members: readonly string[];
  readonly values: readonly string[];
  /** The values of an enum as they are written. */
  readonly order?: readonly string[];
  /** Who may use those of its fields that do not say it themselves. */
  readonly allow?: AllowModel;
}

export interface SdlField {
  readonly name: string;
  readonly at: Span;
  readonly type: TypeRef;
  readonly arguments: readonly Pick<SdlField, 'name' | 'type' | 'hasDefault' | 'at'>[];
  readonly hasDefault: boolean;
  readonly allow?: AllowModel;
}

export type TypeRef =
  | { readonly kind: 'named'; readonly name: string; readonly nonNull: boolean }
  | { readonly kind: 'list'; readonly of: TypeRef; readonly nonNull: boolean };

/** The innermost name of a type reference. */
export function namedType(type: TypeRef): string {
  return type.kind === 'named' ? type.name : namedType(type.of);
}

const fieldsByName = new WeakMap<SdlType, ReadonlyMap<string, SdlField>>();

/** A field by its name: of a root type with thousands of fields too. */
export function fieldNamed(type: SdlType | undefined, name: string): SdlField | undefined {
  if (!type) return undefined;
  const known = fieldsByName.get(type) ?? new Map(type.fields.map((field) => [field.name, field]));
  fieldsByName.set(type, known);
  return known.get(name);
}

/** SDL syntax. */
export function printType(type: TypeRef): string {
  const inner = type.kind === 'named' ? type.name : `[${printType(type.of)}]`;
  return type.nonNull ? `${inner}!` : inner;
}

/** `access` of access-patterns.yaml. */
export interface AccessModel {
  readonly at: Span;
  /** Roles, and enums whose values are roles. */
  readonly roles: readonly Word[];
  /** The rule that says who asks. */
  readonly viewer: Word;
}

/** `@allow(roles: [ADMIN], owner: ["id", "$userId"], rule: "mayRead")`: whoever fulfils one of them. */
export interface AllowModel {
  readonly at: Span;
  readonly roles: readonly Word[];
  /** Attributes of the parent and, with a `$`, arguments. */
  readonly owner: readonly Word[];
  readonly rule?: Word;
  /** Arguments that could not be read. */
  readonly faults: readonly { readonly at: Span; readonly message: string; readonly hint: string }[];
}

/** The role that everybody has, nobody included. */
export const anyone = 'ANYONE';

/** The directive's name. */
export const allowDirective = 'allow';
