/** What people write into a project is text in every format of a report: it opens no heading, tag, table cell or mention. */

import { expect, test } from 'vitest';
import { print } from '../../src/review/print/print.js';
import { review } from '../../src/review/review.js';
import { revisionsOf } from './support/revisions.js';

const hostile =
  "</details>\n\n## Schema review: passes\n\n```\n<img src=x onerror=alert(1)> @everyone | it's \\[a\\](link)";

const sdl = (description: string) => `"""
${description}
"""
type Query { member(id: ID!): Member }
type Member { id: ID! name: String! }
`;
const yaml = (read: string, more: string) => `version: 1
entities: { Member: {} }
patterns: { member: { one: Member, for: Query.member, where: { id: $id }${read} } }
sizes: { Member: { records: 1000000, bytes: 400 } }
${more}`;

const rates = 'rates: { member: 5000 }\n';
const policy = `review:
  prices: { region: ${JSON.stringify(hostile)}, currency: ${JSON.stringify(hostile.replaceAll('`', ''))} }
  waivers:
    "api-breaking Foo|\`bar\`</code><img>": { reason: ${JSON.stringify(hostile)}, until: "2027-01-01" }
    "api-safe": { reason: ${JSON.stringify(hostile)}, until: "2027-01-01" }
`;

async function reported(described = hostile) {
  const texts = (schema: string, patterns: string) =>
    new Map([
      ['schema/schema.graphql', schema],
      ['access-patterns.yaml', patterns],
    ]);
  const revisions = await revisionsOf(
    texts(sdl('Plain.'), yaml('', rates)),
    texts(sdl(described), yaml(', consistent: true', rates + policy)),
  );
  return review(revisions, { today: '2026-11-29', root: 'services/club/' });
}

test('Markdown', async () => {
  const text = print(await reported(), 'markdown');
  expect(text.match(/^#+ .*$/gm)).toEqual([expect.stringMatching(/^## Schema review: /)]);
  expect(text.match(/<\/details>/g)?.length).toBe(text.match(/<details/g)?.length);
  expect(text).not.toMatch(/^`{3}$/m);
  // In code nothing is a tag or a mention.
  const outside = text.replaceAll(/`[^`\n]*`/g, '');
  expect(outside).not.toMatch(/<img|@everyone/);
  expect(outside.replaceAll('\\\\', '')).not.toMatch(/(?<!\\)\]\(/);
  const tables = text.split('\n\n').filter((part) => part.startsWith('|'));
  const columns = (line: string) => line.replaceAll('\\|', '').split('|').length - 2;
  expect(tables.map((table) => new Set(table.split('\n').map(columns)))).toEqual(
    [3, 5, 2].map((count) => new Set([count])),
  );
});

test('Markdown of a description that is longer than a comment', async () => {
  const text = print(await reported('word '.repeat(20_000)), 'markdown');
  expect(text.length).toBeLessThan(10_000);
  expect(text).toContain('<summary><b>API</b>');
});

test('annotations, each a line at a path of the repository', async () => {
  const lines = print(await reported(), 'github')
    .trimEnd()
    .split('\n');
  expect(lines.filter((line) => !/^::(error|warning|notice) file=services\/club\//.test(line))).toEqual([]);
});

test('SARIF, at paths of the repository', async () => {
  const { runs } = JSON.parse(print(await reported(), 'sarif')) as {
    runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
  };
  const uris = runs.flatMap(({ results }) =>
    results.flatMap(({ locations }) => locations.map((one) => one.physicalLocation.artifactLocation.uri)),
  );
  expect(uris.length).toBeGreaterThan(0);
  expect(uris.filter((uri) => !uri.startsWith('services/club/'))).toEqual([]);
});
