/** What a subscription's resolver and the server that delivers for it agree on. */

/** Under which a source event carries the context of its delivery. */
export const deliveryContext: unique symbol = Symbol('context');

/** Under which a subscription's context has what makes the context of a delivery, with the session that its reads use. */
export const renewContext: unique symbol = Symbol('renew');
