/** Records that were written by one version of a project, as another declares them. */

import type { State } from './answers.js';
import type { Declarations, Entity, Values } from './declarations.js';
import { normalized } from './values.js';

/** @param earlier what the other version had of them: what only it declares stays */
export function seenBy(by: Declarations, to: Declarations, state: State, earlier: State = new Map()): State {
  return new Map(
    [...to.entities.values()].map((entity) => {
      const was = by.entities.get(entity.name);
      const names = otherNames(was, entity);
      const {
        readDefault = [],
        default: defaults = {},
        sets = [],
      } = entity.yaml as {
        readonly readDefault?: readonly string[];
        readonly default?: Values;
        readonly sets?: readonly string[];
      };
      const idOf = (record: Values) => JSON.stringify(entity.identity.map((name) => record[name]));
      const before = new Map((earlier.get(entity.name) ?? []).map((record) => [idOf(record), record]));
      const records = (state.get(entity.name) ?? []).map((record) => {
        const known = before.get(idOf(record));
        return Object.fromEntries(
          [...entity.attributes.values()].map(({ name, isList, isNullable }) => {
            const other = names.get(name) ?? name;
            const stored = was?.attributes.has(other) ? record[other] : known?.[name];
            const value = stored ?? (readDefault.includes(name) ? defaults[name] : null);
            // A list that is not there is empty, where it is a set.
            const list = value === null && isList && !isNullable && sets.includes(name) ? [] : value;
            const distinct =
              Array.isArray(list) && sets.includes(name)
                ? [...new Set(list as unknown[])].sort(byText)
                : list;
            return [name, normalized(entity, name, distinct)];
          }),
        );
      });
      return [entity.name, records] as const;
    }),
  );
}

function byText(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

/** What attributes are called in the other version, of those that are renamed, or look as if: `newName` was `name`. */
export function otherNames(was: Entity | undefined, is: Entity): ReadonlyMap<string, string> {
  if (!was) return new Map();
  return new Map(
    [...is.attributes.keys()].flatMap((name) => {
      const former = /^new(.+)$/.exec(name)?.[1];
      if (former !== undefined && was.attributes.has(former) && !is.attributes.has(former))
        return [[name, former] as const];
      const later = `new${name}`;
      return was.attributes.has(later) && !was.attributes.has(name) ? [[name, later] as const] : [];
    }),
  );
}
