/** What keeps browsers from misusing an answer, beside what the package helmet sets. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import helmet from 'helmet';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from './live/support.js';

/** Every header that helmet sets by default, with its value. */
async function headersOfHelmet(): Promise<Headers> {
  const protect = helmet();
  const server = createServer((request, response) => protect(request, response, () => response.end()));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const headers = new Headers(answer.headers);
  for (const own of ['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'])
    headers.delete(own);
  return headers;
}

/** These are stricter here: answers are no pages, and nobody frames them or reads where a page came from. */
const stricter = ['content-security-policy', 'x-frame-options'];

test('every answer of ours has what helmet sets, or what is stricter', async () => {
  const { app } = await serve({ ide: true });
  const expected = await headersOfHelmet();
  const document = { query: '{ stop(id: "q") { name } }' };
  const paths = [
    '/health',
    '/livez',
    '/graphiql',
    '/graphiql/init.js',
    `/graphql?${new URLSearchParams(document)}`,
    '/graphql',
  ];
  for (const url of paths) {
    const { headers } = await app.inject({ url });
    for (const [name, value] of expected) {
      if (stricter.includes(name)) expect(headers[name], `${name} of ${url}`).toBeDefined();
      else expect(headers[name], `${name} of ${url}`).toBe(value);
    }
    expect(headers['x-powered-by']).toBeUndefined();
  }
  const failed = await app.inject({ method: 'POST', url: '/graphql', payload: '{' });
  expect([...expected.keys()].filter((name) => failed.headers[name] === undefined)).toEqual([]);
});
