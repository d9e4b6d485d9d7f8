/** The direct host gives what GraphQL Codegen's own command line gives, or leaves the configuration to it. */

import { afterEach, describe, expect, test } from 'vitest';
import { completeHost } from '../../src/cli/host/complete.js';
import { directHost } from '../../src/cli/host/direct.js';
import type { Config, Host } from '../../src/cli/host/host.js';
import { Stages } from '../../src/cli/stages.js';
import { preset } from '../../src/generator/preset.js';
import { libraryProject } from './project.js';

const home = process.cwd();
afterEach(() => process.chdir(home));

const schema = 'schema/**/*.graphql';

const understood: readonly (readonly [string, Config])[] = [
  ['one output', { schema, generates: { 'generated/': { preset } } }],
  ['a list of schemas', { schema: ['schema/library.graphql'], generates: { 'generated/': { preset } } }],
  [
    'two outputs',
    { schema, generates: { 'a/': { preset, presetConfig: { rules: 'app/src/rules' } }, 'b/': { preset } } },
  ],
];

const others: readonly (readonly [string, Config])[] = [
  ['an output of plugins', { schema, generates: { 'graphql.ts': { plugins: ['typescript'] } } }],
  [
    'an output of plugins beside ours',
    { schema, generates: { 'generated/': { preset }, 'graphql.ts': { plugins: ['typescript'] } } },
  ],
  ['a preset by name', { schema, generates: { 'generated/': { preset: 'client' } } }],
  ['hooks', { schema, hooks: { afterAllFileWrite: 'true' }, generates: { 'generated/': { preset } } }],
  ['hooks of an output', { schema, generates: { 'generated/': { preset, hooks: { afterStart: 'true' } } } }],
  ['documents', { schema, documents: 'operations/*.graphql', generates: { 'generated/': { preset } } }],
  [
    'options of plugins',
    { schema, config: { enumsAsTypes: false }, generates: { 'generated/': { preset } } },
  ],
  ['options of an output', { schema, generates: { 'generated/': { preset, config: { a: 1 } } } }],
  ['a schema of an output', { generates: { 'generated/': { preset, schema } } }],
  ['a folder to work in', { schema, cwd: '..', generates: { 'generated/': { preset } } }],
  ['a schema with options', { schema: { [schema]: {} }, generates: { 'generated/': { preset } } }],
  ['a schema that a module exports', { schema: 'schema.ts', generates: { 'generated/': { preset } } }],
  [
    'a schema from a URL',
    { schema: 'https://example.com/a.graphql', generates: { 'generated/': { preset } } },
  ],
  ['a schema that is text', { schema: 'type Query { a: Int }', generates: { 'generated/': { preset } } }],
  [
    'files of the schema that are left out',
    { schema: [schema, '!schema/a.graphql'], generates: { 'generated/': { preset } } },
  ],
  [
    'a preset that prepares documents',
    { schema, generates: { 'generated/': { preset: { ...preset, prepareDocuments: async () => [] } } } },
  ],
  ['nothing', { schema, generates: {} }],
];

const outputsOf = (host: Host) => host.generate({ tableloomRuns: [] }, new Stages());

describe('direct', () => {
  test.each(understood)('gives what GraphQL Codegen gives: %s', async (_what, config) => {
    process.chdir(libraryProject().folder);
    const whole = completeHost('codegen.ts', config);
    const direct = directHost(config, whole);
    if (!direct) throw new Error('not understood');
    const expected = (await outputsOf(whole)).map(({ filename, content }) => ({ filename, content }));
    expect(expected.length).toBeGreaterThan(10);
    expect(await outputsOf(direct)).toEqual(expected);
  });

  test.each(others)('leaves to GraphQL Codegen: %s', (_what, config) => {
    expect(directHost(config, completeHost('codegen.ts', config))).toBeUndefined();
  });

  test('tells in the words of GraphQL Codegen why a schema cannot be read', async () => {
    process.chdir(libraryProject().folder);
    const config: Config = { schema: 'nowhere/*.graphql', generates: { 'generated/': { preset } } };
    const whole = completeHost('codegen.ts', config);
    const direct = directHost(config, whole);
    if (!direct) throw new Error('not understood');
    const failure = async (host: Host) =>
      outputsOf(host).then(
        () => undefined,
        (error: Error) => error.message.split('\n')[0],
      );
    expect(await failure(direct)).toMatch(/^Failed to load schema from nowhere/);
    expect(await failure(direct)).toBe(await failure(whole));
  });
});
