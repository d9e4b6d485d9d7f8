/** Compares all items of records with what they say. */
import { type ItemKey, itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { ItemReads } from '../read/batch-get.js';
import { isKeyOf } from '../reindex/belonging.js';
import { changeOf, type Found, keysOf, type Problem, type Wanted, wantedItems } from '../reindex/record.js';
import { asRead } from '../reindex/run.js';
import { currentVersions, type VersionItem } from '../reindex/versions.js';
import type { Item, Reference } from '../types.js';
import { sameValue } from '../values.js';
import { type Action, guardAttributes, lastEvent, nextAttribute, typeOf } from '../write/action.js';
import { cleaned, ownerOf } from '../write/changes.js';
import { isMarked, markAttribute } from '../write/references.js';
import { type Check, type Diagnosis, healthy, reasonOf } from './check.js';
import type { Fault, Lasting } from './findings.js';
import { isMark, recordOf } from './unknown.js';
import { versionFault } from './versions.js';

/** How many records are looked at in one round of reads, and how many at the same time. */
const round = 80;
const atOnce = 8;

/** A deletion that takes several transactions is over long before that, in milliseconds. */
const longestDeletion = 3_600_000;

/** What a record should have, its history and the records it names included. */
interface Whole {
  readonly wanted: Wanted;
  readonly versions: readonly VersionItem[];
  readonly references: readonly (Reference & { readonly key: NonNullable<Reference['key']> })[];
}

export async function verifyRecords(check: Check, found: readonly Found[]): Promise<void> {
  for (let at = 0; at < found.length; at += round) {
    const some = found.slice(at, at + round);
    const reads = new ItemReads(check.requester);
    // What looks wrong is read again: until then, half the read units do.
    const keys = some.flatMap((one) => relatedKeys(check, one));
    await reads.load(keys.map(({ table, key }) => ({ table, key })));
    for (let next = 0; next < some.length; next += atOnce)
      await Promise.all(some.slice(next, next + atOnce).map((one) => verifyRecord(check, one, reads)));
  }
}

async function verifyRecord(check: Check, { codec, table, item }: Found, reads: ItemReads): Promise<void> {
  check.run.counts.records += 1;
  const look = {
    entity: codec.name,
    table,
    key: keyOfItem(table, item),
    keysOf: (now: Item) => relatedKeys(check, { codec, table, item: now }),
    diagnose: async (now: Item, known: ItemReads) =>
      recordOf(check, table, now) === codec ? diagnose(check, { codec, table, item: now }, known) : healthy,
  };
  await check.look(look, item, reads);
}

/** None where the record is not judged by others. */
function relatedKeys(check: Check, found: Found): ItemKey[] {
  if (isLeaving(check, found) || check.unreadable(found.codec, found.item) !== undefined) return [];
  try {
    const { wanted, versions, references } = wholeOf(check, found);
    const { table } = found.codec;
    return [
      ...keysOf(wanted),
      ...versions.map(({ key }) => ({ table, key })),
      ...references.map(({ to, key }) => ({ table: to.table, key })),
    ];
  } catch (error) {
    reasonOf(error);
    return [];
  }
}

/** It has expired or is being deleted: then its items go one after the other. */
function isLeaving(check: Check, { codec, item }: Found): boolean {
  return check.hasExpired(codec, item) || isMarked(item);
}

function wholeOf(check: Check, found: Found): Whole {
  const { codec } = found;
  const wanted = wantedItems(check.run, found);
  const leaves = check.types?.[codec.name]?.leaves;
  const references = (codec.references?.(wanted.record) ?? []).flatMap((one) =>
    one.key === undefined || one.to.ttl !== undefined || (leaves?.includes(one.name) ?? true)
      ? []
      : [{ ...one, key: checkKey(one.key, one.to.table) }],
  );
  return { wanted, versions: currentVersions(codec, wanted.record), references };
}

async function diagnose(check: Check, found: Found, reads: ItemReads): Promise<Diagnosis> {
  const { codec, table, item } = found;
  if (check.hasExpired(codec, item)) return healthy;
  const fault = faultOf(found);
  if (isMarked(item)) return unfinished(check, item, fault);
  // Its counts and sums are those of a record when it is repaired.
  const isMislabelled = typeOf(item) !== codec.name || item[nextAttribute] !== undefined;
  if (isMislabelled && !check.repair) check.uncertain.add(codec.name);
  const why = check.unreadable(codec, item);
  if (why !== undefined) return unreadable(check, found, { ...fault, why: `${why}.` });
  let whole: Whole;
  try {
    whole = wholeOf(check, found);
  } catch (error) {
    return unreadable(check, found, { ...fault, why: reasonOf(error) });
  }
  const { wanted, versions, references } = whole;
  if (wanted.isMoved) return misplaced(check, wanted, reads);
  const { actions, problems } = await changeOf(check.run, wanted, reads);
  const faults: Fault[] = [];
  const repairs: Action[] = [];
  for (const action of actions) {
    if (action.kind === 'check') continue;
    const other = claimed(check, wanted, action);
    if (other) faults.push(other);
    else {
      faults.push(faultOfAction(wanted, action, reads));
      repairs.push(action);
    }
  }
  faults.push(...problems.map((problem) => faultOfProblem(wanted, problem, reads)));
  if (problems.length > 0) check.lookAgain(table, wanted.key);
  for (const version of versions) {
    const wrong = versionFault(codec, version, reads.get(table, version.key));
    if (!wrong) continue;
    faults.push(wrong.fault);
    if (wrong.action) repairs.push(wrong.action);
    else check.lookAgain(table, wanted.key);
  }
  for (const { name, to, key } of references)
    if (reads.get(to.table, key) === null)
      faults.push({
        ...fault,
        kind: 'missing',
        part: 'reference',
        of: name,
        item: null,
        why: `It names ${to.name} ${JSON.stringify(key)} as ${name}, which is not there.`,
        remedy: `Store the ${to.name} again, name another one, or delete the ${codec.name}.`,
      });
  if (lastEvent in item && !isMark(item[lastEvent])) faults.push(lostMark(fault, item));
  return { faults, actions: conditional(wanted, repairs) };
}

function faultOf({ codec, table, item }: Found) {
  return {
    kind: 'unreadable',
    part: 'record',
    entity: codec.name,
    table,
    key: keyOfItem(table, item),
    item,
    wanted: null,
    isRepairable: false,
    why: '',
    remedy: 'Correct the record, or delete it.',
  } as const satisfies Lasting;
}

/** No write of the record that publishes an event succeeds. */
function lostMark(fault: Lasting, { [lastEvent]: mark }: Item): Lasting {
  return {
    ...fault,
    kind: 'stale',
    of: lastEvent,
    item: { [lastEvent]: mark },
    why: 'What it says of its last event cannot be read.',
    remedy: `Remove the attribute \`${lastEvent}\`: its next event then names none before it.`,
  };
}

/** Each action depends on the record as it was read. */
function conditional({ codec, table, key, item }: Wanted, actions: readonly Action[]): readonly Action[] {
  const [first] = actions;
  if (first === undefined || itemId(first.table, first.key) === itemId(table, key)) return actions;
  const purpose = { kind: 'unchanged', entity: codec.name } as const;
  return [{ kind: 'check', table, key, purpose, condition: asRead({ ...codec, table }, item) }, ...actions];
}

function unfinished(check: Check, item: Item, fault: Lasting): Diagnosis {
  const since = Date.parse(String(item[markAttribute]));
  if (Math.abs(check.run.now().getTime() - since) < longestDeletion) return healthy;
  const why = `Its deletion began at ${String(item[markAttribute])} and was not completed.`;
  const remedy = `Delete it again, or remove the attribute \`${markAttribute}\` to keep it.`;
  const mark = { [markAttribute]: item[markAttribute] };
  return { faults: [{ ...fault, kind: 'stale', item: mark, why, remedy }], actions: [] };
}

/** Nothing else of it can be judged. It may be a record of another entity, whose type is wrong. */
function unreadable(check: Check, { codec, table, item }: Found, fault: Lasting): Diagnosis {
  check.uncertain.add(codec.name);
  const other = [...check.run.known.values()].find((one) => one !== codec && isKeyOf(one, table, item));
  if (other === undefined) return { faults: [fault], actions: [] };
  check.uncertain.add(other.name);
  const why = `${fault.why} Its key is one of ${other.name}.`;
  const remedy = `Set its \`_type\` to ${other.name}, or delete it.`;
  return { faults: [{ ...fault, why, remedy }], actions: [] };
}

/** It is under a key that its attributes do not give: a copy of the record there, another one, or a changed record. */
async function misplaced(check: Check, wanted: Wanted, reads: ItemReads): Promise<Diagnosis> {
  const { codec, table, place, item } = wanted;
  const fault: Lasting = { ...faultOf(wanted), wanted: { ...place } };
  const there = reads.get(codec.table, place);
  const named = `${codec.name} ${JSON.stringify(place)}`;
  const isOfOther = [...check.run.known.values()].some((one) => one !== codec && isKeyOf(one, table, item));
  if (!isOfOther && there?.['_type'] === codec.name && there[nextAttribute] === undefined) {
    const { actions, problems } = await changeOf(check.run, wanted, reads);
    const isRepairable = problems.length === 0;
    if (!isRepairable) {
      check.uncertain.add(codec.name);
      // What is there may be repaired by then.
      check.lookAgain(table, wanted.key);
    }
    const why = isRepairable
      ? `It is a copy of ${named}.`
      : `Its attributes are those of ${named}, which is there and differs.`;
    const doubled = { ...fault, kind: 'doubled', wanted: null, why } as const;
    const { remedy: _none, ...repairable } = doubled;
    const remedy = 'Delete one of both.';
    return {
      faults: [isRepairable ? { ...repairable, isRepairable } : { ...doubled, isRepairable, remedy }],
      actions,
    };
  }
  if (check.types?.[codec.name]?.historyOf !== undefined) check.lookAgain(table, wanted.key);
  const why = `Its attributes give the key of ${named}.`;
  const remedy = `Correct its fields, or move it: \`tableloom reindex ${codec.name}\`.`;
  return unreadable(check, wanted, { ...fault, why, remedy });
}

/** A guard that was missing of another record, too: two records have the value. */
function claimed(check: Check, wanted: Wanted, action: Action): Fault | undefined {
  if (action.purpose.kind !== 'guard' || action.kind !== 'put') return undefined;
  const id = itemId(action.table, action.key);
  const owner = ownerOf(wanted.table, wanted.key);
  const first = check.claims.get(id) ?? owner;
  check.claims.set(id, first);
  if (first === owner || check.repair) return undefined;
  return doubledValue(wanted, action.purpose.field, first);
}

function doubledValue(wanted: Wanted, field: string, owner: string): Lasting {
  return {
    ...faultOf(wanted),
    kind: 'doubled',
    part: 'guard',
    of: field,
    why: `The record with the key ${owner} has the same ${field}.`,
    remedy: `Change the ${field} of one of both.`,
  };
}

function faultOfAction(wanted: Wanted, action: Action, reads: ItemReads): Fault {
  const { codec, table, key, item, main } = wanted;
  const fault = { entity: codec.name, isRepairable: true, table: action.table, key: action.key };
  if (itemId(action.table, action.key) === itemId(table, key)) {
    const merged = { ...Object.fromEntries(Object.keys(item).map((name) => [name, undefined])), ...main };
    return { ...fault, kind: 'stale', part: 'record', item: bare(item, merged), wanted: bare(main, item) };
  }
  const there = reads.get(action.table, action.key);
  return {
    ...fault,
    kind: there === null ? 'missing' : 'stale',
    part: action.purpose.kind === 'guard' ? 'guard' : 'entry',
    item: there,
    wanted: action.kind === 'put' ? action.item : null,
    why: `It belongs to the record ${JSON.stringify(key)}.`,
  };
}

/** The attributes that differ: of a record, no others concern anybody. */
function bare(item: Item, other: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name, value]) => !sameValue(value, other[name])));
}

/** The entry or the guard that should be under a key. */
function wantedAt({ codec, entries, guards }: Wanted, id: string): Item {
  return entries.get(id) ?? guards.find(({ guard }) => itemId(codec.table, guard.key) === id)?.item ?? {};
}

function faultOfProblem(wanted: Wanted, { part, key, error }: Problem, reads: ItemReads): Fault {
  const { codec } = wanted;
  const there = reads.get(codec.table, key);
  if (part === 'guard' && there?.[guardAttributes.owner] !== undefined) {
    const { field } = error.extensions as { readonly field?: string };
    return doubledValue(wanted, field ?? '', String(there?.['_owner']));
  }
  return {
    kind: 'missing',
    part,
    entity: codec.name,
    table: codec.table,
    key,
    item: there,
    wanted: cleaned(wantedAt(wanted, itemId(codec.table, key))),
    isRepairable: false,
    why: `It belongs to the record ${JSON.stringify(wanted.key)}; another item has its key.`,
    remedy: 'Delete the other item, then run `tableloom verify --repair` again.',
  };
}
