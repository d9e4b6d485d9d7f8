/** Imports go one way. The tables below are the rule; a failure says which row and why it is there. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importsOf, typescriptBelow } from './sources.js';

interface Room {
  /** Path of a file or, with a slash at its end, a folder. */
  readonly at: readonly string[];
  /** Rooms it may import from besides itself. */
  readonly imports: readonly RoomName[];
  /** Packages it may import; types alone where it says so. Node's own modules are free unless it says `pure`. */
  readonly packages: readonly (string | RegExp)[];
  readonly isPure?: true;
  readonly because: string;
}

const rooms = {
  data: {
    at: [
      'src/generator/diagnostics/',
      'src/generator/encodings/',
      'src/generator/plan/types/',
      'src/generator/plan/lookup/',
      ...[
        'encodings',
        'cache-model',
        'durations',
        'event-model',
        'lock',
        'model',
        'moments',
        'names',
        'review-model',
        'scalars',
        'sdl-model',
        'settings',
        'sources',
      ].map((name) => `src/generator/${name}.ts`),
      'src/review/rules.ts',
      'src/review/rules/',
    ],
    imports: [],
    packages: [],
    isPure: true,
    because: 'the nouns of the generator: every verb imports them, so they import no verb',
  },
  budget: {
    at: ['src/budget/'],
    imports: [],
    packages: ['graphql'],
    isPure: true,
    because:
      'the command line and servers count what an operation costs by the same functions: of tables of costs, schemas and documents',
  },
  language: {
    at: ['src/generator/language/'],
    imports: ['data'],
    packages: ['yaml'],
    isPure: true,
    because: 'the language is stated once: what is valid, what editors complete and what the reference says',
  },
  parse: {
    at: ['src/generator/parse/'],
    imports: ['data', 'language'],
    packages: ['graphql', /^graphql\//, 'yaml'],
    isPure: true,
    because: 'text becomes a model before anything is checked or planned',
  },
  resolve: {
    at: ['src/generator/resolve/'],
    imports: ['data'],
    packages: [],
    isPure: true,
    because: 'names, types and value paths are resolved once, for the layout, the checks and the plan',
  },
  layout: {
    at: ['src/generator/layout/'],
    imports: ['data', 'resolve'],
    packages: [],
    isPure: true,
    because: 'keys and indexes are a function of the resolved model and the lock',
  },
  planning: {
    at: ['src/generator/plan/'],
    imports: ['data', 'resolve', 'layout'],
    packages: [],
    isPure: true,
    because:
      'a plan is a function of the model: the places where it was read, and how it is shown, are not its business',
  },
  costs: {
    at: ['src/generator/costs/'],
    imports: ['data', 'budget'],
    packages: ['graphql'],
    isPure: true,
    because:
      'what fields cost is derived from the plan alone, once, for generated code and for the tool itself',
  },
  check: {
    at: ['src/generator/check/'],
    imports: ['data', 'resolve', 'layout'],
    packages: [],
    isPure: true,
    because: 'a check reports on the model and the layout, and knows of no file',
  },
  emit: {
    at: ['src/generator/emit/'],
    imports: ['data', 'budget', 'costs'],
    packages: ['handlebars'],
    isPure: true,
    because:
      'a template renders and does not decide: all it may see is the plan, never the model, the checks or graphql-js',
  },
  scaffold: {
    at: ['src/generator/scaffold/'],
    imports: ['data'],
    packages: ['ts-morph'],
    because: 'rules are held against generated text, so that nothing else of the generator is asked for',
  },
  importing: {
    at: ['src/generator/importing/'],
    imports: ['data', 'language', 'parse'],
    packages: ['yaml'],
    isPure: true,
    because: 'a mapping is held against the plan: what was declared is not looked at again',
  },
  generate: {
    at: ['src/generator/generate.ts'],
    imports: ['data', 'parse', 'resolve', 'layout', 'check', 'planning', 'costs', 'emit', 'budget'],
    packages: ['graphql'],
    isPure: true,
    because: 'the pipeline is texts in, texts out: files are the business of those who call it',
  },
  preset: {
    at: ['src/generator/preset.ts'],
    imports: ['data', 'generate', 'emit', 'resolve', 'budget'],
    packages: ['graphql', /^@graphql-codegen\//],
    because: 'GraphQL Codegen is one host of the generator; only here does the generator know of it',
  },
  project: {
    at: [
      ...['deploy', 'dev', 'import', 'migrate', 'reindex', 'tables', 'verify'].map(
        (name) => `src/cli/commands/${name}.ts`,
      ),
      'src/cli/dev/',
      'src/cli/import/',
      'src/cli/migrate/',
      'src/cli/project/',
    ],
    imports: ['cli', 'data', 'importing', 'preset', 'review', 'runtime', 'fastify', 'embedded'],
    packages: [/^@aws-sdk\//, 'chokidar', 'commander', 'fastify', 'graphql', 'tsx/esm/api', 'yaml'],
    because: 'some commands run what was generated; they know of a project only what its modules export',
  },
  cli: {
    at: ['src/cli.ts', 'src/cli/'],
    imports: ['data', 'parse', 'preset', 'scaffold', 'budget', 'project', 'review'],
    packages: ['commander', '@graphql-codegen/cli', 'graphql', 'ts-morph'],
    because:
      'the command line is a host of the generator, and loads the runtime only where it runs a project',
  },
  review: {
    at: ['src/review/'],
    imports: ['data', 'layout', 'costs', 'planning', 'budget'],
    packages: ['graphql', '@graphql-inspector/core'],
    isPure: true,
    because:
      'a review compares two revisions that were read and planned elsewhere: of commits and files it knows nothing',
  },
  runtime: {
    at: ['src/runtime/'],
    imports: ['budget'],
    packages: [/^@aws-sdk\//, 'dataloader', 'lru-cache', 'graphql', 'uuid'],
    because: 'generated code runs without the generator: neither knows of the other',
  },
  embedded: {
    at: ['src/embedded/'],
    imports: [],
    packages: [/^@aws-sdk\//, /^@smithy\//, 'dynalite', /^dynalite\//],
    because:
      'it stands in for DynamoDB, of which neither the runtime nor the application may know more than its API',
  },
  generated: {
    at: ['generated/'],
    imports: ['runtime'],
    packages: ['graphql'],
    isPure: true,
    because: 'generated code must be the same in a project that installed the package',
  },
  rules: {
    at: ['src/rules/'],
    imports: ['generated', 'runtime'],
    packages: ['graphql'],
    because:
      'rules fulfil contracts; the server passes them in, and what they need of it comes in their context',
  },
  transforms: {
    at: ['src/import/'],
    imports: ['runtime'],
    packages: [],
    because: 'what becomes of attributes of other tables is a function of their values',
  },
  fastify: {
    at: ['src/fastify/'],
    imports: ['runtime'],
    packages: [
      '@aws-sdk/client-dynamodb',
      '@aws-sdk/client-dynamodb-streams',
      '@aws-sdk/lib-dynamodb',
      '@fastify/cors',
      '@opentelemetry/api',
      'altair-static',
      'fastify',
      'graphql',
      'graphql-ws',
      'lru-cache',
      'mercurius',
      'redis',
      'ws',
    ],
    because: 'the plugin serves any project: generated code, rules and scalars are passed to it',
  },
  server: {
    at: ['src/server/'],
    imports: ['generated', 'runtime', 'fastify', 'rules', 'embedded'],
    packages: [/./],
    because: 'the server wires everything that runs, and nothing that generates',
  },
} as const satisfies Record<string, Room | { readonly imports: readonly string[] }>;

type RoomName =
  | 'data'
  | 'budget'
  | 'language'
  | 'parse'
  | 'resolve'
  | 'layout'
  | 'planning'
  | 'check'
  | 'costs'
  | 'emit'
  | 'generate'
  | 'preset'
  | 'scaffold'
  | 'review'
  | Side;
type Side = 'runtime' | 'embedded' | 'generated' | 'rules' | 'fastify' | 'server' | 'project' | 'cli';

/** Inside a room, where one file may not see another. */
const narrower: readonly { from: RegExp; to: RegExp; because: string }[] = [
  {
    from: /^generated\//,
    to: /^src\/runtime\/(?!generated\.ts$)/,
    because: 'generated code has a door of its own, tableloom/runtime/generated',
  },
  {
    from: /^src\/(rules|server|fastify)\//,
    to: /^src\/runtime\/(?!index\.ts$)/,
    because: 'people import tableloom/runtime; the other door changes with the generator',
  },
  {
    from: /^src\/server\//,
    to: /^src\/fastify\/(?!index\.ts$)/,
    because: 'the reference application uses the plugin as every project does, by tableloom/server',
  },
  {
    from: /^src\/generator\/emit\//,
    to: /^src\/generator\/model\.ts$/,
    because: 'emit sees what was decided, the plan, and not what was written, the model',
  },
  {
    from: /^src\/generator\/plan\/types\//,
    to: /^src\/generator\/(?!encodings\.ts$|plan\/types\/)/,
    because: 'a plan is plain data, and names encodings of the one table',
  },
  {
    from: /^src\/generator\/diagnostics\//,
    to: /^src\/(?!generator\/diagnostics\/)/,
    because: 'diagnostics are plain data, read by programs that have nothing else of ours',
  },
];

const files = ['src', 'generated'].flatMap(typescriptBelow);

test('every file is in a room', () => {
  expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
});

describe.each(Object.entries(rooms) as [RoomName, Room][])('%s', (name, room) => {
  const own = files.filter((file) => roomOf(file) === name);

  test('is there', () => {
    expect(own).not.toEqual([]);
  });

  test(`imports what it may: ${room.because}`, () => {
    expect(own.flatMap((file) => importsOf(file).flatMap((to) => refusal(file, to, name, room)))).toEqual([]);
  });
});

function refusal(file: string, to: string, name: RoomName, room: Room): string[] {
  const because = (reason: string) => [`${file} imports ${to}, but ${reason}`];
  const target = roomOf(to);
  if (target === undefined) {
    if (to.startsWith('node:'))
      return room.isPure && to !== 'node:crypto' ? because('it reads and writes no file') : [];
    const isKnown = room.packages.some((one) => (typeof one === 'string' ? one === to : one.test(to)));
    return isKnown ? [] : because(room.because);
  }
  if (target !== name && !room.imports.includes(target)) return because(room.because);
  return narrower
    .filter((row) => row.from.test(file) && row.to.test(to))
    .flatMap((row) => because(row.because));
}

describe('what people do not edit', () => {
  const templates = readdirSync('templates').filter((name) => name.endsWith('.hbs'));

  test('has a template for each file, and a file for each template', () => {
    // Codegen's own plugins write graphql.ts.
    const names = readdirSync('generated').filter((name) => name !== 'graphql.ts');
    // Only a project with events has that file.
    const all = new Set([...names, 'events.ts']);
    expect(templates.map((name) => name.replace(/\.hbs$/, '')).sort()).toEqual([...all].sort());
  });

  test.each([
    ...templates.map((name) => `templates/${name}`),
    ...files.filter((file) => roomOf(file) === 'generated' && !file.endsWith('graphql.ts')),
  ])('%s hides nothing from the compiler', (path) => {
    const code = readFileSync(path, 'utf8').replace(/\/\*\*[\s\S]*?\*\/|`[\s\S]*?`/g, '');
    expect(code).not.toMatch(/@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/);
    expect(code).not.toMatch(/[:<|&,(]\s*any\b(?!\s*=>)|\bas any\b/);
  });
});

function roomOf(path: string): RoomName | undefined {
  const found = (Object.entries(rooms) as [RoomName, Room][]).find(([, room]) =>
    room.at.some((at) => (at.endsWith('/') ? path.startsWith(at) : path === at)),
  );
  return found?.[0];
}
