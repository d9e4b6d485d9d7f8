import { GraphQLError } from 'graphql';

/** What a caller sent cannot be used. `field` names the argument or input field. */
export function badInput(field: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', field } });
}
