/** One call of `Session.write`: reads, computes, sends, and starts over where other writers were faster. */
import type { Limits } from '../client/limits.js';
import type { Requester } from '../client/requests.js';
import type { Retry } from '../client/retry.js';
import { busy, conflict, type TableloomError, versionKept } from '../errors.js';
import { isExpired } from '../expiry.js';
import { itemId } from '../keys/item-key.js';
import { ItemReads } from '../read/batch-get.js';
import { recordsOf } from '../read/records.js';
import type { IndexQuery, Item, Key, TableRef } from '../types.js';
import type { Action, Premise, Purpose, Step } from './action.js';
import { Numbering } from './aggregates/aggregates.js';
import { commit, errorOf, type Failure, type Outcome } from './commit.js';
import { type Contention, Turns } from './contention.js';
import { sendDirectly } from './entity/direct.js';
import { Actions } from './merge.js';
import { checkPremise, premiseAction } from './premises.js';
import { lastRevision, learnEarlier } from './versions.js';
import {
  type CallEnvironment,
  type DirectUpdate,
  type FoundItems,
  ofStep,
  type Planned,
  stepOf,
  type Write,
  withinStep,
} from './write.js';

/** Writes may add further writes, which may add others: more levels than this are a loop. */
const deepest = 10;

/** The outcome of a call of `write`. */
export interface WriteOutcome {
  /** In the order of the writes. */
  readonly results: readonly unknown[];
  /** The main items afterwards. */
  readonly items: Planned<unknown>['items'];
  /** What it did to single items; none where nothing was to be written. */
  readonly actions: readonly Action[];
}

/** An additional action of the transaction, made from the results of the writes, and the secret attributes of each. */
export type Seal = (results: readonly unknown[], secrets: Secrets) => Action;

type Secrets = readonly (readonly string[] | undefined)[];

/** What earlier attempts of the same call have learned. */
interface Lessons {
  /** Expired items under the keys of records to be created: they are replaced. */
  readonly expired: Map<string, Item>;
  /** Guards that belong to other records, so that they cannot be released. */
  readonly foreign: Set<string>;
  /** What deleted records left of their events, where new ones have their keys. */
  readonly markers: Map<string, Item>;
  /** The last revisions of deleted records whose versions have the keys of new ones. */
  readonly revisions: Map<string, number>;
  /** Items over which other writers conflicted with this call. */
  readonly contested: Set<string>;
  /** Items that a refused direct update returned: the next attempt need not read them. */
  readonly found: Map<string, Item | null>;
}

/** How often an attempt is prepared again because its reads took too long, or the tables' plan is known as another since. */
const mostRounds = 4;

/** How often dependents that a query does not find are searched for again: an index may lag. */
const mostSearches = 8;

/** How often a write is computed again even after the deadline: on a busy machine, the first attempt may take that long. */
const leastAttempts = 8;

/**
 * Carries out writes as one transaction. Where a record changed after it was read, everything is read and computed
 * again; where others were writing the same items or took the next number of a sequence, or DynamoDB was overloaded, it
 * is sent again. Both until the deadline, then CONFLICT or BUSY. A write that is alone and depends on nothing is tried
 * directly first. Where it throws, nothing was written, unless the error is STORAGE_UNAVAILABLE.
 */
export function transact(
  requester: Requester,
  contention: Contention,
  writes: readonly Write<unknown>[],
  env: CallEnvironment,
  seal?: Seal,
): Promise<WriteOutcome> {
  const observed = () => {
    const { entity, kind } = writes.find((write) => write.entity !== '') ?? {
      entity: 'several',
      kind: 'write',
    };
    return { kind: 'write', name: `${entity}.${kind}` } as const;
  };
  return requester.observers.pattern(observed, () => carryOut(requester, contention, writes, env, seal));
}

async function carryOut(
  requester: Requester,
  contention: Contention,
  writes: readonly Write<unknown>[],
  env: CallEnvironment,
  seal: Seal | undefined,
): Promise<WriteOutcome> {
  const retry = requester.retry();
  const lessons: Lessons = {
    expired: new Map(),
    foreign: new Set(),
    markers: new Map(),
    revisions: new Map(),
    contested: new Set(),
    found: new Map(),
  };
  const turns = new Turns(contention, retry);
  try {
    let searches = 0;
    for (let attempts = 1; ; attempts++) {
      await requester.ready();
      const isAlone = seal === undefined && env.premises().length === 0;
      const direct = isAlone ? directOf(writes, env) : undefined;
      const made = direct && (await tryDirectly(requester, direct, turns, lessons, retry));
      if (made !== undefined) return made;
      if (await turns.take(contestedBy(writes, env.premises(), contention, lessons))) lessons.found.clear();
      const { attempt, outcome } = await tryOnce(requester, writes, env, lessons, seal);
      if (outcome.kind === 'done') return attempt;
      const isSearching =
        outcome.kind === 'stale' && outcome.failed.some(({ action }) => action.purpose.kind === 'children');
      if (outcome.kind === 'stale') {
        learn(outcome.failed, outcome.error, lessons, env);
        await learnRevisions(requester, outcome.failed, lessons);
        if (isSearching) searches += 1;
        if (searches >= mostSearches) throw conflict(outcome.error.cause);
      } else for (const { table, key } of outcome.met) lessons.contested.add(itemId(table, key));
      // That others are writing the same items says nothing of load.
      const isLoad = outcome.kind === 'busy' && outcome.met.length === 0 && outcome.error.code === 'BUSY';
      if (isLoad && !requester.mayRepeat()) throw outcome.error;
      const others = outcome.kind === 'stale' && !isSearching;
      if (!(await retry.wait({ others })) && !(others && attempts < leastAttempts))
        throw outcome.kind === 'stale' ? conflict(outcome.error.cause) : outcome.error;
    }
  } finally {
    turns.release();
  }
}

/** What the only write of a call does, where that depends on nothing but its own condition. */
function directOf(
  [only, ...others]: readonly Write<unknown>[],
  env: CallEnvironment,
): DirectUpdate<unknown> | undefined {
  return others.length === 0 ? only?.direct?.(env) : undefined;
}

/** Undefined where the condition does not hold, or the update was computed by another plan. */
async function tryDirectly(
  requester: Requester,
  update: DirectUpdate<unknown>,
  turns: Turns,
  lessons: Lessons,
  retry: Retry,
): Promise<WriteOutcome | undefined> {
  const { table, key } = update.action;
  const id = itemId(table, key);
  const outcome = await sendDirectly(requester, update, retry, () => turns.share(id));
  if (outcome.kind === 'refused') lessons.found.set(id, outcome.item);
  if (outcome.kind !== 'done') return undefined;
  const { item } = outcome;
  return {
    results: [update.read(item)],
    items: [{ table, key, item }],
    actions: [update.action],
  };
}

/** The items to queue for: where this call conflicted with others, and where others are queueing. */
function contestedBy(
  writes: readonly Write<unknown>[],
  premises: readonly Premise[],
  contention: Contention,
  lessons: Lessons,
): ReadonlySet<string> {
  const targets = [...writes.flatMap(({ targets = [] }) => targets), ...premises].map(({ table, key }) =>
    itemId(table, key),
  );
  return new Set([...lessons.contested, ...targets.filter((id) => contention.isContested(id))]);
}

async function tryOnce(
  requester: Requester,
  writes: readonly Write<unknown>[],
  env: CallEnvironment,
  lessons: Lessons,
  seal: Seal | undefined,
): Promise<{ readonly attempt: WriteOutcome; readonly outcome: Outcome }> {
  let attempt = await prepare(requester, writes, env, lessons);
  const isOutdated = async () =>
    (await learnEarlier(requester, attempt.actions, lessons.revisions)) ||
    isLate(attempt, env, requester.limits) ||
    !(await requester.isPlanned(attempt.planned));
  for (let round = 0; await isOutdated(); round++) {
    if (round === mostRounds) throw busy();
    attempt = await prepare(requester, writes, env, lessons);
  }
  if (seal !== undefined) attempt.transaction.add([seal(attempt.results, attempt.secrets)]);
  // Nobody needs a right to change nothing.
  if (attempt.transaction.all.some(({ kind }) => kind !== 'check'))
    attempt.transaction.add(env.premises().map(premiseAction));
  const isOurs = ({ table, key }: Action) => !lessons.foreign.has(itemId(table, key));
  const actions = attempt.transaction.all.filter(isOurs);
  return { attempt, outcome: await commit(requester, actions, { isPlanned: true }) };
}

/** Readers of events wait only so long for what is committed after its time: `LiveSettings.settleMs`. */
function isLate({ actions }: Attempt, env: CallEnvironment, { deadlineMs }: Limits): boolean {
  const latest = env.clock().getTime() - deadlineMs;
  return actions.some(({ event }) => event !== undefined && Date.parse(event.timestamp) < latest);
}

/** Finds out why an attempt failed, and throws what another would not change. */
function learn(
  failed: readonly Failure[],
  error: TableloomError,
  lessons: Lessons,
  env: CallEnvironment,
): void {
  // Another call with the same idempotency key was faster, which explains every other failure.
  if (failed.some(({ action }) => action.purpose.kind === 'idempotency')) throw conflict(error.cause);
  const changed = failed.filter(({ action: { purpose } }) => isChange(purpose));
  for (const { action } of changed) {
    const id = itemId(action.table, action.key);
    lessons.expired.delete(id);
    lessons.contested.add(id);
  }
  // Where others changed or created a record, the other failures may follow from that.
  if (changed.length > 0) return;
  for (const failure of failed) {
    const { action, item } = failure;
    const id = itemId(action.table, action.key);
    if (item !== undefined && action.kind === 'put' && action.purpose.kind === 'absent') {
      if (isExpired(action.purpose, item, env.now)) {
        lessons.expired.set(id, item);
        continue;
      }
    }
    if (action.purpose.kind === 'marker') {
      if (item === undefined) lessons.markers.delete(id);
      else lessons.markers.set(id, item);
    }
    if (action.purpose.kind === 'guard' && action.kind === 'delete') lessons.foreign.add(id);
    const problem = errorOf(failure, error.cause);
    if (problem !== undefined) throw problem;
  }
}

/** Where versions of a deleted record have the keys of new ones, finds the last of them. */
async function learnRevisions(
  requester: Requester,
  failed: readonly Failure[],
  { revisions }: Lessons,
): Promise<void> {
  for (const { action } of failed) {
    const { purpose, step } = action;
    if (purpose.kind !== 'version') continue;
    const last = await lastRevision(requester, purpose.versions);
    if (last === undefined) throw ofStep(versionKept(purpose.entity), step);
    const { table, record } = purpose.versions;
    const id = itemId(table, record);
    revisions.set(id, Math.max(last, revisions.get(id) ?? 0));
  }
}

/** Whether a failed condition means that others changed a record, not that the write is invalid. */
function isChange(purpose: Purpose): boolean {
  if (purpose.kind === 'absent') return purpose.racing;
  return (
    purpose.kind === 'unchanged' ||
    purpose.kind === 'sequence' ||
    (purpose.kind === 'children' && purpose.onDelete === 'cascade')
  );
}

interface Attempt extends WriteOutcome {
  /** To which more can be added. */
  readonly transaction: Actions;
  /** How the tables' plan was known: see `Requester.planned`. */
  readonly planned: number;
  readonly secrets: Secrets;
}

/** A write, and the step of the call that it is or that added it. */
interface StepOfWrite {
  readonly write: Write<unknown>;
  readonly step: Step | undefined;
}

async function prepare(
  requester: Requester,
  writes: readonly Write<unknown>[],
  env: CallEnvironment,
  lessons: Lessons,
): Promise<Attempt> {
  const { planned } = requester;
  const found = new AttemptItems(requester, lessons, env.now);
  const numbering = new Numbering(found);
  const transaction = new Actions();
  const results: unknown[] = [];
  const secrets: (readonly string[] | undefined)[] = [];
  const inAttempt = { ...env, next: numbering.next.bind(numbering), earlier: results };
  const items: Planned<unknown>['items'][number][] = [];
  let level: readonly StepOfWrite[] = writes.map((write, at) => ({
    write,
    step: stepOf(write, at, writes.length),
  }));
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest)
      throw new TypeError(
        `writes add further writes, more than ${deepest} levels deep: alongside rules call each other in a loop`,
      );
    await found.read(level.map(({ write }) => write));
    found.check(env.premises());
    const further: StepOfWrite[] = [];
    for (const { write, step } of level) {
      try {
        const planned = await write.plan(found, inAttempt);
        if (depth === 0) {
          results.push(planned.result);
          secrets.push(planned.secret ?? write.secret);
        }
        transaction.add(
          step === undefined
            ? planned.actions
            : planned.actions.map((one) => ({ ...one, step: withinStep(step, one.step) })),
        );
        items.push(...planned.items);
        for (const one of (await planned.alongside?.()) ?? []) further.push({ write: one, step });
      } catch (error) {
        throw ofStep(error, step);
      }
    }
    level = further;
  }
  transaction.add(numbering.actions);
  return { planned, transaction, results, secrets, items, actions: transaction.all };
}

/** The items that one attempt has read, with strong consistency. */
class AttemptItems extends ItemReads implements FoundItems {
  readonly #requester: Requester;
  readonly #lessons: Lessons;
  readonly #now: Date;

  constructor(requester: Requester, lessons: Lessons, now: Date) {
    super(requester);
    this.#requester = requester;
    this.#lessons = lessons;
    this.#now = now;
    for (const [id, item] of lessons.found) this.know(id, item);
    // Once: the next attempt reads them again.
    lessons.found.clear();
  }

  lastRevision(table: TableRef, key: Key): number {
    return this.#lessons.revisions.get(itemId(table, key)) ?? 0;
  }

  query<R extends object>(query: IndexQuery<R>, most: number): Promise<readonly R[]> {
    return recordsOf(this.#requester, query, most, this.#now);
  }

  /** Reads what these writes need and earlier ones did not, in one round. */
  read(writes: readonly Write<unknown>[]): Promise<void> {
    return this.load(writes.flatMap(({ targets = [] }) => targets));
  }

  /** Refuses before anything else where a record that is read anyway shows that the caller may not go on. */
  check(premises: readonly Premise[]): void {
    for (const premise of premises) {
      const { table, key } = premise;
      if (this.has(table, key)) checkPremise(premise, super.get(table, key));
    }
  }

  override get(table: TableRef, key: Key): Item | null {
    const id = itemId(table, key);
    const { expired, markers } = this.#lessons;
    return super.get(table, key) ?? expired.get(id) ?? markers.get(id) ?? null;
  }
}
