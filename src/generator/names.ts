/** Every name of generated code is made here. */

import type { EntityNames } from './plan/types/storage.js';

export function entityNames(entity: string): EntityNames {
  const lower = camel(entity);
  return {
    record: entity,
    create: `New${entity}`,
    changes: `${entity}Changes`,
    key: `${entity}Key`,
    keyBuilder: `${lower}Key`,
    keyParser: `parse${entity}Key`,
    codec: `${lower}Codec`,
    writes: `${lower}Writes`,
    loader: lower,
  };
}

/** `AuditLog` -> `auditLog`, `URLAlias` -> `urlAlias`. */
export function camel(name: string): string {
  return name.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase());
}

export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const takenVariables: ReadonlySet<string> = new Set(
  (
    'args context info parent rules queries step notNull time lowercase trim undefined arguments await break case catch class ' +
    'const continue debugger default delete do else enum eval export extends false finally for function if implements import ' +
    'in instanceof interface let new null package private protected public return static super switch this throw true try ' +
    'typeof var void while with yield'
  ).split(' '),
);

/** A name for a variable in a resolver: one that means something else there, or nothing, has `Record` behind it. */
export function variableName(name: string): string {
  return takenVariables.has(name) || /(?:Writes|Tokens|Values)$/.test(name) ? `${name}Record` : name;
}

/** What functions of an entity call its record: `user`. */
export function parameterName(entity: string): string {
  return variableName(camel(entity));
}

/** `GSI1` -> `Gsi1`, `ByOwner` stays: an index in the middle of a name. */
export function indexName(name: string): string {
  return pascal(/[a-z]/.test(name) ? name : name.toLowerCase());
}

/** `an AuditLog`, `a User`. */
export function withArticle(name: string): string {
  return `${/^(?:[AEIO]|U(?!s|ni|ti))/.test(name) ? 'an' : 'a'} ${name}`;
}

/** `AuditLog` -> `AUDIT_LOG`: the literal a key begins with. */
export function constant(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toUpperCase();
}

/** Codegen's type of a field's arguments: `QueryUsersArgs`. */
export function argumentsName(type: string, field: string): string {
  return `${type}${pascal(field)}Args`;
}

export function ruleTypeName(rule: string): string {
  return `${pascal(rule)}Rule`;
}

/** The function that gives the key of a number's item. */
export function aggregateKeyName(pattern: string): string {
  return `${pattern}NumberKey`;
}

/** The function that tells where a field's numbers come from. */
export function sequenceName(entity: string, field: string): string {
  return `${camel(entity)}${pascal(field)}Sequence`;
}

export function entryFunction(entity: string, pattern: string): string {
  return `${camel(entity)}${pascal(pattern)}Entry`;
}

/** `UserGamesConnection` -> `UserGamesPage`: the type of a page whose edges have attributes. */
export function pageTypeName(connection: string): string {
  return `${pascal(connection.replace(/Connection$/, ''))}Page`;
}
