/** Storage that takes requests and does not answer: the server says so, and works again as soon as storage does. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { type Endpoint, openEndpoint } from '../support/endpoint.js';
import { until } from '../support/until.js';
import { adminOf, smallSample } from './support/sample.js';
import { startServer } from './support/server.js';

/** A server whose storage can hang. */
async function serve() {
  const endpoints: Endpoint[] = [];
  const server = await startServer({
    sample: smallSample(),
    database: { limits: { attemptMs: 1000, deadlineMs: 2500 } },
    async client(config) {
      const endpoint = await openEndpoint(config);
      endpoints.push(endpoint);
      return new DynamoDBClient(endpoint.clientConfig);
    },
  });
  const [endpoint] = endpoints;
  if (endpoint === undefined) throw new Error('there is no endpoint');
  onTestFinished(async () => {
    await endpoint.close();
    await server.close();
  });
  const token = await server.tokenOf(adminOf(server.sample));
  return { endpoint, server, token };
}

const writes = /^(Put|Update|Delete|TransactWrite)/;

test.each([
  ['writes hang', writes],
  ['everything hangs', /./],
])('while %s requests end, and once storage answers the server does', async (_, hung) => {
  const { endpoint, server, token } = await serve();
  const rename = (name: string) =>
    server.ask(
      'mutation ($input: UpdateUserInput!, $id: ID!) { updateUser(id: $id, input: $input) { name } }',
      {
        token,
        variables: { id: adminOf(server.sample).id, input: { name } },
      },
    );
  const set = (key: string) =>
    server.ask('mutation ($key: String!) { setConfig(input: { key: $key, value: 1 }) { key } }', {
      token,
      variables: { key },
    });
  endpoint.hang(hung);
  // More than there are connections to storage.
  const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => set(`hung ${at}`)));
  expect(endpoint.unanswered()).toBeGreaterThan(0);
  for (const { errors } of answers)
    expect(errors).toMatchObject([{ extensions: { code: 'STORAGE_UNAVAILABLE' } }]);
  const unknown = answers.filter(({ errors }) => errors[0]?.extensions?.outcome === 'unknown');
  expect(unknown.length > 0).toBe(hung === writes);

  endpoint.hang();
  await until(async () => (await server.ask('{ me { name } }', { token })).errors.length === 0);
  await until(async () => (await set('after')).errors.length === 0);
  expect((await rename('Renamed')).data).toEqual({ updateUser: { name: 'Renamed' } });
});

test('load balancers keep an instance whose storage is slow, and alarms see it', async () => {
  const { endpoint, server } = await serve();
  const status = async (url: string) => (await server.app.inject({ url })).statusCode;
  endpoint.hang(/./);
  expect([await status('/livez'), await status('/readyz')]).toEqual([200, 503]);
  endpoint.hang();
  expect(await status('/readyz')).toBe(200);
  endpoint.hang(/./);
  expect(await status('/health')).toBe(503);
  expect([await status('/livez'), await status('/readyz')]).toEqual([200, 200]);
});
