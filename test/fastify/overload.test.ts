/** More operations than the server can do: some wait, others are refused at once, and health is always told. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { aside, type PluginOptions, serverOptions, tableloom } from 'tableloom/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { drain } from '../../src/fastify/health/draining.js';
import { Admission } from '../../src/fastify/overload/admission.js';
import * as generated from '../fixtures/ok/computed-attributes/generated/index.js';
import { openProject } from '../support/databases.js';
import { until } from '../support/until.js';

/** A server whose field `stop` waits until it is let go. */
async function serve(limits: PluginOptions['limits'] = {}) {
  const { database } = await openProject(generated.tables, { compute: {} as never });
  const held: (() => void)[] = [];
  const begun: string[] = [];
  const app = Fastify(serverOptions());
  const options: PluginOptions = {
    ...generated,
    database,
    limits,
    resolvers: {
      Query: {
        stop: async (_parent: unknown, { id }: { id: string }, { reply }: { reply: FastifyReply }) => {
          begun.push(id);
          if (id === 'busy') {
            // Nothing else runs meanwhile.
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
            return null;
          }
          const waits = () => new Promise<void>((go) => held.push(go));
          await (id === 'aside' ? aside(reply.request, waits) : waits());
          return null;
        },
      },
    },
  };
  await app.register(tableloom as (scope: FastifyInstance, options: PluginOptions) => Promise<void>, options);
  onTestFinished(async () => {
    for (const go of held) go();
    await app.close();
  });
  const ask = (id: string) =>
    app.inject({ method: 'POST', url: '/graphql', payload: { query: `{ stop(id: "${id}") { id } }` } });
  const letGo = () => {
    for (const go of held.splice(0)) go();
  };
  return { app, ask, begun, letGo };
}

describe('with as many operations under way as there may be', () => {
  test('a further one waits, and begins when another has ended', async () => {
    const { ask, begun, letGo } = await serve({ operations: 2, waitMs: 60_000 });
    const answers = ['a', 'b', 'c'].map(ask);
    await until(() => begun.length === 2);
    letGo();
    await until(() => begun.length === 3);
    letGo();
    for (const answer of answers) expect((await answer).json()).toEqual({ data: { stop: null } });
  });

  test('one that waits aside lets another begin, and goes on without waiting for it', async () => {
    const { ask, begun, letGo } = await serve({ operations: 1, waitMs: 60_000 });
    const first = ask('aside');
    await until(() => begun.length === 1);
    const others = ['b', 'c'].map(ask);
    await until(() => begun.length === 2);
    letGo();
    expect((await first).statusCode).toBe(200);
    await until(() => begun.length === 3);
    expect(begun).toEqual(['aside', 'b', 'c']);
    letGo();
    for (const other of others) expect((await other).statusCode).toBe(200);
    const next = ask('d');
    await until(() => begun.length === 4);
    letGo();
    expect((await next).statusCode).toBe(200);
  });

  test('one that has waited too long is refused with 503, when to come back, and as its client accepts', async () => {
    const { app, ask, begun, letGo } = await serve({ operations: 1, waitMs: 0 });
    const first = ask('a');
    await until(() => begun.length === 1);
    const { statusCode, headers, json } = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { accept: 'application/graphql-response+json' },
      payload: { query: '{ stop(id: "b") { id } }' },
    });
    const retryAfter = Number(headers['retry-after']);
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
      503,
      'application/graphql-response+json; charset=utf-8',
      'no-store',
    ]);
    expect(json()).toMatchObject({ errors: [{ extensions: { code: 'BUSY', retryAfter } }] });
    expect(retryAfter).toBeGreaterThan(0);
    expect(headers['x-request-id']).toBeDefined();
    for (const path of ['/livez', '/readyz', '/health'])
      expect((await app.inject(path)).statusCode, path).toBe(200);
    letGo();
    await first;
    expect(begun).toEqual(['a']);
  });

  test('one that waited too long in its connection, while others kept the processor busy, is refused as well', async () => {
    const { app, begun } = await serve({ operations: 1000, waitMs: 200 });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const accepted = () => new Promise((resolve) => app.server.getConnections((_, count) => resolve(count)));
    for (let count: unknown = 0; count !== sockets.length; count = await accepted()) await sleep(10);
    const body = JSON.stringify({ query: '{ stop(id: "busy") { id } }' });
    const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    const answers = sockets.map(async (socket) => {
      socket.write(`${head}\r\n\r\n${body}`);
      return String((await once(socket, 'data'))[0]);
    });
    const refused = (await Promise.all(answers)).filter((answer) => answer.startsWith('HTTP/1.1 503'));
    expect(refused.length + begun.length).toBe(100);
    // Each turn of the event loop begins some.
    expect(refused.length).toBeGreaterThan(25);
    expect(begun.length).toBeGreaterThan(2);
  });

  test('one whose client has gone while it waited does not begin, and one that had begun gives its place back', async () => {
    const { app, ask, begun, letGo } = await serve({ operations: 1, waitMs: 60_000 });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const send = async (id: string) => {
      const socket = connect(port, '127.0.0.1');
      const body = JSON.stringify({ query: `{ stop(id: "${id}") { id } }` });
      const head = `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
      socket.write(`${head}\r\n\r\n${body}`);
      await once(socket, 'ready');
      return socket;
    };
    const begins = await send('begins');
    await until(() => begun.length === 1);
    const waits = await send('waits');
    await sleep(100);
    waits.destroy();
    begins.destroy();
    await sleep(100);
    letGo();
    const next = ask('next');
    await until(() => begun.length === 2);
    letGo();
    expect((await next).statusCode).toBe(200);
    expect(begun).toEqual(['begins', 'next']);
  });
});

describe('a request that waits', () => {
  const head = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  const waiting = async (text: string | Buffer) => {
    const server = await serve({ operations: 1, waitMs: 60_000 });
    const { app, ask, begun } = server;
    await app.listen({ port: 0, host: '127.0.0.1' });
    const first = ask('first');
    await until(() => begun.length === 1);
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(text);
    await sleep(100);
    return { ...server, first, socket };
  };

  test('is not read, so that a body that is wrong is refused in its turn', async () => {
    const { letGo, first, socket } = await waiting(
      Buffer.concat([Buffer.from(`${head}Content-Length: 4\r\n\r\n`), Buffer.from('ff00ff00', 'hex')]),
    );
    letGo();
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 400 /);
    expect((await first).statusCode).toBe(200);
    socket.destroy();
  });

  test.each([
    'Content-Length: 100\r\n\r\n{"query":',
    'Transfer-Encoding: chunked\r\n\r\n5\r\n{"que',
    'Transfer-Encoding: xchunked\r\n\r\n{}',
  ])('may be cut off: %j', async (rest) => {
    const { ask, begun, letGo, first, socket } = await waiting(head + rest);
    socket.destroy();
    await sleep(100);
    letGo();
    expect((await first).statusCode).toBe(200);
    const next = ask('next');
    await until(() => begun.length === 2);
    letGo();
    expect((await next).statusCode).toBe(200);
  });
});

describe('the limit', () => {
  const limits = { operations: 1000, waitMs: 500 };
  const enter = (admission: Admission, count: number, now = 0, begun: string[] = [], name = '') => {
    for (let at = 0; at < count; at++)
      admission.enter(now, (isAdmitted) => begun.push(`${isAdmitted ? '' : 'not '}${name}${at}`));
    return begun;
  };

  test('shrinks while the event loop is never idle, and grows while operations wait and it is', () => {
    const admission = new Admission(limits);
    enter(admission, 200);
    expect(admission.state()).toMatchObject({ underWay: 100, waiting: 100, limit: 100 });
    admission.adapt(0, 0.99);
    admission.adapt(0, 1);
    expect(admission.state().limit).toBe(64);
    for (let time = 0; time < 50; time++) admission.adapt(0, 1);
    expect(admission.state().limit).toBe(4);
    for (let time = 0; time < 50; time++) admission.adapt(0, 0.5);
    expect(admission.state()).toMatchObject({ underWay: 200, waiting: 0 });
  });

  test('does not grow where nothing waits', () => {
    const admission = new Admission(limits);
    enter(admission, 50);
    admission.adapt(0, 0);
    expect(admission.state().limit).toBe(100);
  });

  test('lets the first begin first; the last, once the first has waited for long', () => {
    const admission = new Admission({ ...limits, operations: 1 });
    const begun = enter(admission, 1, 0, [], 'under way ');
    enter(admission, 3, 0, begun, 'early ');
    admission.leave(10);
    enter(admission, 1, 190, begun, 'late ');
    admission.leave(200);
    admission.leave(200);
    expect(begun).toEqual(['under way 0', 'early 0', 'late 0', 'early 2']);
    admission.expire(501);
    expect(begun.at(-1)).toBe('not early 1');
    expect(admission.state()).toMatchObject({ underWay: 1, waiting: 0, refused: 1 });
  });

  test('lets a stranger begin in its turn, however long others fill the line', () => {
    const admission = new Admission({ ...limits, operations: 1 });
    const begun: string[] = [];
    enter(admission, 16, 0, begun, 'flood ');
    for (let now = 5; !begun.includes('stranger 0'); now += 5) {
      admission.leave(now);
      if (now === 1000) enter(admission, 1, now, begun, 'stranger ');
      enter(admission, 1, now, begun, 'flood ');
      expect(now).toBeLessThan(1090);
    }
  });
});

describe('before the server closes', () => {
  test('load balancers are told, connections are not kept, and everything is still served', async () => {
    const { app, ask, begun, letGo } = await serve();
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    drain(app);
    const { statusCode, headers } = await app.inject('/readyz');
    expect([statusCode, headers.connection]).toEqual([503, 'close']);
    expect((await app.inject('/livez')).statusCode).toBe(200);
    const answer = ask('a');
    await until(() => begun.length === 1);
    letGo();
    expect((await answer).statusCode).toBe(200);
  });
});
