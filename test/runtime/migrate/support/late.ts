/** Servers that learn of a step later than others. */

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { noteType } from '../../../../src/runtime/migrate/note.js';

/** A client by which the note of a table is read once: every later reading has the first one's answer. */
export function lateClient(config: DynamoDBClientConfig): DynamoDBClient {
  const client = new DynamoDBClient(config);
  const answers = new Map<string, unknown>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const input = JSON.stringify(args.input);
        if (commandName !== 'GetItemCommand' || !input.includes(noteType)) return next(args);
        const answer = answers.get(input) ?? (await next(args));
        answers.set(input, answer);
        return answer as Awaited<ReturnType<typeof next>>;
      },
    { step: 'initialize', name: 'late' },
  );
  return client;
}

/** A client that does not send one of its readings of single items until it is told to. */
export class HeldClient extends DynamoDBClient {
  readonly #reached = signal();
  readonly #released = signal();

  /** @param nth which of them */
  constructor(config: DynamoDBClientConfig, nth: number) {
    super(config);
    let count = 0;
    this.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'GetItemCommand') count += 1;
          if (commandName === 'GetItemCommand' && count === nth) {
            this.#reached.resolve();
            await this.#released.promise;
          }
          return next(args);
        },
      { step: 'initialize', name: 'held' },
    );
  }

  /** Resolves once it waits. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  release(): void {
    this.#released.resolve();
  }
}

function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
