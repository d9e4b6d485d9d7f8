/** Brings records to the plan, several at the same time. */
import { itemId } from '../keys/item-key.js';
import { ItemReads } from '../read/batch-get.js';
import { recordInvalid } from '../whole.js';
import { type Action, transactionLimit } from '../write/action.js';
import { commit } from '../write/commit.js';
import { bring, changeOf, count, type Found, keysOf, type Wanted, wantedOf } from './record.js';
import type { Run } from './run.js';

/** How many records are written at the same time. */
const atOnce = 8;

/** Brings records to the plan. What cannot be is noted. */
export async function reindexRecords(run: Run, found: readonly Found[]): Promise<void> {
  for (let at = 0; at < found.length; at += 10 * atOnce) {
    const some = found.slice(at, at + 10 * atOnce);
    const wanted = some.flatMap((one) => wantedOf(run, one) ?? []);
    for (const { codec, key, lacking } of wanted)
      if (lacking !== undefined)
        run.fail(codec.name, key, recordInvalid(codec.name, { ...codec.keyFields?.(key) }, lacking));
    const reads = new ItemReads(run.requester);
    await reads.load(wanted.flatMap(keysOf));
    const counting = run.dryRun ? [] : wanted.filter(({ codec }) => codec.uncounted !== undefined);
    const left = await bringTogether(run, counting, reads);
    const apart = [...wanted.filter((one) => !counting.includes(one)), ...left];
    for (let next = 0; next < apart.length; next += atOnce)
      await Promise.all(apart.slice(next, next + atOnce).map((one) => bring(run, one, reads)));
  }
}

/** Records, and what a transaction does to them, by the item that is concerned. */
interface Group {
  readonly members: Map<Wanted, readonly Action[]>;
  actions: Map<string, Action>;
}

/**
 * Many records in one transaction: all of them may be counted in one item, which takes one transaction at a time.
 *
 * @returns those that have to be brought one by one: others changed them meanwhile, or a problem is to be reported
 */
async function bringTogether(run: Run, wanted: readonly Wanted[], reads: ItemReads): Promise<Wanted[]> {
  const apart: Wanted[] = [];
  let group = empty();
  const send = async () => {
    if (!(await sent(run, [...group.actions.values()]))) apart.push(...group.members.keys());
    else for (const [one, actions] of group.members) count(run, one, actions);
    group = empty();
  };
  for (const one of wanted) {
    const { actions, problems } = await changeOf(run, one, reads);
    if (problems.length > 0 || actions.length > transactionLimit) {
      apart.push(one);
      continue;
    }
    if (actions.every(({ kind }) => kind === 'check')) continue;
    let joined = joinedWith(group.actions, actions);
    if (joined === undefined) {
      await send();
      joined = joinedWith(group.actions, actions);
    }
    if (joined === undefined) {
      apart.push(one);
      continue;
    }
    group.actions = joined;
    group.members.set(one, actions);
  }
  if (group.members.size > 0) await send();
  return apart;
}

function empty(): Group {
  return { members: new Map(), actions: new Map() };
}

/** Undefined where they do not fit, or two of them concern one item otherwise than by adding to its number. */
function joinedWith(
  before: ReadonlyMap<string, Action>,
  actions: readonly Action[],
): Map<string, Action> | undefined {
  const joined = new Map(before);
  for (const action of actions) {
    const id = itemId(action.table, action.key);
    const other = joined.get(id);
    if (other === undefined) joined.set(id, action);
    else if (other.kind === 'add' && action.kind === 'add')
      joined.set(id, { ...action, by: action.by + other.by });
    else return undefined;
  }
  return joined.size > transactionLimit ? undefined : joined;
}

/** @returns false where others had changed what the actions depend on, or kept writing it */
async function sent(run: Run, actions: readonly Action[]): Promise<boolean> {
  const retry = run.requester.retry();
  for (;;) {
    const outcome = await commit(run.requester, actions);
    if (outcome.kind === 'done') return true;
    if (outcome.kind === 'stale' || !(await retry.wait())) return false;
  }
}
