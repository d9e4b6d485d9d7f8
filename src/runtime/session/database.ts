/** The tables of one application, and the sessions that read and write them. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v7 } from 'uuid';
import { documentClientOf } from '../client/document.js';
import { defaultLimits, type Limits } from '../client/limits.js';
import { Requester, type RequestReport } from '../client/requests.js';
import { type Sdk, sdkOf } from '../client/sdk.js';
import { CursorSealer } from '../read/cursor/sealing.js';
import type { ComputeRulesByName } from '../rules.js';
import { Turns } from '../write/contention.js';
import { Session } from './session.js';

export interface DatabaseOptions {
  /** The SDK's client, with whatever middleware it is to have; the caller made it and destroys it. */
  readonly client: DynamoDBClient;
  /** Physical table names by logical ones: `resolveTableNames` gives them. */
  readonly tables: Readonly<Record<string, string>>;
  /** At least 16 characters each. The first seals cursors; all open them, so that one can be replaced. */
  readonly cursorSecrets: readonly string[];
  /** The clock; left out, the system's. */
  readonly now?: () => Date;
  /** Makes ids; left out, UUIDs of version 7, which sort by the time they were made. */
  readonly newId?: () => string;
  /** The rules that compute attributes, where the access patterns name some: generated `ComputeRules`. */
  readonly compute?: ComputeRulesByName;
  readonly limits?: Partial<Limits>;
  /** Has DynamoDB tell the capacity each request consumed, for `Session.stats`. */
  readonly capacity?: boolean;
  /** Told of every request of every session before it is sent. */
  readonly onRequest?: (report: RequestReport) => void;
}

export interface SessionOptions {
  /** Aborting it ends what the session has under way with CANCELLED; a session that has begun to write goes on. */
  readonly signal?: AbortSignal;
  /** Has DynamoDB tell the capacity each request consumed; left out, as the database does. */
  readonly capacity?: boolean;
}

/** The tables of one application. Keeps nothing of what it reads; its sessions do. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #sdk: Sdk;
  readonly #sealer: CursorSealer;
  readonly #limits: Limits;
  readonly #turns = new Turns();
  #documents: DynamoDBDocumentClient | undefined;

  /** Throws CONFIGURATION where a cursor secret is missing or too short. */
  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#sealer = new CursorSealer(options.cursorSecrets);
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#sdk = sdkOf(options.client);
  }

  /** What one request, or one job, reads and writes with. */
  session(options: SessionOptions = {}): Session {
    const { tables, now = () => new Date(), newId = v7, compute = {}, capacity, onRequest } = this.#options;
    const requester = new Requester({
      sdk: this.#sdk,
      tables,
      limits: this.#limits,
      signal: options.signal,
      capacity: options.capacity ?? capacity,
      onRequest,
    });
    const documents = () => {
      this.#documents ??= documentClientOf(this.#options.client);
      return this.#documents;
    };
    return new Session(requester, this.#sealer, { now, newId, compute, turns: this.#turns, documents });
  }
}
