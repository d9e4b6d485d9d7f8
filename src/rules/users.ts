import { forbidden } from 'tableloom/runtime';
import type { DeactivationRule, NewUserRule, UserChangesRule } from '../../generated/rules.js';
import { badInput } from './shared/bad-input.js';
import { requirePassword } from './shared/passwords.js';
import { nameOf } from './shared/text.js';
import { currentUser } from './shared/viewer.js';

export const newUser: NewUserRule = async ({ args: { input }, context }) => {
  requirePassword('password', input.password);
  const name = nameOf(input.name);
  return {
    email: input.email,
    name,
    ...(input.role == null ? {} : { role: input.role }),
    passwordHash: await context.auth.hashPassword(input.password),
    createdById: context.principal?.id ?? null,
  };
};

/** Administrators change anybody, but not their own role and status; others their own name. */
export const userChanges: UserChangesRule = async ({ args: { input }, context, current }) => {
  const viewer = await currentUser(context);
  const { email, name, role, status } = input;
  const isSelf = viewer.id === current.id;
  if (viewer.role !== 'ADMIN') {
    if (!isSelf || viewer.role === 'READONLY') throw forbidden('This is for administrators.');
    if (email != null || role != null || status != null) {
      throw forbidden('You may change your name; the rest is for administrators.');
    }
  }
  if (isSelf && ((role ?? current.role) !== current.role || (status ?? current.status) !== current.status)) {
    throw forbidden('You cannot change your own role or status; ask another administrator.');
  }
  for (const [field, value] of Object.entries({ email, name, role, status })) {
    if (value === null) throw badInput(field, `${field} cannot be cleared.`);
  }
  const shutOut = status != null && status !== 'ACTIVE' && current.status === 'ACTIVE';
  return {
    ...(email == null ? {} : { email }),
    ...(name == null ? {} : { name: nameOf(name) }),
    ...(role == null ? {} : { role }),
    ...(status == null ? {} : { status }),
    // Shut out for good: a session begun before does not come back with the status.
    ...(shutOut ? { sessionEpoch: current.sessionEpoch + 1 } : {}),
  };
};

export const deactivation: DeactivationRule = ({ current }) => ({
  status: 'INACTIVE',
  sessionEpoch: current.sessionEpoch + 1,
});
