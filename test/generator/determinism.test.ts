/** The output is a function of the input (P8). The reference application is the input here. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { generateProject } from '../support/projects.js';
import { temporaryFolder } from '../support/temporary.js';

const texts = readdirSync('schema')
  .sort()
  .map((name) => readFileSync(join('schema', name), 'utf8'));
const definitions = parse(texts.join('\n')).definitions;
const pieces = definitions.map(print);

describe('the same bytes', () => {
  test('as the committed files', async () => {
    for (const [path, text] of await generated({ 'all.graphql': texts.join('\n') })) {
      expect(text, path).toBe(readFileSync(path, 'utf8'));
    }
  });

  test.each([
    ['in reverse', [...pieces].reverse()],
    ['halves exchanged', [...pieces.slice(pieces.length / 2), ...pieces.slice(0, pieces.length / 2)]],
    ['by length', [...pieces].sort((a, b) => a.length - b.length)],
  ])('from one file a definition, named %s', async (_order, shuffled) => {
    const files = shuffled.map((text, at) => [`${String(at).padStart(3, '0')}.graphql`, text] as const);
    expect(await generated(Object.fromEntries(files))).toEqual(
      await generated({ 'all.graphql': texts.join('\n') }),
    );
  });

  test('in another time zone and language', async () => {
    const before = { TZ: process.env.TZ, LANG: process.env.LANG };
    const here = await generated({ 'all.graphql': texts.join('\n') });
    try {
      Object.assign(process.env, { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' });
      expect(await generated({ 'all.graphql': texts.join('\n') })).toEqual(here);
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  test('with Windows line ends', async () => {
    const crlf = texts.join('\n').replace(/\n/g, '\r\n');
    expect(await generated({ 'all.graphql': crlf })).toEqual(
      await generated({ 'all.graphql': texts.join('\n') }),
    );
  });
});

/** From a folder of its own with the reference application's patterns and these schema files. */
async function generated(schema: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(schema)) writeFileSync(join(folder, name), text);
  for (const name of ['access-patterns.yaml', 'access-patterns.lock.json'])
    writeFileSync(join(folder, name), readFileSync(name));
  const { files } = await generateProject(folder.slice(process.cwd().length + 1), { schema: '*.graphql' });
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
