/** What is sent to a server by somebody who means it ill, and how each is refused. */

import type { Attack } from './attack.js';
import { documentAttacks } from './documents.js';
import type { Target } from './target.js';

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const me = '{ me { id } }';
const graphql = (query: string, variables?: object) => JSON.stringify({ query, variables });

const large = Buffer.from(graphql(`${me} # ${'x'.repeat(10_000_000)}`));

const bodies: readonly Attack[] = [
  {
    name: 'a body of 10 MB',
    isCutOff: true,
    refusal: '413 PAYLOAD_TOO_LARGE',
    request: () => ({ body: large }),
  },
  {
    name: 'a body of 10 MB in chunks, of no length',
    isCutOff: true,
    refusal: '413 PAYLOAD_TOO_LARGE',
    request: () => ({ body: large, isChunked: true }),
  },
  {
    name: 'bytes that are not UTF-8',
    refusal: '400 BAD_REQUEST',
    request: () => ({
      body: Buffer.concat([
        Buffer.from('{"query":"{ me { id } } #'),
        Buffer.of(0xc3, 0x28),
        Buffer.from('"}'),
      ]),
    }),
  },
  {
    name: 'a text that is cut within a character',
    refusal: '400 BAD_REQUEST',
    request: () => ({
      body: Buffer.concat([Buffer.from('{"query":"{ me { id } }"} '), Buffer.of(0xe2, 0x82)]),
    }),
  },
  {
    name: 'values nested 100,000 levels deep',
    refusal: '400 BAD_REQUEST',
    request: () => ({
      body: `{"query":"query ($a: JSON) { me { id } }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    }),
  },
  {
    name: 'two queries in one body',
    refusal: '400 BAD_REQUEST',
    request: () => ({ body: `{"query":"${me}","query":"{ users { nodes { id } } }"}` }),
  },
  {
    name: 'the key __proto__',
    refusal: '400 BAD_REQUEST',
    request: () => ({ body: `{"query":"${me}","variables":{"__proto__":{"isAdmin":true}}}` }),
  },
  {
    name: 'the keys constructor.prototype',
    refusal: '400 BAD_REQUEST',
    request: () => ({ body: `{"query":"${me}","variables":{"constructor":{"prototype":{"isAdmin":true}}}}` }),
  },
  {
    name: 'the key __proto__ in a value of the document',
    refusal: '200 VALUE_INVALID',
    request: ({ token }) => ({
      headers: bearer(token),
      body: graphql(
        'mutation { setConfig(input: { key: "k", value: { __proto__: { isAdmin: true } } }) { key } }',
      ),
    }),
  },
  {
    name: 'a number without a bound',
    refusal: '400 GRAPHQL_VALIDATION_FAILED',
    request: ({ token }) => ({
      headers: bearer(token),
      body: '{"query":"query ($n: Int) { users(first: $n) { nodes { id } } }","variables":{"n":1e999}}',
    }),
  },
  {
    name: 'a batch of 1000 operations',
    refusal: '400 BAD_REQUEST',
    request: () => ({ body: JSON.stringify(Array.from({ length: 1000 }, () => ({ query: me }))) }),
  },
  {
    name: 'a URL of 20 KB',
    isCutOff: true,
    refusal: '431',
    request: () => ({ method: 'GET', path: `/graphql?query=${encodeURIComponent(me)}${'%20'.repeat(7000)}` }),
  },
];

/** With the parts of others: header, claims and signature of a token are three texts. */
function swapped(one: string, other: string): string {
  return [...one.split('.').slice(0, 1), ...other.split('.').slice(1, 2), ...one.split('.').slice(2)].join(
    '.',
  );
}

const unsigned = [{ alg: 'none', typ: 'at+jwt' }, { sub: 'x', kind: 'user', epoch: 0, sid: 'x' }, '']
  .map((part) => (part === '' ? '' : Buffer.from(JSON.stringify(part)).toString('base64url')))
  .join('.');

const tokens: readonly Attack[] = [
  ['a forged token', (_: Target, at: number) => `${'eyJhbGciOiJIUzI1NiJ9'}.${'x'.repeat(80)}.${at}`],
  ['a token without a signature', () => unsigned],
  ['a token with the claims of another', ({ token, memberToken }: Target) => swapped(memberToken, token)],
  ['a token signed with another key', ({ foreignToken }: Target) => foreignToken],
  ['a token of 12 KB', () => 'x'.repeat(12_000)],
  ['a token that has expired', ({ expiredToken }: Target) => expiredToken],
].map(([name, token]) => ({
  name: name as string,
  refusal: name === 'a token that has expired' ? '401 TOKEN_EXPIRED' : '401 TOKEN_INVALID',
  request: (target, at) => ({
    headers: bearer((token as (target: Target, at: number) => string)(target, at)),
    body: graphql(me),
  }),
}));

const replayed: Attack = {
  name: 'a refresh token that was used',
  refusal: '200 UNAUTHENTICATED',
  request: ({ refreshToken }) => ({
    body: graphql(`mutation { refreshSession(refreshToken: "${refreshToken}") { accessToken } }`),
  }),
};

const page = 'query ($after: String) { users(first: 1, after: $after) { nodes { id } } }';
const otherPage =
  'query ($after: String) { usersByRole(role: ADMIN, first: 1, after: $after) { nodes { id } } }';

const cursors: readonly Attack[] = (
  [
    ['a forged cursor', page, (_, at) => Buffer.from(`forged ${at}`.repeat(5)).toString('base64url')],
    ['an altered cursor', page, ({ cursor }) => cursor.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['the cursor of another field', otherPage, ({ cursor }) => cursor],
    ['a cursor sealed with a secret that is gone', page, ({ foreignCursor }) => foreignCursor],
  ] satisfies [string, string, (target: Target, at: number) => string][]
).map(([name, query, after]) => ({
  name,
  refusal: '200 BAD_CURSOR',
  request: (target, at) => ({
    headers: bearer(target.token),
    body: graphql(query, { after: after(target, at) }),
  }),
}));

const post = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const body = graphql(me);
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const smuggled: readonly Attack[] = (
  [
    [
      'a length and chunks',
      '400',
      `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    ],
    ['two lengths', '400', `${post}Content-Length: 5\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ['an encoding of no name', '400', `${post}Transfer-Encoding: xchunked\r\n\r\n${chunked}`],
    ['chunks whose name is hidden', '400', `${post}Transfer-Encoding : chunked\r\n\r\n${chunked}`],
    [
      'a header that goes on in the next line',
      '400',
      `${post}X-A: b\r\n c: d\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ],
    [
      'two tokens',
      '400 BAD_REQUEST',
      `${post}Authorization: Bearer a\r\nAuthorization: Bearer b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ],
    ['two hosts', '400 BAD_REQUEST', `${post}Host: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    [
      'two content types',
      '400 BAD_REQUEST',
      `${post}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ],
    ['17 KB of headers', '431', `${post}X-A: ${'x'.repeat(17_000)}\r\n\r\n`],
  ] satisfies [string, string, string][]
).map(([name, refusal, bytes]) => ({ name, refusal, request: () => ({ bytes }) }));

export const attacks: readonly Attack[] = [
  ...documentAttacks,
  ...bodies,
  ...tokens,
  replayed,
  ...cursors,
  ...smuggled,
];
