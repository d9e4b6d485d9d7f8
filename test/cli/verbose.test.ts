import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Stages } from '../../src/cli/stages.js';
import { libraryProject } from './project.js';

/** The stages of every verb up to the generated texts, in the order in which they begin. */
const generation = [
  'read schema',
  'read templates',
  'parse',
  'lay out',
  'resolve',
  'check',
  'plan',
  'emit',
  'budgets',
  'typescript + resolvers',
];
const beginning = ['start', 'load configuration', 'load GraphQL Codegen'];

const withoutRules = `version: 1
tables:
  library: { name: library, key: [PK, SK] }
entities:
  Book: { key: { PK: "BOOK#{isbn}", SK: METADATA } }
patterns:
  book: { one: Book, for: Query.book, where: { isbn: $isbn } }
`;

/** Where nothing is emitted. */
const planning = generation.filter(
  (stage) => !['read templates', 'budgets', 'typescript + resolvers'].includes(stage),
);

const operation = '{ book(isbn: 1) { title } }\n';

describe('--verbose', () => {
  test.each([
    ['generate', [...beginning, 'read outputs', ...generation, 'write']],
    [
      'check',
      [
        ...beginning,
        ...generation,
        'read outputs',
        'compare',
        'load TypeScript',
        'check rules',
        'count requests',
      ],
    ],
    ['scaffold', [...beginning, ...generation, 'load TypeScript', 'read rules', 'write']],
  ] as const)('tells on stderr how long the stages of %s took', async (verb, stages) => {
    const { run } = libraryProject();
    await run('generate');
    const quiet = await run(verb);
    const { code, out, err } = await run(verb, { verbose: true });
    expect({ code, out }).toEqual({ code: quiet.code, out: quiet.out });
    const lines = err.trimEnd().split('\n');
    expect(lines.map((line) => /^(.+?) +\d+ ms$/.exec(line)?.[1])).toEqual([...stages, 'other', 'total']);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  test('tells the stages of explain', async () => {
    const { explain, write } = libraryProject();
    write('operations/books.graphql', operation);
    const { err } = await explain([], { verbose: true });
    const names = err
      .trimEnd()
      .split('\n')
      .map((line) => /^(.+?) +\d+ ms$/.exec(line)?.[1]);
    expect(names).toEqual([...beginning, ...planning, 'count requests', 'other', 'total']);
  });

  test.each([
    ['--format json', { format: 'json' }, ['count requests']],
    ['--plan', { plan: true }, []],
  ])('tells them as JSON where the result is JSON: %s', async (_what, options, more) => {
    const { explain, write } = libraryProject();
    write('operations/books.graphql', operation);
    const { err, out } = await explain([], { ...options, verbose: true });
    expect((await explain([], options)).out).toBe(out);
    const { stages }: { stages: Record<string, number> } = JSON.parse(err);
    expect(Object.keys(stages)).toEqual([...beginning, ...planning, ...more, 'other', 'total']);
    expect(Object.values(stages).every(Number.isFinite)).toBe(true);
  });

  test.each(['check', 'scaffold'] as const)(
    '%s loads no TypeScript where there are no rules',
    async (verb) => {
      const { run, write, folder } = libraryProject();
      write(
        'schema/library.graphql',
        'type Query { book(isbn: ID!): Book }\ntype Book { isbn: ID!, title: String! }\n',
      );
      write('access-patterns.yaml', withoutRules);
      for (const name of ['access', 'books', 'index'])
        write(`app/src/rules/${name}.ts`, 'export const own = 1;\n');
      await run('generate');
      const before = await run(verb, { verbose: true });
      expect(before.code).toBe(0);
      expect(before.err).toMatch(/^load TypeScript +/m);
      rmSync(join(folder, 'app'), { recursive: true });
      const after = await run(verb, { verbose: true });
      expect({ code: after.code, out: after.out }).toEqual({ code: 0, out: before.out });
      expect(after.err).not.toMatch(/TypeScript|rules/);
    },
  );

  test('tells how far a verb came that fails', async () => {
    const { run, edit } = libraryProject();
    edit('access-patterns.yaml', (text) => text.replace('one: Book', 'one: Bok'));
    const { code, err } = await run('generate', { verbose: true });
    expect(code).toBe(1);
    expect(err).toMatch(/^parse +\d+ ms$/m);
    expect(err).not.toMatch(/^write +\d+ ms$/m);
    expect(err).toContain('error[');
  });

  test('names one stage for the whole of GraphQL Codegen where the project needs it', async () => {
    const { run, edit } = libraryProject();
    edit('codegen.ts', (text) => text.replace("schema: '", "overwrite: true,\n  schema: '"));
    const { code, err } = await run('generate', { verbose: true });
    expect(code).toBe(0);
    expect(err).toMatch(/^GraphQL Codegen +\d+ ms$/m);
    expect(err).toMatch(/^emit +\d+ ms$/m);
    expect(err).not.toMatch(/^read schema +\d+ ms$/m);
  });
});

describe('stages', () => {
  const clocked = () => {
    let now = 5;
    const stages = new Stages(() => now);
    const pass = (milliseconds: number) => {
      now += milliseconds;
    };
    return { stages, pass };
  };

  test('inside others are not counted twice', () => {
    const { stages, pass } = clocked();
    stages.measure('outer', () => {
      pass(1);
      stages.measure('inner', () => pass(20));
      pass(2);
    });
    pass(4);
    expect(stages.text()).toBe('start   5 ms\nouter   3 ms\ninner  20 ms\nother   4 ms\ntotal  32 ms');
  });

  test('count what a promise takes, and what fails', async () => {
    const { stages, pass } = clocked();
    await stages.measure('later', async () => {
      await Promise.resolve();
      pass(2);
    });
    const failing = () => {
      pass(3);
      throw new Error('no');
    };
    expect(() => stages.measure('thrown', failing)).toThrow('no');
    expect(JSON.parse(stages.json())).toEqual({
      stages: { start: 5, later: 2, thrown: 3, other: 0, total: 10 },
    });
  });
});
