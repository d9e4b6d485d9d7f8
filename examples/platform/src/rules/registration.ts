import { check, TableloomError } from 'tableloom/runtime';
import { emailLookupCodec, userCodec } from '../../generated/items.js';
import { emailLookupKey, userKey } from '../../generated/keys.js';
import type { DeleteUserWithEmailRule, GetUserAndEmailRule, RegisterRule } from '../../generated/rules.js';
import { emailLookupWrites, userWrites } from '../../generated/writes.js';
import { registrationError } from './shared/registration-error.js';

/** The user and the lookup of the address, each on the condition that it is not there: of two at once one wins. */
export const register: RegisterRule = async ({ args: { input }, context: { db } }) => {
  const { email, fullName } = input;
  const userId = input.userId ?? db.newId();
  try {
    const [, user] = await db.write(
      emailLookupWrites.create({ email, userId }),
      userWrites.create({ userId, email, fullName }),
    );
    return user;
  } catch (error) {
    if (!(error instanceof TableloomError) || error.code !== 'ALREADY_EXISTS') throw error;
    throw registrationError(error.extensions.entity === 'EmailLookup' ? 'EMAIL_TAKEN' : 'USER_EXISTS');
  }
};

/** Both or neither; each has to exist, and they have to belong together. */
export const deleteUserWithEmail: DeleteUserWithEmailRule = async ({ args, context: { db } }) => {
  const { userId, email } = args;
  const [user] = await db.write(
    userWrites.delete({ userId }),
    emailLookupWrites.delete(
      { email },
      {
        alongside: ({ before }) => {
          if (before.userId !== userId) throw registrationError('NOT_THEIRS');
          return [];
        },
      },
    ),
  );
  return user;
};

/**
 * Both as they are at one moment: read consistently, and then held against the tables by one transaction that changes
 * nothing and goes through only if both are still so.
 */
export const getUserAndEmail: GetUserAndEmailRule = async ({ args: { userId, email }, context: { db } }) => {
  const [user, emailLookup] = await db.write(
    check(userCodec, userKey({ userId }), () => {}),
    check(emailLookupCodec, emailLookupKey({ email }), () => {}),
  );
  return { user, emailLookup };
};
