/** Requests whose bytes or values no well-behaved client sends. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { serve } from './live/support.js';

const json = { 'content-type': 'application/json' };
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

async function post(payload: Buffer | string, path = '/graphql') {
  const { app } = await serve();
  const answer = await app.inject({ method: 'POST', url: path, headers: json, payload });
  return { status: answer.statusCode, error: answer.json().errors?.[0] };
}

describe('a body', () => {
  test.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['half of a pair', [0xed, 0xa0, 0x80]],
    ['a byte that begins nothing', [0xff]],
    ['a cut character', [0xe2, 0x82]],
  ])('that is not UTF-8 is refused: %s', async (_, wrong) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      const found = await post(bytes('{"query":"{ stop(id: \\"', wrong, '\\") { id } }"}'), path);
      expect(found).toMatchObject({ status: 400, error: { message: 'The body is not UTF-8.' } });
    }
  });

  test('has characters that come in two pieces', async () => {
    const { url } = await serve();
    const text = bytes('{"query":"{ stop(id: \\"😀é\\") { id } }"}');
    const at = text.indexOf(0xf0) + 2;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n`,
    );
    socket.write(text.subarray(0, at));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(text.subarray(at));
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    await once(socket, 'close');
    expect(answer).toContain('{"data":{"stop":null}}');
  });

  test.each([
    ['of the request', '{"query":"{ stop(id: 1) { id } }","query":"{ stop(id: 2) { id } }"}', 'query'],
    ['in other words', '{"query":"{ stop(id: 1) { id } }","qu\\u0065ry":"{ stop(id: 2) { id } }"}', 'query'],
    [
      'of a value',
      '{"query":"{ stop(id: 1) { id } }","variables":{"a":[{"b":1,"c":{"b":"{,"},"b":2}]}}',
      'b',
    ],
  ])('with a key twice is refused: %s', async (_, body, key) => {
    const message = `An object has the key "${key}" twice.`;
    expect(await post(body)).toMatchObject({ status: 400, error: { message } });
  });

  test('with a key in two objects, or in a text, is answered', async () => {
    const variables = { a: { b: 1, c: [{ b: 2 }, { b: 3 }, 'b', '"b":1,"b":2'] }, b: '\\"b' };
    expect((await post(JSON.stringify({ query: '{ stop(id: 1) { id } }', variables }))).status).toBe(200);
  });

  test('has the same meaning in the query string', async () => {
    const { app } = await serve();
    const ask = (variables: string) =>
      app.inject(`/graphql?${new URLSearchParams({ query: '{ stop(id: 1) { id } }', variables })}`);
    expect((await ask('{"a":{"b":1}}')).statusCode).toBe(200);
    for (const variables of ['{"a":1,"a":2}', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`]) {
      const answer = await ask(variables);
      expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  test('of several operations is refused as a batch', async () => {
    expect(await post('[{"query":"{ stop(id: 1) { id } }"}]')).toMatchObject({
      status: 400,
      error: {
        message: expect.stringContaining('Batches are not served.'),
        extensions: { code: 'BAD_REQUEST' },
      },
    });
  });

  test.each(['variables', 'extensions'])('with %s of endless nesting is refused', async (name) => {
    const nest = (levels: number) =>
      `{"query":"{ stop(id: 1) { id } }","${name}":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
    expect((await post(nest(90))).status).toBe(200);
    expect(await post(nest(200_000))).toMatchObject({
      status: 400,
      error: { message: 'Values are nested more than 100 levels deep.', extensions: { code: 'BAD_REQUEST' } },
    });
  });
});

describe('a document', () => {
  test('of more characters than are read is refused before it is parsed, with the remedy', async () => {
    const { status, error } = await post(
      JSON.stringify({ query: `{ stop(id: 1) { id } } #${'x'.repeat(66_000)}` }),
    );
    expect(status).toBe(200);
    expect(error).toMatchObject({
      message: 'The document has 66024 characters; at most 65536 are read. Send long values as variables.',
      extensions: { code: 'GRAPHQL_PARSE_FAILED', limit: 65_536 },
    });
  });

  test('with a thousand mistakes has a hundred errors told', async () => {
    const { app } = await serve({ production: true });
    const query = `{ ${Array.from({ length: 1000 }, (_, at) => `sto${at}`).join(' ')} }`;
    const answer = await app.inject({ method: 'POST', url: '/graphql', payload: { query } });
    expect(answer.json().errors.length).toBeLessThanOrEqual(101);
    expect(answer.body).not.toContain('Did you mean');
  });

  test('is kept, until all that are kept take too much memory', async () => {
    const { app } = await serve();
    let validated = 0;
    app.graphql.addHook('preValidation', async () => {
      validated += 1;
    });
    const first = '{ stop(id: "first") { id } }';
    const ask = (query: string) => app.inject({ method: 'POST', url: '/graphql', payload: { query } });
    const fields = Array.from({ length: 900 }, (_, at) => `a${at}: id`).join(' ');
    for (const query of [first, first, `{ stop(id: "x") { ${fields} } }`, first]) await ask(query);
    expect(validated).toBe(2);
    for (let at = 0; at < 60; at++) await ask(`{ stop(id: "${at}") { ${fields} } }`);
    validated = 0;
    await ask(first);
    expect(validated).toBe(1);
  });

  test('of the whole schema is answered, and of many times the schema refused', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const server = await serve({ production: false, limits: { requests: 1 } });
    const ask = async (query: string) =>
      (await server.app.inject({ method: 'POST', url: '/graphql', payload: { query } })).json();
    expect((await ask(getIntrospectionQuery())).errors).toBeUndefined();
    const types =
      'types { name fields { name args { name type { name ofType { name } } } type { name ofType { name } } } }';
    const many = Array.from({ length: 40 }, (_, at) => `a${at}: ${types}`).join(' ');
    expect((await ask(`{ __schema { ${many} } }`)).errors).toMatchObject([
      {
        message: expect.stringContaining('fields about the schema'),
        extensions: { code: 'QUERY_TOO_COSTLY' },
      },
    ]);
    const spread = `{ __schema { ...S } } fragment S on __Schema { ${many} }`;
    expect((await ask(spread)).errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COSTLY' } }]);
  });
});

describe('a header that is there twice', () => {
  test.each(['Authorization: Bearer ada', 'Content-Type: application/json'])(
    'is refused: %s',
    async (header) => {
      const own = await serve();
      const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
      const body = '{"query":"{ stop(id: 1) { id } }"}';
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${header}\r\n${header}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      let answer = '';
      socket.on('data', (chunk) => (answer += String(chunk)));
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1\.1 400/);
      expect(answer).toContain(`Send the header ${header.split(':')[0]?.toLowerCase()} once.`);
    },
  );
});
