/** What conditions of subscriptions compare: fields of events, fields of the record's key, attributes of the event itself. */

import type { SubscriptionModel } from '../../event-model.js';
import { eventConditionFields } from '../../plan/types/events.js';
import type { ResolvedAttribute, ResolvedEntity, ResolvedNames } from '../resolved-model.js';

/** The entities whose changes the types report that a subscription names; each once. */
export function reportedBy({ model, entities }: ResolvedNames, { on }: SubscriptionModel): ResolvedEntity[] {
  const named = on.flatMap((word) => model.events.find(({ name }) => name.text === word.text) ?? []);
  const found = named.flatMap(({ of }) => entities.get(of.text) ?? []);
  return [...new Set(found)];
}

/** What a condition's field is an attribute of. `type`, `entityId` and `actor` are the event's. */
export function eventAttribute(
  names: ResolvedNames,
  subscription: SubscriptionModel,
  field: string,
): { readonly entity: ResolvedEntity; readonly attribute: ResolvedAttribute } | undefined {
  const isOwn = eventConditionFields.includes(field);
  const log = names.entities.get(names.model.eventLog?.entity.text ?? '');
  const candidates = isOwn ? (log ? [log] : []) : reportedBy(names, subscription);
  for (const entity of candidates) {
    const attribute = entity.attributes.get(field);
    if (attribute) return { entity, attribute };
  }
  return undefined;
}
