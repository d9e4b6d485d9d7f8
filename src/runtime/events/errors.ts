import { TableloomError } from '../errors.js';

export function eventsExpired(argument: string, keptSeconds: number): TableloomError {
  const days = Math.round(keptSeconds / 86_400);
  return new TableloomError(
    'EVENTS_EXPIRED',
    `Events are kept for ${days === 0 ? `${keptSeconds} seconds` : `${days} days`}, and "${argument}" is from before that. Read the records again, and subscribe without it.`,
    { argument, keptSeconds },
  );
}

export function subscriptionLagging(waiting: number): TableloomError {
  return new TableloomError(
    'SUBSCRIPTION_LAGGING',
    `More than ${waiting} events were waiting for this subscriber. Subscribe again with the last cursor.`,
  );
}
