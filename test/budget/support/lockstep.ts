/** DynamoDB as if it answered all requests of one moment at one moment: what an operation waits for can be counted. */

import { setImmediate } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** How many turns of the event loop without a request mean that none will come before an answer does. */
const quiet = 25;

export interface Lockstep {
  /** Counts the steps of what `action` does: how often requests were sent of which none waited for another. */
  count<T>(
    action: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly steps: number; readonly requests: number }>;
}

/** Requests of the client are held, while they are counted, until no further one comes; then all are sent, and answered together. */
export function lockstep(client: Pick<DynamoDBClient, 'middlewareStack'>): Lockstep {
  let isCounting = false;
  let requests = 0;
  let steps = 0;
  let wave: Wave | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      if (!isCounting) return next(args);
      requests += 1;
      if (wave === undefined) {
        steps += 1;
        wave = new Wave();
        void wave.begin().then(() => {
          wave = undefined;
        });
      }
      return wave.pass(() => next(args));
    },
    { step: 'initialize', name: 'lockstep' },
  );
  return {
    async count(action) {
      requests = 0;
      steps = 0;
      isCounting = true;
      try {
        const result = await action();
        return { result, steps, requests };
      } finally {
        isCounting = false;
      }
    },
  };
}

/** Requests that are answered together. */
class Wave {
  readonly #answers: Promise<unknown>[] = [];
  #joined = 0;
  #send: () => void = () => undefined;
  readonly #sent = new Promise<void>((resolve) => {
    this.#send = resolve;
  });

  async begin(): Promise<void> {
    for (let idle = 0, before = this.#joined; idle < quiet; idle++) {
      await setImmediate();
      if (this.#joined !== before) idle = 0;
      before = this.#joined;
    }
    this.#send();
  }

  async pass<T>(request: () => Promise<T>): Promise<T> {
    this.#joined += 1;
    await this.#sent;
    const answer = request();
    this.#answers.push(answer.catch(() => undefined));
    // All others of the wave are sent in the same turn.
    await setImmediate();
    await Promise.all(this.#answers);
    return answer;
  }
}
