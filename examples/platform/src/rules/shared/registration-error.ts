import { GraphQLError } from 'graphql';

/** What registration may answer instead of doing what it is asked, as `extensions.code`. */
const messages = {
  EMAIL_TAKEN: 'Another user has this email address.',
  USER_EXISTS: 'There is a user with this id.',
  NOT_THEIRS: 'This email address is not that of the user.',
} as const;

export type RegistrationErrorCode = keyof typeof messages;

export function registrationError(code: RegistrationErrorCode): GraphQLError {
  return new GraphQLError(messages[code], { extensions: { code } });
}
