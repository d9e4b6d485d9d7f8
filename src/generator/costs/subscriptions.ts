/** What one delivery of a subscription asks of DynamoDB. */

import type { SubscriptionCost } from '../../budget/costs.js';
import type { SubscriptionPlan } from '../plan/types/events.js';

export function subscriptionCost({ name, allow, visible, payload }: SubscriptionPlan): SubscriptionCost {
  const records = payload.records.map(({ field, entity }) => [field, entity] as const);
  return {
    kind: 'subscription',
    subscription: name,
    ...(records.length === 0 ? {} : { records: Object.fromEntries(records) }),
    ...(allow === null ? {} : { allow }),
    ...(visible === null ? {} : { visible }),
  };
}
