/** What strangers can do to a server that is in public, and what it tells them. */

import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { TableloomError } from 'tableloom/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as ourRules from '../../../src/rules/index.js';
import { until } from '../../support/until.js';
import { smallSample } from '../support/sample.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
const lines: string[] = [];
beforeAll(async () => {
  server = await startServer({
    sample: smallSample(),
    app: {
      production: true,
      logLevel: 'info',
      logStream: { write: (line) => void lines.push(line) },
      corsOrigins: ['https://app.example'],
      trustProxy: ['127.0.0.1'],
      connections: { headersMs: 400, requestMs: 400, requests: 2 },
      limits: { connections: 3 },
    },
  });
  await server.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => server.close());

const post = (payload: object, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url: '/graphql', headers, payload });

describe('a document as JSON', () => {
  const tree = (selections: unknown) => ({
    kind: 'Document',
    definitions: [
      { kind: 'OperationDefinition', operation: 'query', selectionSet: { kind: 'SelectionSet', selections } },
    ],
  });
  const name = { kind: 'Name', value: '__typename' };

  test.each([
    ['a syntax tree in a string', JSON.stringify(tree([{ kind: 'Field', name }]))],
    ['one that is malformed', JSON.stringify(tree('no list'))],
    ['an object', tree([{ kind: 'Field', name }])],
    ['null in a string', 'null'],
    ['an empty object in a string', ' {} '],
    ['a string in a string', '"{ me { id } }"'],
  ])('is refused: %s', async (_, query) => {
    lines.length = 0;
    for (const answer of [
      await post({ query }),
      await server.app.inject({
        url: `/graphql?${new URLSearchParams({ query: typeof query === 'string' ? query : JSON.stringify(query) })}`,
      }),
    ]) {
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    }
    expect(lines.join('')).not.toContain('stack');
  });
});

describe('a value that is wrong', () => {
  const secret = 'hunter2 at "x"; is my password';
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';

  test.each([
    [
      'of another type',
      signIn,
      { input: { email: 'a@tyler-setup.example', password: [secret] } },
      'Variable "$input" has an invalid value at "input.password". String cannot represent a non string value.',
    ],
    [
      'an address',
      signIn,
      { input: { email: secret, password: secret } },
      'Variable "$input" has an invalid value at "input.email".',
    ],
    [
      'without a field',
      signIn,
      { input: { password: secret } },
      'Variable "$input" has an invalid value at "input". Field "email" of required type "EmailAddress!" was not provided.',
    ],
    [
      'with a field too many',
      signIn,
      { input: { email: 'a@tyler-setup.example', password: secret, passwort: secret } },
      'Variable "$input" has an invalid value at "input". Field "passwort" is not defined by type "SignInInput".',
    ],
    [
      'null',
      signIn,
      { input: { email: 'a@tyler-setup.example', password: null, more: secret } },
      'Variable "$input" has an invalid value at "input.password". Expected non-nullable type "String!" not to be null.',
    ],
    [
      'no object',
      signIn,
      { input: secret },
      'Variable "$input" has an invalid value at "input". Expected type "SignInInput".',
    ],
    [
      'of an enum',
      'query ($role: Role!) { usersByRole(role: $role) { nodes { id } } }',
      { role: secret },
      'Variable "$role" has an invalid value at "role".',
    ],
  ])('is not repeated: %s', async (_, query, variables, message) => {
    lines.length = 0;
    const { errors, text } = await server.ask(query, { variables });
    expect(errors[0]).toMatchObject({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(text + lines.join('')).not.toContain('hunter2');
  });

  test.each([
    [
      'mutation { signIn(input: { email: "a@tyler-setup.example", password: 4711 }) { accessToken } }',
      'A value is not valid. String cannot represent a non string value.',
    ],
    ['mutation { signIn(input: { email: "4711", password: "x" }) { accessToken } }', 'A value is not valid.'],
    ['{ usersByRole(role: "4711") { nodes { id } } }', 'A value is not valid.'],
    [
      '{ users(first: "4711") { nodes { id } } }',
      'A value is not valid. Int cannot represent non-integer value.',
    ],
  ])('is not repeated from the document: %s', async (query, message) => {
    const { errors, text } = await server.ask(query);
    expect(errors[0]).toMatchObject({ message });
    expect(text).not.toContain('4711');
  });

  test('is repeated to whoever develops', async () => {
    const open = await startServer({ sample: smallSample() });
    const { errors } = await open.ask(signIn, { variables: { input: 'mine' } });
    expect(errors[0]?.message).toContain('got invalid value "mine"');
    await open.close();
  });
});

describe('storage', () => {
  test('is not named where a value is too long for a key', async () => {
    const { errors } = await server.ask('query ($key: String!) { config(key: $key) { key } }', {
      variables: { key: 'x'.repeat(5000) },
      token: await server.tokenOf(server.sample.users[0] ?? { id: '', sessionEpoch: 0 }),
    });
    expect(errors).toMatchObject([{ extensions: { code: 'KEY_INVALID' } }]);
    expect(JSON.stringify(errors)).not.toMatch(/DynamoDB|[PS]K\b|attribute/);
  });

  test('is not described where it is not as the code expects it', async () => {
    const signIn = () => {
      throw new TableloomError('TABLE_MISMATCH', 'The table secret-entities has no index GSI2.');
    };
    const broken = await startServer({
      sample: smallSample(),
      app: { production: true, rules: { ...ourRules, signIn } },
    });
    const { errors } = await broken.ask(
      'mutation { signIn(input: { email: "a@tyler-setup.example", password: "x" }) { accessToken } }',
    );
    expect(errors).toMatchObject([
      {
        message: 'The server is not set up for this.',
        path: ['signIn'],
        extensions: { code: 'TABLE_MISMATCH' },
      },
    ]);
    await broken.close();
  });
});

describe('connections', () => {
  const open = async (): Promise<{ socket: Socket; told: () => string; closed: Promise<unknown> }> => {
    const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
    let told = '';
    socket.on('data', (chunk) => (told += String(chunk)));
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    return { socket, told: () => told, closed };
  };
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

  test.each([
    ['headers', head],
    ['a body', `${head}content-length: 100\r\n\r\n{"query":`],
    ['nothing', ''],
  ])('that send %s and then nothing are closed', async (_, sent) => {
    const { socket, closed } = await open();
    socket.write(sent);
    await closed;
  });

  test('are so many and no more, and the next is served when one ends', async () => {
    const kept = [await open(), await open(), await open()];
    const more = await open();
    await more.closed;
    expect(more.told()).toBe('');
    for (const { socket } of kept) socket.destroy();
    await Promise.all(kept.map(({ closed }) => closed));
  });

  test('are to be closed after so many requests', async () => {
    const { socket, told, closed } = await open();
    socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3));
    await until(() => told().includes(' 503 '), told);
    expect(told().match(/ 200 OK/g)).toHaveLength(2);
    expect(told().split(' 200 OK')[2]).toMatch(/connection: close/i);
    socket.destroy();
    await closed;
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    server.app.inject({
      method: 'OPTIONS',
      url: '/graphql',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });

  test('may call the server where they are listed', async () => {
    const asked = await preflight('https://app.example');
    expect(asked.statusCode).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-headers': 'content-type,authorization',
      'access-control-allow-methods': 'GET, POST',
    });
    const answer = await post({ query: '{ __typename }' }, { origin: 'https://app.example' });
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(String(answer.headers.vary)).toMatch(/origin/i);
    expect(String(answer.headers.vary)).toMatch(/accept/i);
  });

  test('may not otherwise', async () => {
    const asked = await preflight('https://other.example');
    expect(asked.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('every answer', () => {
  test('has the headers that keep browsers from misusing it', async () => {
    const { headers } = await post({ query: '{ __typename }' });
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-content-type-options': 'nosniff',
      'x-frame-options': expect.any(String),
    });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('names its request by an id that no other server gives', async () => {
    const ids = [];
    for (let at = 0; at < 3; at++)
      ids.push((await post({ query: '{ __typename }' })).headers['x-request-id']);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  test('is logged with the address that a trusted proxy passes on', async () => {
    lines.length = 0;
    await post({ query: '{ __typename }' }, { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' });
    expect(lines.find((line) => line.includes('"ip"'))).toContain('198.51.100.9');
  });
});
