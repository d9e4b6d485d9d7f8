/** Texts found by their ending: those that end so and no other, through pages, shards and characters of any width. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/ends-with/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/ends-with/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/ends-with/generated/schema.js';
import { tables } from '../fixtures/ok/ends-with/generated/tables.js';
import { hostWrites } from '../fixtures/ok/ends-with/generated/writes.js';
import { serve } from './serve.js';

const names = [
  ...[
    'example.org',
    'api.example.org',
    'www.example.org',
    'badexample.org',
    'example.com',
    'org',
    'a#org',
    'b$org',
  ],
  ...[
    'caf\u00e9.example.org',
    'cafe\u0301.example.org',
    '\u{1f600}.example',
    'x\u{1f600}',
    'y\u{1f601}',
    'z y',
    'zy',
  ],
];
const endings = [
  '',
  'org',
  '.org',
  '.example.org',
  'example.org',
  'api.example.org',
  '#org',
  '$org',
  '\u{1f600}',
  ' y',
  'y',
];

async function filled() {
  const project = await serve({ typeDefs, tables, loaders: createLoaders, resolvers: createResolvers({}) });
  for (const name of names)
    await project.database
      .session()
      .write(hostWrites.create({ name, zone: 'z', alias: name === 'org' ? null : name }));
  await project.database
    .session()
    .write(hostWrites.create({ name: 'other.example.org', zone: 'else', alias: null }));
  return project;
}

test('finds what ends so, and no other', async () => {
  const project = await filled();
  for (const domain of endings) {
    const expected = names.filter((name) => name.endsWith(domain)).sort();
    const { hostsUnder } = await project.ask(
      'query ($domain: String) { hostsUnder(zone: "z", domain: $domain, first: 100) { nodes { name } } }',
      { domain },
    );
    expect(namesOf((hostsUnder as { nodes: Named[] }).nodes), domain).toEqual(expected);
    expect(project.operations).toEqual(['Query']);
    const { aliased } = await project.ask('query ($domain: String!) { aliased(domain: $domain) { name } }', {
      domain,
    });
    expect(namesOf(aliased as Named[]), domain).toEqual(expected.filter((name) => name !== 'org'));
    expect(project.operations).toEqual(['Query', 'Query']);
  }
});

test('pages go through all that end so, each once', async () => {
  const project = await filled();
  const found: Named[] = [];
  for (let after: string | null = null, isMore = true; isMore; ) {
    const { hostsUnder } = await project.ask(
      `query ($after: String) {
        hostsUnder(zone: "z", domain: "example.org", first: 2, after: $after) {
          nodes { name } pageInfo { hasNextPage endCursor }
        }
      }`,
      { after },
    );
    const page = hostsUnder as { nodes: Named[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    found.push(...page.nodes);
    after = page.pageInfo.endCursor;
    isMore = page.pageInfo.hasNextPage;
  }
  expect(namesOf(found)).toEqual(names.filter((name) => name.endsWith('example.org')).sort());
});

test('the order of the text itself has a key of its own', async () => {
  const project = await filled();
  const { hostsOf } = await project.ask('{ hostsOf(zone: "z", begin: "a") { name } }');
  expect(hostsOf).toEqual([{ name: 'a#org' }, { name: 'api.example.org' }]);
});

interface Named {
  readonly name: string;
}

function namesOf(nodes: readonly Named[]): string[] {
  return nodes.map(({ name }) => name).sort();
}
