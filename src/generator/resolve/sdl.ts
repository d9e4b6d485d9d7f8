/** What types of the SDL are: how their values are stored, which are connections, which are roots. */

import type { Encoding } from '../encodings.js';
import {
  type FieldPath,
  fieldNamed,
  type Model,
  namedType,
  printType,
  type Sdl,
  type SdlField,
  type TypeRef,
} from '../model.js';
import { scalarEncoding } from '../scalars.js';

/** How a value of the type is stored. A scalar we do not know is text. */
export function encodingOf(type: TypeRef, sdl: Sdl): Encoding {
  if (type.kind === 'list') return 'document';
  const encoding = scalarEncoding(sdl, type.name);
  if (encoding) return encoding;
  const kind = sdl.types.get(type.name)?.kind;
  if (kind === 'enum') return 'enum';
  return kind === undefined || kind === 'scalar' ? 'text' : 'document';
}

export function isRoot({ sdl }: Pick<Model, 'sdl'>, type: string): boolean {
  return type === sdl.queryType || type === sdl.mutationType || type === sdl.subscriptionType;
}

/** The field a path names. */
export function fieldAt({ sdl }: Pick<Model, 'sdl'>, path: FieldPath | undefined): SdlField | undefined {
  return path && fieldNamed(sdl.types.get(path.type), path.field);
}

/** The node type of a Relay connection: `edges { node }` and `pageInfo`. */
export function connectionNode(sdl: Sdl, name: string): string | undefined {
  const type = sdl.types.get(name);
  if (type?.kind !== 'object') return undefined;
  const edges = fieldNamed(type, 'edges');
  if (!edges || !fieldNamed(type, 'pageInfo')) return undefined;
  const node = fieldNamed(sdl.types.get(namedType(edges.type)), 'node');
  return node && namedType(node.type);
}

export function isConnection(sdl: Sdl, type: TypeRef | undefined): boolean {
  return type?.kind === 'named' && connectionNode(sdl, type.name) !== undefined;
}

/** The type of values that may be null. */
export function optional(type: TypeRef): TypeRef {
  return { ...type, nonNull: false };
}

/** Whether both have the same values, null aside. */
export function isSameType(a: TypeRef, b: TypeRef): boolean {
  return printType(optional(a)) === printType(optional(b));
}

/** Whether a field's type is one record, a list or a connection. */
export function shapeOf({ sdl }: Pick<Model, 'sdl'>, type: TypeRef): 'one' | 'list' | 'connection' {
  if (type.kind === 'list') return 'list';
  return isConnection(sdl, type) ? 'connection' : 'one';
}

/** Scalars, enums, and object types that are no entity, connection, interface or union: they can be stored in place. */
export function isStorable(model: Model, type: TypeRef): boolean {
  const named = namedType(type);
  const found = model.sdl.types.get(named);
  if (!found || found.kind === 'scalar' || found.kind === 'enum') return true;
  if (found.kind !== 'object' || model.entities.some((entity) => entity.name.text === named)) return false;
  return connectionNode(model.sdl, named) === undefined;
}

/** The stored members of an interface or union, in the order of the YAML. */
export function storedMembers({ entities, sdl }: Pick<Model, 'entities' | 'sdl'>, target: string): string[] {
  const members = sdl.types.get(target)?.members ?? [];
  if (members.length === 0) return [];
  return entities.map((entity) => entity.name.text).filter((name) => members.includes(name));
}
