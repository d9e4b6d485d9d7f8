/** Documents that are cheap to send, and would be costly to answer. */

import type { Attack } from './attack.js';

const times = (count: number, text: (at: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, at) => text(at)).join(between);

const nested = (depth: number) =>
  `{ user(id: "x") { ${'createdBy { '.repeat(depth)}id${' }'.repeat(depth)} } }`;

/** Each spreads the next one twice: gone through one by one, 2^100 fields. */
const doubled = `{ me { ...F0 } } ${times(100, (at) => `fragment F${at} on User { a: createdBy { ...F${at + 1} } b: createdBy { ...F${at + 1} } }`)} fragment F100 on User { id }`;

/** Each selects the next one 30 times: 27,000 fields of few tokens. */
const fanned = `{ me { ...F0 } } ${times(3, (at) => `fragment F${at} on User { ${times(30, (n) => `a${n}: createdBy { ...F${at + 1} }`)} }`)} fragment F3 on User { id }`;

const circle = `{ me { ...F0 } } ${times(5, (at) => `fragment F${at} on User { createdBy { ...F${(at + 1) % 5} } }`)}`;

const whole =
  'types { name fields { name args { name type { name ofType { name } } } type { name fields { name args { name } } } } }';

export const documentAttacks: readonly Attack[] = (
  [
    ['a query 500 levels deep', '400 QUERY_TOO_DEEP', nested(500)],
    ['a query of 10,000 levels', '400 GRAPHQL_PARSE_FAILED', nested(10_000)],
    [
      'inline fragments 900 levels deep',
      '400 GRAPHQL_VALIDATION_FAILED',
      `{ ${'... { '.repeat(900)}nothing${' }'.repeat(900)} }`,
    ],
    ['lists nested 20,000 levels deep', '400 GRAPHQL_PARSE_FAILED', `{ user(id: ${'['.repeat(20_000)}`],
    ['10,000 fields', '400 GRAPHQL_PARSE_FAILED', `{ me { ${times(10_000, () => 'id')} } }`],
    ['one field 2900 times', '400 GRAPHQL_VALIDATION_FAILED', `{ me { ${times(2900, () => 'id')} } }`],
    [
      'one field with other arguments 300 times',
      '400 GRAPHQL_VALIDATION_FAILED',
      `{ ${times(300, (at) => `user(id: "${at}") { id }`)} }`,
    ],
    [
      'pages of pages, under 11 aliases',
      '400 QUERY_TOO_COSTLY',
      `{ ${times(11, (at) => `a${at}: users(first: 100) { nodes { sessions { nodes { id } } } }`)} }`,
    ],
    [
      '1400 directives on one field',
      '400 GRAPHQL_VALIDATION_FAILED',
      `{ __typename ${times(1400, () => '@a')} }`,
    ],
    [
      'a directive that may be there once, 400 times',
      '400 GRAPHQL_VALIDATION_FAILED',
      `{ __typename ${times(400, () => '@skip(if: false)')} }`,
    ],
    ['fragments that spread one another twice', '400 QUERY_TOO_DEEP', doubled],
    ['fragments that select one another 30 times', '400 QUERY_TOO_COSTLY', fanned],
    ['a circle of fragments', '400 GRAPHQL_VALIDATION_FAILED', circle],
    [
      '900 fields that are not there',
      '400 GRAPHQL_VALIDATION_FAILED',
      `{ ${times(900, (at) => `userr${at}`)} }`,
    ],
    [
      'the schema 60 times over',
      '400 QUERY_TOO_COSTLY',
      `{ __schema { ${times(60, (at) => `a${at}: ${whole}`)} } }`,
    ],
    ['text of 400 KB', '400 GRAPHQL_PARSE_FAILED', `{ me { id } } # ${'x'.repeat(400_000)}`],
  ] satisfies [string, string, string][]
).map(([name, refusal, query]) => ({
  name,
  refusal,
  request: ({ token }) => ({
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  }),
}));
