/** What is stored of a record besides its attributes: entries, index keys, unique values, counts, references. */

import { queryOf } from '../../generator/plan/types/access.js';
import {
  type AggregatePlan,
  type EntityPlan,
  type GuardPlan,
  type ItemPlan,
  type ReferencePlan,
  type SlotPlan,
  whenId,
} from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import { paired } from '../pairs.js';
import type { Around } from './around.js';
import { type Comparers, compared, isSame } from './compare.js';

export interface OfEntity {
  readonly around: Around;
  readonly entity: string;
}

const ofItem: Comparers<ItemPlan, OfEntity> = {
  role: 'name',
  for: 'name',
  // Entries that lack a field are reported by the lock; one that has more serves as well.
  covering: 'lock',
  slots: (was, is, context) => {
    const { both, gone } = paired(was.slots, is.slots, slotId);
    return [
      ...both.flatMap((pair) => compared(ofSlot, pair.was, pair.is, context)),
      ...gone.map((slot) =>
        leftFound(context, `index keys \`${keyText(slot)}\``, {
          subject: `${context.entity}.${slot.index}`,
        }),
      ),
    ];
  },
  keep: (was, is, { around, entity }) => [
    {
      rule: 'history-keep-changed',
      subject: `${is.for ?? entity}`,
      message: `\`${is.for}\` keeps ${kept(is)} of \`${entity}\`, and kept ${kept(was)}.`,
      at: around.place(is.for ?? entity),
    },
  ],
};

function kept({ keep }: ItemPlan): string {
  if (!keep) return 'all versions';
  return 'versions' in keep ? `${keep.versions} versions` : `versions for ${keep.seconds} seconds`;
}

/** What patterns find records by: the lock compares all of it with what they read. */
const ofSlot: Comparers<SlotPlan, OfEntity> = {
  index: 'name',
  partition: 'lock',
  sort: 'lock',
  // Where there are fewer, the key is another one.
  shards: (was, is, { around, entity }) => {
    if (was.shards === null || is.shards === null || is.shards < was.shards) return [];
    const readers = around.after.plan.patterns.filter(({ access }) => {
      const query = queryOf(access);
      return (
        query?.entity === entity && query.index === is.index && query.partition.text === is.partition.text
      );
    });
    return readers.map(({ name }): Found => {
      return {
        rule: 'shards-grown',
        subject: name,
        message: `\`${name}\` reads \`${entity}\` from ${is.shards} shards, and read it from ${was.shards}.`,
        notes: [
          `Records written before stay in the first ${was.shards}, which are among those that are read.`,
        ],
        at: around.place(name),
        remedy: `Nothing. \`tableloom reindex ${entity}\` spreads those that are stored.`,
      };
    });
  },
  present: 'lock',
  when: 'lock',
  for: 'code only',
};

/** One index may have several keys of a record that exclude one another. */
function slotId({ index, when }: SlotPlan): string {
  return `${index ?? ''} ${whenId(when)}`;
}

const ofGuard: Comparers<GuardPlan, OfEntity> = {
  fields: 'name',
  partition: 'lock',
  sort: 'lock',
  // They are part of its name in the lock.
  present: 'lock',
  when: 'lock',
  message: 'code only',
  shared: 'lock',
};

const ofAggregate: Comparers<AggregatePlan, OfEntity> = {
  kind: 'name',
  name: 'name',
  also: 'code only',
  range: 'code only',
  field: 'lock',
  shared: 'lock',
  partition: 'lock',
  sort: 'lock',
  shards: 'lock',
  present: 'lock',
  when: 'lock',
  cap: (was, is, { around, entity }) =>
    is.cap === null || (was.cap !== null && was.cap < is.cap)
      ? []
      : [
          {
            rule: 'cap-lowered',
            subject: is.name,
            message: `At most ${is.cap} records of \`${entity}\` count for \`${is.name}\`${was.cap === null ? '' : `, which were ${was.cap}`}.`,
            at: around.place(is.name),
          },
        ],
};

const ofReference: Comparers<ReferencePlan, OfEntity> = {
  name: 'name',
  to: newReference,
  fields: (was, is, context) => (was.to === is.to ? newReference(was, is, context) : []),
  present: 'code only',
  onDelete: 'code only',
  counter: 'lock',
  foundBy: 'code only',
};

function newReference(_was: unknown, { name, to }: ReferencePlan, { around, entity }: OfEntity): Found[] {
  return [
    {
      rule: 'reference-new',
      subject: `${entity}.${name}`,
      message: `\`${entity}.${name}\` has to name a record of \`${to}\` that exists, and records stored before were not checked for that.`,
      at: around.place(`${entity}.${name}`),
    },
  ];
}

export function itemFindings(was: EntityPlan, is: EntityPlan, context: OfEntity): Found[] {
  const { around, entity } = context;
  const items = paired(was.items, is.items, ({ role, for: of }) => `${role} ${of ?? ''}`);
  const guards = paired(
    was.guards,
    is.guards,
    ({ fields, shared }) => `${shared?.name ?? ''} ${fields.join('+')}`,
  );
  const aggregates = paired(was.aggregates ?? [], is.aggregates ?? [], ({ kind, name }) => `${kind} ${name}`);
  const references = paired(was.references ?? [], is.references ?? [], ({ name }) => name);
  const isRead = (item: ItemPlan) => is.items.some((one) => isSame(keysOf(one), keysOf(item)));
  return [
    ...items.both.flatMap((pair) => compared(ofItem, pair.was, pair.is, context)),
    ...items.gone
      .filter((item) => item.role === 'entry' && !isRead(item))
      .map((item) =>
        leftFound(context, `entries of \`${item.for}\``, {
          subject: `${entity}.${item.for}`,
          ...around.item(`${entity}.${item.for}`),
        }),
      ),
    ...guards.both.flatMap((pair) => compared(ofGuard, pair.was, pair.is, context)),
    ...guards.gone.map(({ fields }): Found => {
      const name = `${entity}.${fields.join('+')}`;
      return {
        rule: 'guard-gone',
        subject: name,
        message: `\`${name}\` need not be unique any more.`,
        at: around.place(`${entity}.${fields[0] ?? ''}`),
        ...around.item(`guard ${name}`),
        remedy: `\`tableloom reindex ${entity}\` deletes the items that guard it.`,
      };
    }),
    ...aggregates.both.flatMap((pair) => compared(ofAggregate, pair.was, pair.is, context)),
    ...aggregates.gone.map(({ kind, name }) =>
      leftFound(context, `the items of the ${kind} \`${name}\``, {
        subject: `${entity}.${name}`,
        remedy: 'Delete them in DynamoDB, or leave them: they are few and small.',
      }),
    ),
    ...references.both.flatMap((pair) => compared(ofReference, pair.was, pair.is, context)),
    ...references.added.flatMap((one) => newReference(undefined, one, context)),
    ...references.gone.flatMap(({ name, counter }) =>
      counter
        ? [leftFound(context, `the items that count by \`${name}\``, { subject: `${entity}.${name}` })]
        : [],
    ),
  ];
}

function keysOf({ slots }: ItemPlan) {
  return slots.map(keyText);
}

function keyText({ index, partition, sort }: SlotPlan): string {
  return `${partition.text}${sort ? ` / ${sort.text}` : ''}${index === null ? '' : ` on ${index}`}`;
}

/** What is stored, and written and read no more. */
function leftFound(
  { around, entity }: OfEntity,
  what: string,
  more: Pick<Found, 'subject'> & Partial<Pick<Found, 'sample' | 'remedy'>>,
): Found {
  return {
    rule: 'items-gone',
    message: `\`${entity}\` no longer has ${what}.`,
    at: around.place(entity),
    remedy: `\`tableloom reindex ${entity}\` deletes what records stored before have of it.`,
    ...more,
  };
}
