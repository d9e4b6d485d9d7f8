/** Resolvers of subscriptions. */

import type { GraphQLResolveInfo } from 'graphql';
import type { AllowRule, VisibleRule } from '../rules.js';
import type { SubscriptionOptions } from './types.js';

/** As generated code gives them: rules see the parent and the event as the project declares them. */
export type GivenSubscription<Args, Context> = Omit<
  SubscriptionOptions<Args, Context>,
  'allow' | 'visible'
> & {
  readonly allow?: AllowRule<Context, never, Args>;
  readonly visible?: VisibleRule<Context, never>;
};

/** What GraphQL takes of a subscription: the deliveries, and what the field has of each. */
export interface SubscriptionResolver<Args, Context, Payload> {
  readonly subscribe: (
    parent: unknown,
    args: Args,
    context: Context,
    info: GraphQLResolveInfo,
  ) => AsyncIterable<Payload>;
  readonly resolve: (payload: Payload) => Payload;
}

export function subscription<Args, Context, Payload>(
  _options: GivenSubscription<Args, Context>,
): SubscriptionResolver<Args, Context, Payload> {
  throw new Error('subscriptions are not there yet');
}
