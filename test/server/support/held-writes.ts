import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface HeldWrites {
  /** Holds the next write that is sent, until it is released. */
  next(): { readonly sent: Promise<void>; release(): void };
}

/** Has a client hold writes. */
export function holdingWrites(client: DynamoDBClient): HeldWrites {
  let waiting: { readonly sent: () => void; readonly released: Promise<void> } | undefined;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const hold = /^(Put|Update|Delete|TransactWrite)/.test(commandName) ? waiting : undefined;
        if (hold !== undefined) {
          waiting = undefined;
          hold.sent();
          await hold.released;
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  return {
    next() {
      let release = () => {};
      let sent = () => {};
      const released = new Promise<void>((done) => {
        release = done;
      });
      const isSent = new Promise<void>((done) => {
        sent = done;
      });
      waiting = { sent, released };
      return { sent: isSent, release };
    },
  };
}
