/** Documents that clients name by their ids. */

import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { PluginOptions } from 'tableloom/server';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { Raw, type Served, serve } from './live/support.js';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const query = 'query Stop($id: ID!) {\n  stop(id: $id) {\n    name\n  }\n}';
const live = 'subscription { ticks { number } }';
const other = '{ stop(id: "q") { id } }';
const trusted = { [`sha256:${hashOf(query)}`]: query, [hashOf(live)]: live };
const variables = { id: 'q' };
const found = { data: { stop: null } };

const open = (only: boolean, options: Partial<PluginOptions> = {}) =>
  serve({ documents: { trusted, only }, ...options });

const post = ({ app }: { app: FastifyInstance }, payload: object) =>
  app.inject({ method: 'POST', url: '/graphql', payload });

const codeOf = (answer: Awaited<ReturnType<typeof post>>) => answer.json().errors?.[0]?.extensions?.code;

describe.each([true, false])('a server with trusted documents (only these: %s)', (only) => {
  test('answers one that is named, by POST and by GET', async () => {
    const server = await open(only);
    const documentId = `sha256:${hashOf(query)}`;
    expect((await post(server, { documentId, variables })).json()).toEqual(found);
    const url = `/graphql?${new URLSearchParams({ documentId, variables: JSON.stringify(variables) })}`;
    expect((await server.app.inject(url)).json()).toEqual(found);
  });

  test('answers one that is named as clients of Apollo do', async () => {
    const server = await open(only);
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } };
    expect((await post(server, { extensions, variables })).json()).toEqual(found);
    expect((await post(server, { extensions, query, variables })).json()).toEqual(found);
    const url = `/graphql?${new URLSearchParams({ extensions: JSON.stringify(extensions), variables: JSON.stringify(variables) })}`;
    expect((await server.app.inject(url)).json()).toEqual(found);
  });

  test('says which id it does not know', async () => {
    const server = await open(only);
    for (const documentId of [`sha256:${hashOf(other)}`, hashOf(query), '__proto__', ''])
      expect(codeOf(await post(server, { documentId, variables }))).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    const sha256Hash = hashOf(other);
    const answer = await post(server, { extensions: { persistedQuery: { version: 1, sha256Hash } } });
    expect(answer.json().errors).toEqual([
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ]);
  });

  test('refuses a request that says two things, or nothing', async () => {
    const server = await open(only);
    const documentId = `sha256:${hashOf(query)}`;
    const sha256Hash = hashOf(other);
    for (const payload of [
      { documentId, query, variables },
      { documentId: 1 },
      { extensions: { persistedQuery: { sha256Hash } }, query, variables },
      {},
    ]) {
      const answer = await post(server, payload);
      expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
    }
  });
});

test('a server without trusted documents says that it knows none by their ids', async () => {
  const answer = await post(await serve(), { documentId: `sha256:${hashOf(query)}`, variables });
  expect([answer.statusCode, answer.json().errors[0]]).toEqual([
    400,
    {
      message: 'This server knows no documents by their ids. Send the text of the document as "query".',
      extensions: { code: 'BAD_REQUEST' },
    },
  ]);
});

describe('other documents', () => {
  test('are answered, or refused with 403 where only trusted ones are', async () => {
    expect((await post(await open(false), { query: other })).json()).toEqual(found);
    const strict = await open(true, { production: false });
    for (const text of [other, `${query}\n`, '{ __schema { queryType { name } } }', '{ nonsense']) {
      const answer = await post(strict, { query: text });
      expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'DOCUMENT_NOT_TRUSTED']);
    }
    // The text of a trusted one is trusted.
    expect((await post(strict, { query, variables })).json()).toEqual(found);
    const sha256Hash = hashOf(other);
    const registered = await post(strict, { query: other, extensions: { persistedQuery: { sha256Hash } } });
    expect(codeOf(registered)).toBe('DOCUMENT_NOT_TRUSTED');
  });

  const socketCode = async (server: Served, payload: object) => {
    const before = server.sources.length;
    const raw = await new Raw(server).init();
    raw.send({ type: 'subscribe', id: 'a', payload });
    await until(() => raw.messages.length === 2 || server.sources.length > before);
    const errors = raw.messages[1]?.payload as { extensions: { code: string } }[] | undefined;
    return errors?.[0]?.extensions.code;
  };

  test('are refused over a WebSocket, and trusted ones are served by their id', async () => {
    const server = await open(true);
    const text = 'subscription { ticks { who } }';
    expect(await socketCode(server, { query: text })).toBe('DOCUMENT_NOT_TRUSTED');
    const unknown = { query: '', documentId: `sha256:${hashOf(text)}` };
    expect(await socketCode(server, unknown)).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    expect(await socketCode(server, { query: '', documentId: `sha256:${hashOf(live)}` })).toBeUndefined();
    const extensions = { persistedQuery: { sha256Hash: hashOf(live) } };
    expect(await socketCode(server, { query: '', extensions })).toBeUndefined();
    expect(server.sources).toHaveLength(2);
  });

  test('are refused over server-sent events, and trusted ones are served by their id', async () => {
    const server = await open(true);
    const ask = (body: object) =>
      fetch(`${server.url}/graphql/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(body),
      });
    const refused = await ask({ query: 'subscription { ticks { who } }' });
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { errors: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] },
    ]);
    const served = await ask({ documentId: `sha256:${hashOf(live)}` });
    (await server.source()).finish();
    expect(await served.text()).toContain('event: complete');
  });
});

test.each([
  ['a text under the id of another', { [`sha256:${hashOf('x')}`]: query }, 'whose SHA-256 is another one'],
  [
    'a document that does not fit',
    { [hashOf('{ nothing }')]: '{ nothing }' },
    'Cannot query field "nothing"',
  ],
])('%s is refused at the start', async (_, wrong, message) => {
  await expect(serve({ documents: { trusted: wrong, only: true } })).rejects.toThrow(message);
});
