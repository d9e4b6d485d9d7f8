/** Where things stand in the texts, and what the readers refuse that no fixture shows. */

import { buildSchema, GraphQLError, Source } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/generator/diagnostics/diagnostic.js';
import { partOf } from '../../src/generator/model.js';
import { sdlDiagnostics, sdlFilesOf, sdlMistakes } from '../../src/generator/parse/sdl-errors.js';
import { readYaml } from '../../src/generator/parse/yaml.js';

const head = 'version: 1\ntables: { main: { name: app, key: [PK, SK] } }\nentities: {}\n';

function read(rest: string) {
  const text = head + rest;
  const { model, diagnostics } = readYaml('a.yaml', text);
  const at = (span: Span | undefined) => span && text.slice(span.start, span.end);
  return { model, at, found: diagnostics.map(({ code, at: span, message }) => [code, at(span), message]) };
}

describe('the place of a word', () => {
  test('is without its quotes and without what is not part of it', () => {
    const { model, at } = read(
      'patterns:\n  a: { many: A, sort: ["-at", -by], bucket: "month( at )", for: Query.a, where: { b: "$input.c" } }\n',
    );
    const [pattern] = model.patterns;
    expect(pattern?.sort.map(({ field }) => at(field.at))).toEqual(['at', 'by']);
    expect(pattern?.sort.map(({ field, descending }) => [field.text, descending])).toEqual([
      ['at', true],
      ['by', true],
    ]);
    expect([at(pattern?.bucket?.unit.at), at(pattern?.bucket?.field.at)]).toEqual(['month', 'at']);
    expect(at(pattern?.for?.at)).toBe('Query.a');
  });

  test('of a text with escapes is the whole text', () => {
    const { model, at } = read('entities2: {}\npatterns:\n  a: { one: A, index: "G\\u0053I1" }\n');
    const index = model.patterns[0]?.index;
    expect(index?.text).toBe('GSI1');
    expect(index && at(partOf(index, 0, 1))).toBe('"G\\u0053I1"');
  });
});

describe('access-patterns.yaml', () => {
  const cases: [string, string, string[]][] = [
    ['an alias', 'patterns: { a: &a { one: A }, b: *a }\n', ['yaml-syntax', '*a']],
    ['a merge', 'patterns: { a: &a { one: A }, b: { <<: *a } }\n', ['yaml-syntax', '<<']],
    [
      'a key that every object has',
      'patterns: { a: { one: A, constructor: x } }\n',
      ['unknown-key', 'constructor'],
    ],
    ['a scalar for a mapping', 'patterns: none\n', ['wrong-type', 'none']],
    ['a list for a value', 'patterns: { a: { one: A, index: [B] } }\n', ['wrong-type', '[B]']],
    ['a mapping for a value', 'patterns: { a: { one: A, index: { b: c } } }\n', ['wrong-type', '{ b: c }']],
    ['a name with a blank', 'patterns: { "a b": { one: A } }\n', ['wrong-value', '"a b"']],
    ['`type` without `by`', 'patterns: { a: { one: A, type: { X: B } } }\n', ['missing-key', 'type']],
    ['a rule’s name', 'patterns: { a: { one: A, allow: a.b } }\n', ['wrong-value', 'a.b']],
    ['a file of rules', 'rules: { a: { in: "x/y" } }\n', ['wrong-value', '"x/y"']],
    [
      'an unknown operator of a filter',
      'patterns: { a: { one: A, filter: { b: { like: c } } } }\n',
      ['wrong-value', 'like'],
    ],
    [
      'an unknown comparison of a size',
      'patterns: { a: { one: A, filter: { b: { size: { like: 1 } } } } }\n',
      ['wrong-value', 'like'],
    ],
    [
      '`between` with one value',
      'patterns: { a: { one: A, filter: { b: { between: 1 } } } }\n',
      ['wrong-type', '1'],
    ],
    [
      '`or` without a list',
      'patterns: { a: { one: A, filter: { or: { b: 1 } } } }\n',
      ['wrong-type', '{ b: 1 }'],
    ],
  ];
  test.each(cases)('refuses %s', (_name, rest, expected) => {
    const [first, ...more] = read(rest).found;
    expect(first?.slice(0, 2)).toEqual(expected);
    expect(more).toEqual([]);
  });

  test('refuses indexes that no table can have', () => {
    const index = (text: string) =>
      readYaml(
        'a.yaml',
        `version: 1\ntables: { t: { name: app, key: PK, indexes: ${text} } }\nentities: {}\n`,
      ).diagnostics.map(({ code, message }) => `${code}: ${message}`);
    expect(index('{ GSI1: { key: [A, B], sort: C } }')).toEqual([
      'wrong-value: Index `GSI1` has both `key` and `sort`.',
    ]);
    expect(index('{ ByA: { key: [A, B], partition: [a] } }')).toEqual([
      'wrong-value: Index `ByA` has both `key` and `partition`.',
    ]);
    expect(index('{ ByA: { sort: [a, b] } }')).toEqual(['wrong-type: Expected a single value, not a list.']);
    expect(index('{ ByA: { partition: [] } }')).toEqual([
      'wrong-value: The partition key of a multi-attribute index has 1 to 4 attributes, not 0.',
    ]);
    expect(index('{ GSI1: [] }')).toEqual([
      'wrong-value: A key has a partition attribute and, optionally, one sort attribute.',
    ]);
    expect(index('{ table: [A, B] }')).toEqual(['wrong-value: `table` cannot name an index.']);
    expect(index('{ GSI1: [a-b, c] }')).toEqual(['wrong-value: `a-b` is not a valid name.']);
    expect(index('{ GSI1: { key: A, project: SOME } }')).toEqual([
      'wrong-value: `SOME` is not a valid value of `project`.',
    ]);
  });
});

describe('the SDL', () => {
  const files = (...texts: string[]) => texts.map((text, at) => ({ path: `${at}.graphql`, text }));

  test('is right, or was not read from files', () => {
    expect(sdlMistakes(files('type Query { a: Int }', 'extend type Query { b: Int }'))).toEqual([]);
    expect(sdlMistakes([])).toEqual([]);
  });

  test('has each mistake at its place, all of them at once', () => {
    const found = sdlMistakes(files('type Query { a: Foo }\ntype A { x: Int }', 'type A { y: Int }'));
    expect(
      found.map(({ code, at, notes, message }) => [
        code,
        at.file,
        at.start,
        notes?.map((note) => note.at?.file),
        message,
      ]),
    ).toEqual([
      ['sdl-invalid', '0.graphql', 16, undefined, 'Unknown type `Foo`.'],
      ['sdl-invalid', '1.graphql', 5, ['0.graphql'], 'There can be only one type named `A`.'],
    ]);
    const syntax = sdlMistakes(files('type Query { a Int }', 'type {'));
    expect(syntax.map(({ code, at }) => [code, at.file, at.start, at.end])).toEqual([
      ['sdl-syntax', '0.graphql', 15, 18],
      ['sdl-syntax', '1.graphql', 5, 6],
    ]);
  });

  test('has rules for the schema as a whole', () => {
    const [found] = sdlMistakes(files('interface N { id: ID! }\ntype Query implements N { a: Int }'));
    expect(found?.message).toBe('Interface field N.id expected but Query does not provide it.');
    expect(sdlMistakes(files('type A { a: Int }'))[0]).toMatchObject({
      code: 'sdl-invalid',
      at: { file: 'schema' },
    });
  });

  test('gives diagnostics for whatever a host throws', () => {
    const located = new GraphQLError('"X" is wrong', {
      source: new Source('ab cd', 's.graphql'),
      positions: [3],
    });
    const found = sdlDiagnostics(
      new AggregateError([located, [new Error('Broken.')], 'text']),
      (name) => `schema/${name}`,
    );
    expect(found.map(({ message, at }) => [message, at.file, at.start, at.end])).toEqual([
      ['`X` is wrong.', 'schema/s.graphql', 3, 5],
      ['Broken.', 'schema', 0, 0],
      ['text.', 'schema', 0, 0],
    ]);
  });

  test('is taken from the schema it was built into, but for parts that were not', () => {
    const whole = buildSchema(new Source('type Query { a: A }\nenum A { B }', 'x.graphql'));
    expect(sdlFilesOf(whole, (name) => `schema/${name}`)).toEqual([
      { path: 'schema/x.graphql', text: 'type Query { a: A }\nenum A { B }' },
    ]);
    const part = buildSchema('type Query { a: Int }', { noLocation: true });
    expect(sdlFilesOf(part, (name) => name)).toEqual([]);
  });
});
