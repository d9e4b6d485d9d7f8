/** Processes that write events and subscribe to them, with clocks and delays of their own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type FieldNode, type OperationDefinitionNode, parse } from 'graphql';
import { Database, type DatabaseOptions, type Session } from 'tableloom/runtime';
import { type EventRecord, equal, subscription } from 'tableloom/runtime/generated';
import { events, noteCodec } from './events.js';

export interface Payload {
  readonly cursor: string;
  readonly event: EventRecord | null;
  readonly note: object | null;
}

export interface NoteArgs {
  readonly name?: string | null;
  readonly since?: string | null;
}

interface Context {
  readonly db: Session;
}

/** What a subscriber is delivered, until it stops. */
export interface Deliveries {
  next(): Promise<IteratorResult<Payload, void>>;
  [Symbol.asyncIterator](): Deliveries;
  stop(): Promise<unknown>;
}

type Subscribe = (args: NoteArgs, context: Context) => Promise<Deliveries>;

type Rules = Pick<Parameters<typeof subscription<NoteArgs, Context, 'noteChanged'>>[0], 'allow' | 'visible'>;

/** The subscription of changes of notes, of all or one. NOTE_HIDDEN is not among them. */
export function noteChanged(rules: Rules = {}, selected: readonly string[] = []): Subscribe {
  const { subscribe } = subscription<NoteArgs, Context, 'noteChanged'>({
    name: 'noteChanged',
    on: [events.NOTE_CREATED, events.NOTE_UPDATED, events.NOTE_DELETED],
    since: 'since',
    filter: (args) => equal('name', args.name),
    payload: { cursor: 'cursor', event: 'event', records: { note: noteCodec } },
    ...rules,
  });
  const fields = ['cursor', ...selected].join(' ');
  const { definitions } = parse(`subscription { noteChanged { ${fields} } }`);
  const [operation] = definitions as readonly OperationDefinitionNode[];
  const fieldNodes = (operation?.selectionSet.selections ?? []) as readonly FieldNode[];
  const info = { fieldNodes, fragments: {}, variableValues: {} };
  return async (args, context) => {
    const source = await subscribe(undefined, args, context, info);
    const deliveries: Deliveries = {
      async next() {
        const { value, done } = await source.next();
        if (done) return { value: undefined, done };
        const payload = value.noteChanged as unknown as Payload | Error;
        if (payload instanceof Error) throw payload;
        return { value: payload, done: false };
      },
      stop: () => source.return(),
      [Symbol.asyncIterator]: () => deliveries,
    };
    return deliveries;
  };
}

/** A database of its own on the engine, as another process has it. @param delay of each transaction, in milliseconds */
export function processOn(
  config: DynamoDBClientConfig,
  options: Omit<DatabaseOptions, 'client' | 'cursorSecrets'>,
  delay: () => number = () => 0,
): Database {
  const inner = config.requestHandler as { handle(request: object, options?: object): Promise<never> };
  const requestHandler = {
    async handle(request: { readonly headers: Readonly<Record<string, string>> }, more?: object) {
      if (request.headers['x-amz-target']?.endsWith('TransactWriteItems')) await sleep(delay());
      return inner.handle(request, more);
    },
  };
  const client = new DynamoDBClient({ ...config, requestHandler } as DynamoDBClientConfig);
  return new Database({ client, cursorSecrets: ['a secret of the tests, long enough'], ...options });
}
