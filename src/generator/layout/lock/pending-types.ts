/** What stored values need whose types changed: those that are stored within attributes, at any depth. */

import type { Lock, LockedValue, Pending } from '../../lock.js';
import { type Found, needed, wasOf } from './open.js';
import { goneFrom, holdsEnum, retyped, valuesOf } from './pending.js';

/** Of a lock, what is stored. */
type Stored = Pick<Lock, 'entities' | 'types' | 'enums'>;

export function pendingTypes(before: Lock, after: Stored): Pending[] {
  const found = new Map<string, Pending>();
  for (const [was, is] of pairsOf(before, after)) {
    const owner = `type ${is}`;
    const open = { pending: before.pending.filter((one) => one.owner === owner) };
    const known = before.types.get(was);
    if (!known) continue;
    for (const [field, value] of after.types.get(is) ?? []) {
      const changes = fieldChanges(open, `${is}.${field}`, [known.get(field), value], [before, after]);
      for (const one of changes) found.set(`${one.code} ${one.name}`, { ...one, owner });
    }
  }
  return [...found.values()];
}

function fieldChanges(
  open: { readonly pending: readonly Pending[] },
  name: string,
  [was, is]: readonly [LockedValue | undefined, LockedValue],
  [before, after]: readonly [Stored, Stored],
): Found[] {
  const lacks = was ? was.isRequired === false : true;
  const values = [
    ...(wasOf(open, 'enum-value-gone', name) ?? []),
    ...(was ? valuesOf(was, before.enums) : []),
  ];
  const gone = holdsEnum(is) ? goneFrom(values, valuesOf(is, after.enums)) : [];
  return [
    ...retyped(open, name, was, is, false),
    ...(is.isRequired ? needed(open, 'attribute-required', name, lacks, 'nothing') : []),
    ...(gone.length > 0 ? [{ code: 'enum-value-gone' as const, name, was: gone }] : []),
  ];
}

/** The types of objects, before and now, wherever records have some: a type may be called otherwise now. */
function pairsOf(before: Stored, after: Stored): Set<readonly [was: string, is: string]> {
  const pairs = new Map<string, readonly [string, string]>();
  const add = (was: LockedValue | undefined, is: LockedValue): void => {
    if (!isObject(is) || !was || !isObject(was) || is.of === null || was.of === null) return;
    const pair = [was.of, is.of] as const;
    if (pairs.has(pair.join())) return;
    pairs.set(pair.join(), pair);
    const known = before.types.get(was.of);
    for (const [field, value] of after.types.get(is.of) ?? []) add(known?.get(field), value);
  };
  for (const [name, { attributes }] of after.entities) {
    const known = before.entities.get(name)?.attributes;
    for (const [field, value] of attributes) {
      const was = known?.get(field);
      if (!value.isRetired && was && !was.isRetired) add(was, value);
    }
  }
  return new Set(pairs.values());
}

function isObject({ encoding }: LockedValue): boolean {
  return /\bobject$/.test(encoding);
}
