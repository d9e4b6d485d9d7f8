/** A lock with attributes under the names they have now: `renamed` moves no key and loses no attribute. */

import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import {
  type Lock,
  type LockedEntity,
  type LockedKey,
  type LockedSlot,
  type Pending,
  slotName,
} from '../../lock.js';
import type { EntityModel } from '../../model.js';

export function renamedLock(lock: Lock, entities: readonly EntityModel[]): Lock {
  const locked = new Map(lock.entities);
  let pending = lock.pending;
  for (const { name, historyOf } of entities) {
    const own = locked.get(name.text);
    const declared = entities.find((one) => one.name.text === (historyOf ?? name).text)?.renamed ?? [];
    const names = new Map(
      declared
        .filter(({ from, to }) => isLive(own, from.text) && !isLive(own, to.text))
        .map(({ from, to }) => [from.text, to.text] as const),
    );
    if (!own || names.size === 0) continue;
    locked.set(name.text, renamedEntity(own, names));
    pending = [
      ...pending.map((one) => (one.owner === name.text ? renamedPending(one, names) : one)),
      // A history follows its original.
      ...[...(historyOf ? [] : names)].map(([from, to]): Pending => {
        return { code: 'attribute-renamed', owner: name.text, name: `${name.text}.${to}`, was: [from] };
      }),
    ];
  }
  return { ...lock, entities: locked, pending };
}

/** Attributes that are called what others are or were in stored records: which of the two is read would depend on the record. */
export function mergingRenames(
  { entities: locked, isSealed }: Lock,
  entities: readonly EntityModel[],
): Diagnostic[] {
  if (!isSealed) return [];
  return entities.flatMap(({ name, renamed }) => {
    const own = locked.get(name.text);
    const live = renamed.filter(({ from }) => isLive(own, from.text));
    const isTwice = (to: string) => live.filter((one) => one.to.text === to).length > 1;
    return live
      .filter(({ to }) => own?.attributes.has(to.text) || isTwice(to.text))
      .map(({ from, to }) => ({
        code: 'renamed-attribute',
        severity: 'error',
        message: `Stored records may have another attribute as \`${name.text}.${to.text}\`, whose value would be read in the place of \`${from.text}\`.`,
        at: to.at,
        hint: 'Rename it to what no record has, or delete the line of the attribute from the lock if none was ever stored.',
      }));
  });
}

function isLive(entity: LockedEntity | undefined, attribute: string): boolean {
  return entity?.attributes.get(attribute)?.isRetired === false;
}

type Names = ReadonlyMap<string, string>;

function renamedEntity(entity: LockedEntity, names: Names): LockedEntity {
  const word = (text: string) => names.get(text) ?? text;
  const key = ({ partition, sort }: LockedKey): LockedKey => ({
    partition: inTemplate(partition, names),
    sort: sort === null ? null : inTemplate(sort, names),
  });
  const conditions = ({ present, when }: Pick<LockedSlot, 'present' | 'when'>) => ({
    present: present.map(word).sort(),
    when: when.map((one) => ({ ...one, field: word(one.field) })),
  });
  const keys = (all: ReadonlyMap<string, LockedKey>, nameOf: (name: string) => string) =>
    new Map([...all].map(([name, one]) => [nameOf(name), key(one)] as const));
  const slots = entity.slots.map((slot): readonly [LockedSlot, LockedSlot] => [
    slot,
    {
      ...slot,
      entry: slot.entry && key(slot.entry),
      key: key(slot.key),
      ...conditions(slot),
      ...(slot.include ? { include: slot.include.map(word).sort() } : {}),
    },
  ]);
  const slotNames = new Map(slots.map(([was, is]) => [slotName(was), slotName(is)]));
  return {
    ...entity,
    attributes: new Map([...entity.attributes].map(([name, one]) => [word(name), one])),
    key: entity.key && { ...entity.key, key: key(entity.key.key) },
    ttl: entity.ttl && word(entity.ttl),
    guards: keys(entity.guards, (fields) => fields.replace(/\w+/g, word)),
    aggregates: new Map(
      [...entity.aggregates].map(([name, { of, ...one }]) => [
        name.replace(/(?<=^sequence )\w+/, word),
        {
          ...key(one),
          ...(of ? { of: { ...of, ...conditions(of), field: of.field && word(of.field) } } : {}),
        },
      ]),
    ),
    counters: keys(entity.counters, word),
    slots: slots.map(([, slot]) => slot),
    patterns: new Map(
      [...entity.patterns].map(([name, { field, reads }]) => [
        name,
        { field, reads: slotNames.get(reads) ?? inTemplate(reads, names) },
      ]),
    ),
  };
}

function renamedPending(one: Pending, names: Names): Pending {
  const [entity, field] = one.name.split('.');
  const to = field === undefined ? undefined : names.get(field);
  return {
    ...one,
    ...(to === undefined ? {} : { name: `${entity}.${to}` }),
    was: one.was.map((text) => inTemplate(text, names)),
  };
}

/** The holes of a template: `{phone}`, `{pad(rank, 6)}`. */
function inTemplate(text: string, names: Names): string {
  return text.replace(/(?<=\{(?:\w+\()?\s*)\w+(?=\s*[)},])/g, (field) => names.get(field) ?? field);
}
