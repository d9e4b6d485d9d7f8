/** Documents that Mercurius compiles after their first execution are answered as they were before. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { engineKind } from '../support/engines.js';
import { Recorder } from './support/recorder.js';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { type Json, startServer } from './support/server.js';
import { filledIn, userOf, variablesOf } from './support/stories.js';

const folder = join(import.meta.dirname, 'cases');
const names = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

/** A server that compiles from the second execution on, or never. */
async function serve(jit: 0 | 1) {
  const recorder = new Recorder();
  const sample = smallSample();
  const server = await startServer({
    sample,
    predictable: true,
    onRequest: recorder.onRequest,
    app: { jit },
  });
  onTestFinished(() => server.close());
  return {
    sample,
    /** The answer, and the requests it took. */
    async ask(query: string, operationName: string, variables: Json = variablesOf(sample)) {
      recorder.take();
      const user = userOf(operationName, sample);
      const token = user && (await server.tokenOf(user));
      const { text } = await server.ask(query, { operationName, token, variables });
      // On a shared engine the order of the keys in a batch is that of its answers.
      const requests = engineKind() === 'embedded' ? recorder.take() : [];
      return { answer: JSON.parse(text) as unknown, requests };
    },
  };
}

test.each(names)('%s: each query is answered the same three times', async (name) => {
  const { definitions } = parse(filledIn(readFileSync(join(folder, name), 'utf8')));
  const { ask } = await serve(1);
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map(print);
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.name) continue;
    const document = [print(definition), ...fragments].join('\n');
    const first = await ask(document, definition.name.value);
    if (definition.operation !== 'query') continue;
    for (const _again of [2, 3]) expect(await ask(document, definition.name.value)).toEqual(first);
  }
});

test('of several operations in a document the one that is asked for is executed', async () => {
  const { ask } = await serve(1);
  const document = 'query adminA { me { name } } query adminB { me { email } }';
  const asked = ['adminA', 'adminA', 'adminB', 'adminA', 'adminB', 'adminB'];
  const fields = [];
  for (const name of asked) {
    const { data } = (await ask(document, name, {})).answer as { readonly data: { readonly me: Json } };
    fields.push(Object.keys(data.me).join());
  }
  expect(fields).toEqual(['name', 'name', 'email', 'name', 'email', 'email']);
});

/** Documents whose variables decide what is read. */
const varying: readonly { readonly query: string; readonly variables: readonly Json[] }[] = [
  {
    query: `query adminAsks($id: ID!, $logs: Boolean!, $count: Int = 2) { user(id: $id) { name
      auditLogs(first: $count) @include(if: $logs) { nodes { action } pageInfo { hasNextPage } }
      ... @skip(if: $logs) { contractors(first: 1) { nodes { name } } } } }`,
    variables: [
      { logs: true },
      { logs: false },
      { logs: true, count: 1 },
      { logs: true, count: null },
      { logs: false },
    ],
  },
  {
    query: `query adminAsks($id: ID!, $details: Boolean!, $next: Boolean!) { user(id: $id) { ...Logs } }
      fragment Logs on User { first: auditLogs(first: 1) { ...Page } more: auditLogs(first: 3, since: "2025-01-01T00:00:00Z") { ...Page } }
      fragment Page on AuditLogConnection { nodes { id details @include(if: $details) } pageInfo @include(if: $next) { hasNextPage } }`,
    variables: [
      { details: false, next: false },
      { details: true, next: true },
      { details: false, next: true },
      { details: true, next: false },
    ],
  },
  {
    query: `query adminAsks($id: ID!, $since: DateTime) { node(id: $id) { ... on User { auditLogs(since: $since) { nodes { timestamp } } } } }`,
    variables: [{}, { since: '2025-06-01T00:00:00Z' }, { since: null }],
  },
];

test.each(varying)('compiled or not, variables decide what is read: $query', async ({ query, variables }) => {
  const [plain, compiled] = [await serve(0), await serve(1)];
  for (const id of [memberOf(plain.sample).id, adminOf(plain.sample).id]) {
    for (const values of [...variables, ...variables]) {
      const right = await plain.ask(query, 'adminAsks', { ...values, id });
      expect(right.answer).not.toHaveProperty('errors');
      expect(await compiled.ask(query, 'adminAsks', { ...values, id })).toEqual(right);
    }
  }
});
