import { forbidden, unauthenticated } from 'tableloom/runtime';
import type { Contractor, User } from '../../../generated/entities.js';
import type { Context } from '../../../generated/loaders.js';
import { isPast } from './time.js';

const signInAgain = 'Your session has ended; sign in again.';

/**
 * The user who is signed in, as stored now: whoever has been deactivated, or has signed out everywhere, is out at
 * once and not when the access token expires. Throws UNAUTHENTICATED, or FORBIDDEN for a contractor.
 */
export async function currentUser(context: Context): Promise<User> {
  const { viewer } = context;
  if (viewer === null) throw unauthenticated();
  if (viewer.kind !== 'USER') throw forbidden('This is for members of staff.');
  const user = await context.loaders.user.load({ id: viewer.id });
  if (user?.status !== 'ACTIVE' || user.sessionEpoch !== viewer.sessionEpoch) {
    throw unauthenticated(signInAgain);
  }
  return user;
}

/** The contractor who is signed in, as stored now. Throws UNAUTHENTICATED. */
export async function currentContractor(context: Context): Promise<Contractor> {
  const { viewer } = context;
  if (viewer?.kind !== 'CONTRACTOR') throw unauthenticated();
  const contractor = await context.loaders.contractor.load({ id: viewer.id });
  if (!contractor || !hasAccess(contractor, context)) throw unauthenticated(signInAgain);
  return contractor;
}

/** Whether the contractor may come in. The stored status lags behind the clock: `expiresAt` decides. */
export function hasAccess(contractor: Contractor, context: Context): boolean {
  const { status, expiresAt } = contractor;
  return (status === 'PENDING' || status === 'ACTIVE') && !isPast(expiresAt, context);
}
