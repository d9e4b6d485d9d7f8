import { TableloomError, type Write } from 'tableloom/runtime';
import type { Event } from '../../generated/entities.js';
import type { PushEventInput } from '../../generated/graphql.js';
import type { Context } from '../../generated/loaders.js';
import { eventPages } from '../../generated/queries.js';
import type { AggregateRule, ContentRule, PushEventGroupRule, PushEventRule } from '../../generated/rules.js';
import { eventWrites } from '../../generated/writes.js';
import { contentOf } from './shared/content.js';

export const content: ContentRule = ({ parent }) => contentOf(parent);

/** Reads every event, however many: a fold must not stop at a page. */
export const aggregate: AggregateRule = async ({ args, context }) => {
  const { storeId, aggregateId, maxVersion } = args;
  const types = new Map<string, number>();
  let version = 0;
  let events = 0;
  for await (const event of context.db.each(eventPages({ storeId, aggregateId, to: maxVersion }))) {
    version = event.version;
    events += 1;
    types.set(event.type, (types.get(event.type) ?? 0) + 1);
  }
  return { version, events, types: Object.fromEntries(types) };
};

export const pushEvent: PushEventRule = async ({ args: { input, force }, context }) => {
  const [event] = await push([input], force ?? false, context);
  if (event === undefined) throw new Error('One event was pushed, and none came back.');
  return event;
};

export const pushEventGroup: PushEventGroupRule = ({ args: { inputs, force }, context }) =>
  push(inputs, force ?? false, context);

/** All in one transaction, at one moment: the one given, or now. */
async function push(inputs: readonly PushEventInput[], force: boolean, context: Context): Promise<Event[]> {
  const { db } = context;
  if (inputs.some(({ version }) => version < 1)) throw badInput('version', 'Versions begin with 1.');
  const moments = new Set(inputs.flatMap(({ timestamp }) => timestamp ?? []).map(String));
  if (moments.size > 1) throw badInput('timestamp', 'The events of a group happen at one moment.');
  const [timestamp = db.now()] = moments;
  try {
    return await db.write(...inputs.map((input) => writeOf(input, timestamp, force)));
  } catch (error) {
    if (!(error instanceof TableloomError) || error.code !== 'ALREADY_EXISTS') throw error;
    throw await alreadyThere(inputs, context, error);
  }
}

function writeOf(
  { storeId, aggregateId, version, type, payload, metadata }: PushEventInput,
  timestamp: Date | string,
  force: boolean,
): Write<Event> {
  const key = { storeId, aggregateId, version };
  // What is left out is cleared: a forced event replaces the other whole.
  const values = { ...key, type, timestamp, payload: payload ?? null, metadata: metadata ?? null };
  return force ? eventWrites.upsert(key, values) : eventWrites.create(values);
}

/** Which of the events are there: a group's error should not leave the caller to guess. */
async function alreadyThere(
  inputs: readonly PushEventInput[],
  { loaders }: Context,
  cause: TableloomError,
): Promise<TableloomError> {
  const keys = inputs.map(({ storeId, aggregateId, version }) => ({ storeId, aggregateId, version }));
  const found = await Promise.all(keys.map((key) => loaders.event.load(key, { consistent: true })));
  const events = keys.filter((_, at) => found[at] !== null);
  const named = events.map(({ aggregateId, version }) => `${aggregateId} has version ${version}`).join(', ');
  const message = `Nothing was pushed: ${named} already.`;
  return new TableloomError('ALREADY_EXISTS', message, { entity: 'Event', events }, cause);
}

function badInput(field: string, message: string): TableloomError {
  return new TableloomError('BAD_INPUT', message, { field });
}
