/** What generated files import, and what their functions call what they are given. */

import type { EntityPlan } from '../plan/types/storage.js';
import type { Doc, Fragment } from './fragment.js';
import { code, local, typeFrom, valueFrom } from './printer.js';

/** The runtime's door for generated code. */
export const runtimeModule = 'tableloom/runtime/generated';

/** A function or value of the runtime. */
export function runtime(name: string): Fragment {
  return valueFrom(runtimeModule, name);
}

export function runtimeType(name: string): Fragment {
  return typeFrom(runtimeModule, name);
}

/** The record of an entity, what creates it, changes it, or finds it. */
export function entityType(name: string): Fragment {
  return typeFrom('./entities.js', name);
}

/** A type of the schema, as Codegen writes it. */
export function schemaType(name: string): Fragment {
  return typeFrom('./graphql.js', name);
}

/** A type of `graphql.ts`, by way of all of them: `graphql.QueryUsersArgs`. */
export function graphqlType(name: string): Doc {
  return code`${typeFrom('./graphql.js', '*')}.${name}`;
}

export function codecOf({ names }: Pick<EntityPlan, 'names'>): Fragment {
  return itemsValue(names.codec);
}

/** A constant of `items.ts`. */
export function itemsValue(name: string): Fragment {
  return valueFrom('./items.js', name);
}

/** A key function, table or index: `keys.userKey`. */
export function keyValue(name: string): Doc {
  return code`${valueFrom('./keys.js', '*')}.${name}`;
}

export function writesOf({ names }: Pick<EntityPlan, 'names'>): Fragment {
  return valueFrom('./writes.js', names.writes);
}

/** A constant of `events.ts`. */
export function eventsValue(name: string): Fragment {
  return valueFrom('./events.js', name);
}

/** A query function. */
export function queryValue(name: string): Doc {
  return code`${valueFrom('./queries.js', '*')}.${name}`;
}

/** Parameters of resolvers. */
export const parent = local('parent');
export const args = local('args');
export const context = local('context');
export const info = local('info');

/** What resolvers and rules are given of the request. */
export const contextType = typeFrom('./loaders.js', 'Context');
