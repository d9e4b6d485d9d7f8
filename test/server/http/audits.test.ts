/** GraphQL over HTTP as graphql-http audits it, by a server that listens. */

import { auditServer } from 'graphql-http';
import { expect, onTestFinished, test } from 'vitest';
import { adminOf, smallSample } from '../support/sample.js';
import { startServer } from '../support/server.js';

test.each([false, true])('passes all 61 audits with a token (production: %s)', async (production) => {
  const server = await startServer({ sample: smallSample(), app: { production } });
  onTestFinished(() => server.close());
  const url = `${await server.app.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
  const authorization = `Bearer ${await server.tokenOf(adminOf(server.sample))}`;
  const results = await auditServer({
    url,
    fetchFn: (address: string, init: RequestInit = {}) =>
      fetch(address, {
        ...init,
        headers: { ...Object.fromEntries(new Headers(init.headers)), authorization },
      }),
  });
  const failed = results.flatMap((result) =>
    result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`],
  );
  expect(failed).toEqual([]);
  expect(results).toHaveLength(61);
});
