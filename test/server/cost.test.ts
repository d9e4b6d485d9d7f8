/** What an operation may cost, and who is told what it did cost. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

const sample = smallSample();
const query = '{ users(first: 3) { nodes { name auditLogs(first: 2) { nodes { action } } } } }';

describe('the request limit', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ sample, app: { limits: { requests: 7 } } });
  });
  afterAll(() => server.close());

  test('names the figure, the limit and the field that costs most', async () => {
    const token = await server.tokenOf(adminOf(sample));
    expect((await server.ask(query, { token })).errors).toEqual([
      {
        message:
          'The query may send 8 requests to the database; at most 7 are allowed. Query.users may send 4 of them. Request fewer rows of its parent.',
        extensions: { code: 'QUERY_TOO_COSTLY', limit: 7, requests: 8 },
      },
    ]);
    await server.get(query.replace('first: 3', 'first: 2'), { token });
  });

  test('an operation of more fields than can be counted is refused', async () => {
    const token = await server.tokenOf(adminOf(sample));
    const level = (at: number) =>
      `fragment F${at} on User { ${Array.from({ length: 30 }, (_, n) => `a${n}: createdBy { ...F${at + 1} }`).join(' ')} }`;
    const fragments = [0, 1, 2].map(level).join(' ');
    const { errors } = await server.ask(`{ me { ...F0 } } ${fragments} fragment F3 on User { id }`, {
      token,
    });
    expect(errors).toEqual([
      {
        message: 'The query has too many fields for its cost to be known.',
        extensions: { code: 'QUERY_TOO_COSTLY', limit: 7, requests: null },
      },
    ]);
  });
});

describe('extensions.tableloom', () => {
  const open: TestServer[] = [];
  const servers = new Map<boolean, TestServer>();

  beforeAll(async () => {
    for (const production of [false, true]) {
      const server = await startServer({ sample, app: { production } });
      open.push(server);
      servers.set(production, server);
    }
  });
  afterAll(() => Promise.all(open.map((server) => server.close())));

  interface Body {
    readonly data: unknown;
    readonly errors?: unknown;
    readonly extensions?: { readonly tableloom?: Readonly<Record<string, number>> };
  }

  async function body(
    production: boolean,
    asked: { readonly as?: 'admin' | 'member'; readonly header?: string; readonly query?: string },
  ): Promise<Body> {
    const server = servers.get(production);
    if (server === undefined) throw new Error('no server');
    const user = asked.as && (asked.as === 'admin' ? adminOf(sample) : memberOf(sample));
    const response = await server.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: {
        ...(user && { authorization: `Bearer ${await server.tokenOf(user)}` }),
        ...(asked.header !== undefined && { 'x-tableloom-cost': asked.header }),
      },
      payload: { query: asked.query ?? query },
    });
    return response.json<Body>();
  }

  test.each([false, true])(
    'tells an administrator what the operation cost (production: %s)',
    async (production) => {
      const { extensions } = await body(production, { as: 'admin', header: '1' });
      expect(extensions?.tableloom).toMatchObject({ requests: 8, writeUnits: 0 });
      expect(extensions?.tableloom?.steps).toBeGreaterThanOrEqual(2);
      expect(extensions?.tableloom?.steps).toBeLessThanOrEqual(3);
      expect(extensions?.tableloom?.readUnits).toBeGreaterThan(0);
    },
  );

  test('comes with errors as well', async () => {
    const { extensions, errors } = await body(false, { header: '1' });
    expect(errors).toHaveLength(1);
    expect(extensions?.tableloom).toEqual({ requests: 0, steps: 0, readUnits: 0, writeUnits: 0 });
  });

  test.each([
    ['who does not ask', false, { as: 'admin' }],
    ['who asks otherwise', false, { as: 'admin', header: 'yes' }],
    ['a stranger in production', true, { header: '1' }],
    ['a stranger in production who asks for what all may', true, { header: '1', query: '{ me { id } }' }],
    ['a member in production', true, { as: 'member', header: '1' }],
  ] as const)('is not for %s', async (_who, production, asked) => {
    expect(await body(production, asked)).not.toHaveProperty('extensions');
  });
});
