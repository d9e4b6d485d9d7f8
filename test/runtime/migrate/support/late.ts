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
