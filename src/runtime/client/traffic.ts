/** What all sessions of a database share on their way to DynamoDB. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TableloomError } from '../errors.js';
import { RetryBudget } from './budget.js';
import { Circuit, type Outcome } from './circuit.js';
import { connectionsOf } from './connections.js';
import type { Limits } from './limits.js';
import { Places } from './places.js';

type Kind = 'read' | 'write';

/** How a database's requests fare at this moment. */
export interface StorageState {
  /** Of each table, by its physical name, that was read or written. */
  readonly circuits: readonly {
    readonly table: string;
    readonly kind: 'read' | 'write';
    readonly state: 'closed' | 'open' | 'half-open';
  }[];
  /** Requests that are sent. */
  readonly underWay: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** How many requests were repeated, and how many more could be now. */
  readonly retries: number;
  readonly retriesLeft: number;
}

/** The requests of one kind to one table. */
interface Lane {
  readonly table: string;
  readonly kind: Kind;
  readonly circuit: Circuit;
  readonly places: Places;
  /** The lane alone, for requests to one table. */
  readonly alone: Lanes;
}

/** The lanes that a request takes, in one order for all requests, so that no two wait for each other. */
export type Lanes = readonly Lane[];

/** The share of the connections that one lane may take: a table that hangs leaves the others theirs. */
const laneShare = 0.8;

export class Traffic {
  readonly budget = new RetryBudget();
  readonly #client: DynamoDBClient;
  readonly #limits: Limits;
  readonly #connections: Places;
  readonly #lanes: Readonly<Record<Kind, Map<string, Lane>>> = { read: new Map(), write: new Map() };
  #waiting = 0;

  constructor(client: DynamoDBClient, limits: Limits) {
    this.#client = client;
    this.#limits = limits;
    this.#connections = new Places(() => connectionsOf(client));
  }

  state(): StorageState {
    const { read, write } = this.#lanes;
    return {
      circuits: [...read.values(), ...write.values()].map(({ table, kind, circuit }) => ({
        table,
        kind,
        state: circuit.state,
      })),
      underWay: this.#connections.taken,
      waiting: this.#waiting,
      retries: this.budget.taken,
      retriesLeft: this.budget.left,
    };
  }

  /** How many attempts of a request the client was configured to make. */
  maxAttempts(): Promise<number> {
    return this.#client.config.maxAttempts();
  }

  /** @param input of any operation */
  lanesOf(kind: Kind, input: Input): Lanes {
    if (input.TableName !== undefined) return this.#lane(kind, input.TableName).alone;
    const tables = new Set(Object.keys(input.RequestItems ?? {}));
    for (const item of input.TransactItems ?? [])
      for (const part of Object.values(item)) if (part?.TableName !== undefined) tables.add(part.TableName);
    const [first] = tables;
    if (tables.size === 1 && first !== undefined) return this.#lane(kind, first).alone;
    return [...tables].sort().map((table) => this.#lane(kind, table));
  }

  #lane(kind: Kind, table: string): Lane {
    const known = this.#lanes[kind].get(table);
    if (known !== undefined) return known;
    const places = new Places(() => Math.ceil(connectionsOf(this.#client) * laneShare));
    const alone: Lane[] = [];
    const lane = { table, kind, circuit: new Circuit(), places, alone };
    alone.push(lane);
    this.#lanes[kind].set(table, lane);
    return lane;
  }

  /**
   * Takes a connection; a promise only where none is free. STORAGE_UNAVAILABLE at once where a circuit is open; BUSY where too many
   * wait already, or after `limits.deadlineMs`.
   */
  enter(lanes: Lanes): Promise<void> | undefined {
    refuseOpen(lanes);
    if (this.#connections.isFull || lanes.some(({ places }) => places.isFull)) return this.#wait(lanes);
    for (const { places } of lanes) places.take();
    this.#connections.take();
    return undefined;
  }

  async #wait(lanes: Lanes): Promise<void> {
    if (this.#waiting >= this.#limits.queue) throw crowded();
    this.#waiting += 1;
    const end = performance.now() + this.#limits.deadlineMs;
    const taken: Places[] = [];
    try {
      for (const places of [...lanes.map((lane) => lane.places), this.#connections]) {
        await places.take({ ms: end - performance.now(), error: crowded });
        taken.push(places);
      }
    } catch (error) {
      for (const places of taken) places.leave();
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  leave(lanes: Lanes): void {
    this.#connections.leave();
    for (const { places } of lanes) places.leave();
  }

  /**
   * Call it before an attempt is sent: STORAGE_UNAVAILABLE where a circuit is open.
   *
   * @returns what is called with its outcome
   */
  begin(lanes: Lanes): (outcome: Outcome) => void {
    refuseOpen(lanes);
    const probes = lanes.map(({ circuit }) => circuit.begin());
    return (outcome) => {
      for (const [at, { circuit }] of lanes.entries()) circuit.end(outcome, probes[at] === true);
    };
  }
}

function refuseOpen(lanes: Lanes): void {
  for (const { circuit } of lanes) {
    const ms = circuit.waitMs;
    if (ms > 0) throw notAnswering(ms);
  }
}

/** As many requests wait for a connection to storage as may, or this one has waited too long; it was not sent. */
function crowded(): TableloomError {
  return new TableloomError('BUSY', 'Too many requests wait for storage; try again in a moment.', {
    retryAfter: 1,
  });
}

/** Storage has not answered for a while, so that the request was not sent. `retryAfter` is in seconds. */
function notAnswering(ms: number): TableloomError {
  return new TableloomError(
    'STORAGE_UNAVAILABLE',
    'Storage does not answer at the moment, and the request was not sent; try again in a few seconds.',
    { retryAfter: Math.ceil(ms / 1000) },
  );
}

/** Where inputs of DynamoDB's operations name their tables. */
interface Input {
  readonly TableName?: string | undefined;
  readonly RequestItems?: object | undefined;
  readonly TransactItems?: readonly object[] | undefined;
}
