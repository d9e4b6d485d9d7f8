/** Eventually consistent reads by way of an accelerator, DAX; all else goes past it. */
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  GetCommandInput,
  GetCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { Rest } from './rest.js';
import type { Requests } from './sdk.js';

/** What is used of `DaxDocument` of `@amazon-dax-sdk/lib-dax`. */
export interface DaxReads {
  get(input: GetCommandInput): Promise<GetCommandOutput>;
  batchGet(input: BatchGetCommandInput): Promise<BatchGetCommandOutput>;
  query(input: QueryCommandInput): Promise<QueryCommandOutput>;
}

export interface DaxSettings {
  /** `new DaxDocument({ endpoints: 'daxs://…', region })`; whoever created it ends it. */
  readonly client: DaxReads;
  /**
   * How old what the cluster answers can be, in milliseconds: the greater of its TTLs for items and queries. Writes do not go
   * through the cluster, so that whoever wrote reads past it for so long. Default: 5 minutes, as the cluster's.
   */
  readonly ttlMs?: number;
}

/** The reads of a database that has an accelerator. */
export class Dax {
  /** How old what it answers can be, in milliseconds. */
  readonly ttlMs: number;
  readonly #client: DaxReads;
  readonly #rest = new Rest();

  constructor({ client, ttlMs = 300_000 }: DaxSettings) {
    this.#client = client;
    this.ttlMs = ttlMs;
  }

  /** The same requests, sent to the cluster where it can answer them. What fails there is sent to DynamoDB. */
  before(requests: Requests): Requests {
    const or = async <T>(
      isPossible: boolean,
      there: () => Promise<T>,
      past: () => Promise<T>,
    ): Promise<T> => {
      if (!isPossible || !this.#rest.isOver) return past();
      try {
        return await there();
      } catch {
        this.#rest.begin();
        return past();
      }
    };
    return {
      ...requests,
      GetItem: (input, call) =>
        or(
          !input.ConsistentRead,
          () => this.#client.get(input),
          () => requests.GetItem(input, call),
        ),
      BatchGetItem: (input, call) =>
        or(
          Object.values(input.RequestItems ?? {}).every(({ ConsistentRead }) => !ConsistentRead),
          () => this.#client.batchGet(input),
          () => requests.BatchGetItem(input, call),
        ),
      Query: (input, call) =>
        or(
          !input.ConsistentRead,
          () => this.#client.query(input),
          () => requests.Query(input, call),
        ),
    };
  }
}
