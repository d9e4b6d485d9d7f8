import { GraphQLEmailAddress, GraphQLJSON } from 'graphql-scalars';

/** Of the schema's scalars, those that the server does not implement itself. */
export const scalars = { EmailAddress: GraphQLEmailAddress, JSON: GraphQLJSON };
