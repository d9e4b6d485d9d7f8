/** The phase of an import: stored in the target table, and read again every few seconds by all who write. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableloomError } from '../errors.js';
import type { Item } from '../types.js';
import type { FoundItems } from '../write/write.js';
import { type Ledger, switchPartition } from './ledger.js';
import { type ImportPhase, importPhases } from './types.js';

export interface Switch {
  readonly phase: ImportPhase;
  /** One more with each change. */
  readonly number: number;
  /** The number of the change by which rows began to be written with their records, the last time; 0 where that never was. */
  readonly dualSince: number;
  /** Whether the last change was waited for to its end. */
  readonly isSettled: boolean;
}

/** How often a process reads the switch, and how old its knowledge may be when it begins to write. */
export const readEveryMs = 1000;
export const leaseMs = 5000;

/** The items that say it. */
const items = ['SWITCH', 'SETTLED'];

export async function readSwitch(ledger: Ledger): Promise<Switch> {
  return switchOf(await ledger.getMany(switchPartition, items));
}

function switchOf([item, settled]: readonly (Item | null)[]): Switch {
  const phase = item?.['phase'];
  const number = Number(item?.['number'] ?? 0);
  return {
    phase: isPhase(phase) ? phase : 'legacy',
    number,
    dualSince: Number(item?.['dualSince'] ?? 0),
    isSettled: number === Number(settled?.['number'] ?? 0),
  };
}

/**
 * CONFIGURATION in the phase `new`, and while rows may still be written without their records, as in the phase `legacy`. Who
 * writes what rows become asks just before: a change of phase waits until writes that have begun are over.
 */
export async function requireRowsCount(ledger: Ledger): Promise<Switch> {
  return refuseRows(await readSwitch(ledger));
}

/** What a transaction reads that asks the same. */
export function switchPlaces(ledger: Ledger): ReturnType<Ledger['places']> {
  return ledger.places(switchPartition, items);
}

/** The same, of what was read. */
export function requireRowsCountIn(ledger: Ledger, found: Pick<FoundItems, 'get'>): Switch {
  return refuseRows(switchOf(switchPlaces(ledger).map(({ table, key }) => found.get(table, key))));
}

function refuseRows(found: Switch): Switch {
  if (found.number === found.dualSince && !found.isSettled)
    throw new TableloomError(
      'CONFIGURATION',
      'The change to `dual` is under way, or was interrupted: not every process has seen it. Wait until `tableloom import phase dual` ends, or run it again.',
    );
  if (found.phase !== 'new') return found;
  const remedy = 'Go back first: `tableloom import reverse`, then `tableloom import phase dual`.';
  const message = `The switch says \`new\`: the records count, and rows would overwrite them. ${remedy}`;
  throw new TableloomError('CONFIGURATION', message);
}

function isPhase(value: unknown): value is ImportPhase {
  return importPhases.some((phase) => phase === value);
}

/** What one process knows of the switch. */
export class SwitchView {
  readonly #ledger: Ledger;
  readonly #id = randomUUID();
  #known: Switch | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Switch> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The phase, read within the lease. Throws where storage does not answer: nobody writes on older knowledge. */
  async current(): Promise<ImportPhase> {
    // Also while nothing is written: a change of phase waits for those that have not seen it.
    this.#timer ??= setInterval(() => void this.#read().catch(() => undefined), readEveryMs).unref();
    while (this.#known === undefined || performance.now() - this.#readAt > leaseMs) await this.#read();
    return this.#known.phase;
  }

  #read(): Promise<Switch> {
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #fetch(): Promise<Switch> {
    // Its answer may be as old as the request.
    const began = performance.now();
    const found = await readSwitch(this.#ledger);
    this.#known = found;
    this.#readAt = began;
    await this.#ledger.write(switchPartition, `PROCESS#${this.#id}`, {
      number: found.number,
      seenAt: new Date().toISOString(),
    });
    return found;
  }

  /** The process writes no more. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading?.catch(() => undefined);
    // Where it stays, the next change of phase waits for the lease.
    await this.#ledger.erase(switchPartition, `PROCESS#${this.#id}`).catch(() => undefined);
  }
}

export interface PhaseOptions {
  /** Called while processes have not seen the change, with their number, and with 0 when what they wrote before is waited for. */
  readonly onWait?: (waiting: number) => void;
  /** Aborting it ends the wait: the phase is entered, and not settled. Entering it again waits again. */
  readonly signal?: AbortSignal;
}

/** Steps that may be taken. From `legacy` to `new` is the way of an import, one by one; back, from anywhere. */
export function stepRefusal(from: ImportPhase, to: ImportPhase): string | undefined {
  const [a, b] = [importPhases.indexOf(from), importPhases.indexOf(to)];
  if (b === a + 1 || b <= a) return undefined;
  return `Phases are entered one after the other: after \`${from}\` comes \`${importPhases[a + 1]}\`.`;
}

/**
 * Changes the switch, and waits until no write of the former phase can come any more: every process has seen the change, or
 * its knowledge is older than its lease, so that it reads before it writes; then for what was under way.
 *
 * @param settleMs the longest that may be
 */
export async function setPhase(
  ledger: Ledger,
  phase: ImportPhase,
  { settleMs, onWait, signal }: PhaseOptions & { readonly settleMs: number },
): Promise<Switch> {
  const before = await readSwitch(ledger);
  const refusal = stepRefusal(before.phase, phase);
  if (refusal !== undefined) throw new TableloomError('CONFIGURATION', refusal);
  if (before.phase === phase && before.isSettled) return before;
  // One that was interrupted is made again, and waited for.
  const number = before.number + 1;
  const isFirst = before.phase === 'legacy' || (before.dualSince === before.number && !before.isSettled);
  const dualSince = isFirst && phase !== 'legacy' ? number : before.dualSince;
  const after = { phase, number, dualSince };
  if (!(await ledger.replace(switchPartition, 'SWITCH', after, before.number))) throw overtaken();
  const changed = performance.now();
  let waiting = await behind(ledger, number);
  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (waiting.length > 0 && performance.now() - changed <= leaseMs && !signal?.aborted) {
    onWait?.(waiting.length);
    await wait(200);
    waiting = await behind(ledger, number);
  }
  if (!signal?.aborted) {
    onWait?.(0);
    await wait(settleMs);
  }
  if (signal?.aborted) return { ...after, isSettled: false };
  // They have ended, or read before they write.
  for (const one of waiting) await ledger.erase(switchPartition, one);
  if ((await readSwitch(ledger)).number !== number) throw overtaken();
  await ledger.write(switchPartition, 'SETTLED', { number });
  return { ...after, isSettled: true };
}

function overtaken(): TableloomError {
  return new TableloomError(
    'CONFIGURATION',
    'Another process changed the phase meanwhile. Look at `tableloom import status`, and enter the phase that you mean.',
  );
}

/** The processes that have not seen the change. */
async function behind(ledger: Ledger, number: number): Promise<string[]> {
  const found: string[] = [];
  for await (const item of ledger.items(switchPartition)) {
    const name = String(item[ledger.table.sort ?? '']);
    if (name.startsWith('PROCESS#') && Number(item['number']) < number) found.push(name);
  }
  return found;
}
