import { GraphQLError } from 'graphql';

/** Codes of refused sign-ins and what they mean, as docs/application.md lists them. */
export const signInErrorCodes = {
  THROTTLED: 'There were too many wrong passwords. Repeat the request after `retryAfter` seconds.',
  OVERLOADED: 'Too many passwords are waiting to be checked. Repeat the request later.',
} as const;

/** Too many wrong passwords. The caller may try again in so many seconds. */
export function throttled(retryAfter: number): GraphQLError {
  return new GraphQLError('Too many attempts; try again later.', {
    extensions: { code: 'THROTTLED', retryAfter },
  });
}

/** More passwords wait to be checked than the server can check soon. */
export function overloaded(): GraphQLError {
  return new GraphQLError('The server is busy; try again in a few seconds.', {
    extensions: { code: 'OVERLOADED' },
  });
}
