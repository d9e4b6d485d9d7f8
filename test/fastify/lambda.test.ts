/** Recorded events of API Gateway (payload 2.0, with and without a stage) and of a Function URL, answered. */

import { readFileSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import mercurius from 'mercurius';
import { type HttpEvent, lambdaHandler, serverOptions } from 'tableloom/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphqlOverHttp } from '../../src/fastify/http/http.js';

let app: FastifyInstance;

beforeAll(async () => {
  app = Fastify(serverOptions());
  await app.register(mercurius, {
    ...graphqlOverHttp,
    schema: 'type Caller { ip: String cookie: String } type Query { caller: Caller echo(n: Int): Int }',
    resolvers: {
      Query: {
        caller: (_parent, _args, { reply }) => ({
          ip: reply.request.ip,
          cookie: reply.request.headers.cookie,
        }),
        echo: (_parent: unknown, { n }: { n: number }) => n,
      },
    },
  });
  app.get('/image', (_request, reply) => reply.type('image/png').send(Buffer.from([0x89, 0x50, 0xff])));
  app.get('/cookies', (_request, reply) => reply.header('set-cookie', ['a=1', 'b=2']).send({ ok: true }));
});
afterAll(() => app.close());

const recorded = (name: string): HttpEvent =>
  JSON.parse(readFileSync(new URL(`events/${name}.json`, import.meta.url), 'utf8'));

test.each([
  ['api-gateway', { caller: { ip: '203.0.113.7', cookie: 'theme=dark; locale=de' } }],
  // A query with a comma, which is one value.
  ['api-gateway-stage', { a: 1, b: 2 }],
  ['function-url', { caller: { ip: '203.0.113.7' } }],
])('an event of %s', async (name, data) => {
  const { statusCode, headers, body, isBase64Encoded } = await lambdaHandler(app)(recorded(name));
  expect({ statusCode, isBase64Encoded, body: JSON.parse(body) }).toEqual({
    statusCode: 200,
    isBase64Encoded: false,
    body: { data },
  });
  expect(headers).toMatchObject({ 'content-type': expect.stringContaining('json'), vary: 'accept' });
  expect(headers.connection).toBeUndefined();
});

test('what is no text is sent as base64, and cookies are sent one by one', async () => {
  const event = recorded('api-gateway-stage');
  const get = (rawPath: string) =>
    lambdaHandler(app)({
      ...event,
      rawPath,
      requestContext: { http: { method: 'GET', sourceIp: '203.0.113.7' } },
    });
  expect(await get('/image')).toMatchObject({ isBase64Encoded: true, body: 'iVD/' });
  expect(await get('/cookies')).toMatchObject({ cookies: ['a=1', 'b=2'], body: '{"ok":true}' });
});
