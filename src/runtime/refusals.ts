/** What hand-written rules and `authenticate` of a server refuse callers with. */
import { TableloomError } from './errors.js';

/** For rules: the caller is not signed in. */
export function unauthenticated(message = 'Sign in first.'): TableloomError {
  return new TableloomError('UNAUTHENTICATED', message);
}

/** For `authenticate` of a server: the access token was valid until it expired. */
export function tokenExpired(): TableloomError {
  return new TableloomError('TOKEN_EXPIRED', 'The access token has expired.');
}

/** For `authenticate` of a server: the access token is not one of yours. Which way it is wrong is not told. */
export function tokenInvalid(): TableloomError {
  return new TableloomError('TOKEN_INVALID', 'The access token is not valid.');
}

/** For rules: the caller is signed in, but not allowed to do this. */
export function forbidden(message = 'You may not do this.'): TableloomError {
  return new TableloomError('FORBIDDEN', message);
}
