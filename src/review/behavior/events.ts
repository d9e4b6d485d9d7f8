/** What events contain, and which of them a subscription delivers. */

import type { EventsPlan, EventTypePlan, SubscriptionPlan } from '../../generator/plan/types/events.js';
import { factsOf, type Readers } from './facts.js';
import { conditionText, listText, valuesIn, valueText } from './words.js';

const ofEvents: Readers<EventsPlan, null> = {
  entity: 'how',
  pattern: 'how',
  seconds: (seconds) => [{ topic: 'kept', text: `an event is kept for ${seconds} seconds` }],
  // How many lanes a day has is in the lock.
  hasLanes: 'elsewhere',
  cost: 'elsewhere',
  types: 'elsewhere',
};

const ofEventType: Readers<EventTypePlan, null> = {
  name: 'how',
  entity: (entity) => [{ topic: 'of', text: `reports changes of \`${entity}\`` }],
  fields: (fields) => [{ topic: 'fields', text: `contains ${listText(fields)}` }],
  lanes: 'elsewhere',
  key: 'elsewhere',
  isRecreated: 'how',
};

const ofSubscription: Readers<SubscriptionPlan, null> = {
  name: 'how',
  field: 'elsewhere',
  on: (types) => [{ topic: 'on', text: `delivers ${listText(types)}` }],
  since: (since) => [
    {
      topic: 'since',
      text: `resumes behind \`$${since}\``,
      values: [{ kind: 'argument', path: [since], nullable: true }],
      isInput: true,
    },
  ],
  filter: (filter) => [
    { topic: 'filter', text: `delivers where ${conditionText(filter, valueText)}`, values: valuesIn(filter) },
  ],
  allow: 'elsewhere',
  visible: 'elsewhere',
  payload: ({ cursor, event, records }) => [
    {
      topic: 'payload',
      text: `has ${listText([cursor, event, ...records.map(({ field }) => field)].filter((one) => one !== null))}`,
    },
  ],
};

export const eventsFacts = (events: EventsPlan) => factsOf(ofEvents, events, null);
export const eventTypeFacts = (type: EventTypePlan) => factsOf(ofEventType, type, null);
export const subscriptionFacts = (subscription: SubscriptionPlan) =>
  factsOf(ofSubscription, subscription, null);
