/** The scalars of the schema that need code. `DateTime` and `Date` do not; graphql-scalars has many others. */
import { GraphQLError, GraphQLScalarType } from 'graphql';

const webAddress = new GraphQLScalarType<string, string>({
  name: 'URL',
  parseValue(value) {
    if (typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value)) return value;
    throw new GraphQLError('A web address is needed, such as https://example.com/fern.jpg.');
  },
});

export const scalars = { URL: webAddress };
