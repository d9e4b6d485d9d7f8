/** Event types and subscriptions as the plan has them. */

import type { SubscriptionModel } from '../event-model.js';
import type { Source } from '../model.js';
import { payloadOf } from '../resolve/events/payload.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { conditionTree } from './filters.js';
import type { EventsPlan, EventTypePlan, SubscriptionPlan } from './types/events.js';
import type { EntityPlan } from './types/storage.js';
import { fieldRef, valuePlan } from './values.js';
import { billed, type Stored, tallyOf } from './write-costs/units.js';

export function eventsPlan(
  { model }: ResolvedModel,
  stored: Pick<Stored, 'entities' | 'tables'>,
): EventsPlan | undefined {
  const { eventLog } = model;
  if (!eventLog) return undefined;
  const { entities } = stored;
  const event = tallyOf(stored, eventLog.entity.text, { kind: 'create', has: () => true });
  return {
    entity: eventLog.entity.text,
    pattern: eventLog.pattern.text,
    seconds: eventLog.seconds,
    hasLanes: eventLog.hasLanes,
    cost: billed(event, true),
    types: model.events.map(({ name, of, fields, shards }): EventTypePlan => {
      const entity = entities.find((one) => one.name === of.text);
      if (!entity) throw new Error(`event type ${name.text} has no entity`);
      return {
        name: name.text,
        entity: of.text,
        fields: fields.map(({ text }) => text),
        lanes: shards?.count ?? 1,
        key: entity.keyFields,
        isRecreated: isRecreated(entity),
      };
    }),
  };
}

/** Whether callers choose the keys of new records, so that one of them may be chosen again. */
function isRecreated({ attributes, keyFields }: EntityPlan): boolean {
  const key = attributes.filter(({ name }) => keyFields.includes(name));
  return !key.some(({ generated }) => generated === 'uuidv7' || generated === 'sequence');
}

export function subscriptionPlan(resolved: ResolvedModel, subscription: SubscriptionModel): SubscriptionPlan {
  const { name, on, for: path, since, filter, allow, visible } = subscription;
  const field = fieldRef(path);
  const payload = payloadOf(resolved, subscription);
  const resumed = since?.kind === 'argument' ? since.path[0] : undefined;
  if (!field || resumed === undefined || !payload?.cursor)
    throw new Error(`subscription ${name.text} answers no field`);
  const value = (source: Source) => valuePlan(resolved, path, source);
  return {
    name: name.text,
    field,
    on: on.map(({ text }) => text),
    since: resumed,
    filter: filter ? conditionTree(filter, value) : null,
    allow: allow?.text ?? null,
    visible: visible?.text ?? null,
    payload: {
      type: payload.type.name,
      cursor: payload.cursor.name,
      event: payload.event?.name ?? null,
      records: payload.records.map(({ field: one, entity }) => ({ field: one.name, entity })),
    },
  };
}
