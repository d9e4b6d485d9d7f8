/** Clients that write and read entries of the configuration, and know what answers are allowed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Json, TestServer } from '../support/server.js';

/** What an operation can fail with while storage does. */
const allowedCodes: ReadonlySet<unknown> = new Set(['BUSY', 'STORAGE_UNAVAILABLE', 'CONFLICT']);

interface Entry {
  readonly value: number;
  readonly version: number;
}

/** What is known of one entry, which only one client writes: the values 1, 2, 3 … in this order. */
export class History {
  readonly key: string;
  /** The last value that was sent. */
  sent = 0;
  /** How many writes had an unknown outcome: each of them may have taken place. */
  unknown = 0;
  /** How many writes were acknowledged. */
  written = 0;
  /** Values whose writes did not take place, as the answer said. */
  readonly refused = new Set<number>();
  /** Codes of errors, and how often. */
  readonly errors = new Map<string, number>();
  /** What no history allows. */
  readonly wrong: string[] = [];
  /** What is known to be stored, at least. */
  known: Entry = { value: 0, version: 0 };

  constructor(key: string) {
    this.key = key;
  }

  /** Notes errors; a code that is none of storage's is wrong. */
  failed({ errors, status, text }: Answer<unknown>): void {
    for (const { extensions } of errors) {
      const code = String(extensions?.code);
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
      if (!allowedCodes.has(code)) this.wrong.push(`${status} ${text}`);
    }
  }

  /** @param before what was known when the read began: nothing older may be read */
  read({ value, version }: Entry, before: Entry): void {
    // One write may be under way.
    const isAllowed =
      value >= before.value &&
      value <= this.sent &&
      !this.refused.has(value) &&
      version >= before.version &&
      version <= this.written + this.unknown + 1;
    if (isAllowed) this.#know({ value, version });
    else
      this.wrong.push(
        `read ${JSON.stringify({ value, version })} after ${JSON.stringify(before)} of ${JSON.stringify(this)}`,
      );
  }

  acknowledged(entry: Entry, value: number): void {
    this.written += 1;
    if (entry.value !== value || entry.version < this.written)
      this.wrong.push(`acknowledged ${JSON.stringify(entry)} for ${value}`);
    this.#know(entry);
  }

  #know({ value, version }: Entry): void {
    this.known = { value: Math.max(value, this.known.value), version: Math.max(version, this.known.version) };
  }
}

const set = `mutation ($key: String!, $value: JSON!) {
  setConfig(input: { key: $key, value: $value, category: "chaos" }) { value version } }`;
const get = 'query ($key: String!) { config(key: $key) { value version } }';

export interface Client {
  readonly history: History;
  write(): Promise<boolean>;
  read(): Promise<boolean>;
}

export function clientOf(server: TestServer, token: string, key: string): Client {
  const history = new History(key);
  const ask = <Data = Json>(query: string, variables: Json) => server.ask<Data>(query, { token, variables });
  return {
    history,
    async write() {
      history.sent += 1;
      const value = history.sent;
      const answer = await ask<{ setConfig: Entry }>(set, { key, value });
      if (answer.errors.length === 0 && answer.data !== null) {
        history.acknowledged(answer.data.setConfig, value);
        return true;
      }
      if (answer.errors.some(({ extensions }) => extensions?.outcome === 'unknown')) history.unknown += 1;
      else history.refused.add(value);
      history.failed(answer);
      return false;
    },
    async read() {
      const before = history.known;
      const answer = await ask<{ config: Entry | null }>(get, { key });
      if (answer.errors.length > 0) {
        history.failed(answer);
        return false;
      }
      history.read(answer.data?.config ?? { value: 0, version: 0 }, before);
      return true;
    },
  };
}

/** Has each client write and read, time and again, at the same time as the others. */
export async function work(
  clients: readonly Client[],
  { isOver, pauseMs = 0 }: { isOver(times: number): boolean; readonly pauseMs?: number },
): Promise<void> {
  const repeat = async (act: () => Promise<unknown>) => {
    for (let times = 0; !isOver(times); times++) {
      await act();
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };
  await Promise.all(clients.flatMap(({ write, read }) => [repeat(write), repeat(read), repeat(read)]));
}
