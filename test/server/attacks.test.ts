/** The attack set: a server in production refuses each attack in its own way, and goes on. */

import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Endpoint, openEndpoint } from '../support/endpoint.js';
import { openEngine, type TestEngine } from '../support/engines.js';
import { send } from './attacks/send.js';
import { attacks, bearer } from './attacks/set.js';
import { openTarget, type Target } from './attacks/target.js';

let engine: TestEngine;
let endpoint: Endpoint;
let target: Target;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

beforeAll(async () => {
  engine = await openEngine('embedded');
  endpoint = await openEndpoint(engine.clientConfig);
  target = await openTarget(endpoint.clientConfig.endpoint);
});
afterAll(async () => {
  agent.destroy();
  await target.stop();
  await endpoint.close();
  await engine.close();
});

const honest = () =>
  send(
    { port: target.port, localAddress: '127.0.0.2' },
    { headers: bearer(target.token), body: '{"query":"{ me { id } }"}' },
  );

test.each(attacks)('$name: $refusal', async (attack) => {
  const { port } = target;
  for (let at = 0; at < 2; at++)
    expect([attack.refusal, ...(attack.isCutOff ? ['cut off'] : [])]).toContain(
      await send({ port, agent }, attack.request(target, at)),
    );
  expect(await honest()).toBe('200');
});

test('none of them was a fault of the server', () => {
  const lines = target.program.output().split('\n');
  expect(lines.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
  expect(target.program.process.exitCode).toBeNull();
});

test('a thousand requests at once on one connection are answered in order, and limited as any others', async () => {
  const body = '{"query":"{ me { id } }"}';
  const one = `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const last = one.replace('Host: a', 'Host: a\r\nConnection: close');
  expect(await send({ port: target.port }, { bytes: one.repeat(999) + last })).toBe('200');
  expect(await honest()).toBe('200');
});
