/** One schema: what editors are given, what the reader follows and knows, and what the reference page shows. */

import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { referencePage, schemaFile, within } from '../../scripts/reference/render.js';
import { formatDiagnostics } from '../../src/generator/diagnostics/print.js';
import { definitions, keysOf, language, sections } from '../../src/generator/language/schema.js';
import type { Key, Shape } from '../../src/generator/language/shape.js';
import { validate } from '../../src/generator/language/validate.js';
import { comparisons, filterOperators } from '../../src/generator/model.js';
import { readYaml } from '../../src/generator/parse/yaml.js';
import { expectFile } from '../support/projects.js';
import { runs } from '../support/runs.js';

type Value = Record<string, unknown>;

const published: Value = JSON.parse(readFileSync('access-patterns.schema.json', 'utf8'));
const acceptedByEditors = new Ajv({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
}).compile(published);

/** The first pass alone. */
function findings(text: string) {
  const whole = { file: 'a.yaml', start: 0, end: 1 };
  const found = validate('a.yaml', parseDocument(text).contents, language, whole);
  return found.map(({ code, message, at }) => `${code} ${text.slice(at.start, at.end)}: ${message}`);
}

describe('the committed file', () => {
  test('access-patterns.schema.json is what the schema says: `npm run reference`', () => {
    expectFile('access-patterns.schema.json', schemaFile());
  });

  test('docs/reference.md is what the schema says: `npm run reference`', () => {
    expectFile('docs/reference.md', referencePage());
  });

  test('access-patterns.yaml names its schema', () => {
    expect(readFileSync('access-patterns.yaml', 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/access-patterns\.schema\.json\n/,
    );
  });

  test('a project that `init` writes names the schema of the package, which is in it', () => {
    const path = 'node_modules/tableloom/access-patterns.schema.json';
    const [first] = readFileSync('templates/init/full/access-patterns.yaml', 'utf8').split('\n');
    expect(first).toBe(`# yaml-language-server: $schema=${path}`);
    expect(JSON.parse(readFileSync('package.json', 'utf8')).files).toContain('access-patterns.schema.json');
  });
});

describe('what is right', () => {
  const files = [
    'test/generator/accepted',
    'test/fixtures/ok',
    'test/fixtures/warnings',
    'templates',
    'examples',
    '.',
  ].flatMap((folder) => {
    const below = folder === '.' ? ['access-patterns.yaml'] : yamlBelow(folder);
    return below.filter((path) => path.endsWith('access-patterns.yaml'));
  });

  test.each(files)('%s is accepted, here and by editors', (path) => {
    const text = readFileSync(path, 'utf8');
    expect(findings(text)).toEqual([]);
    acceptedByEditors(parseDocument(text).toJS());
    expect(acceptedByEditors.errors ?? []).toEqual([]);
  });
});

function yamlBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`);
  } catch {
    return [];
  }
}

// --- every key ---

const frame: Value = {
  version: 1,
  tables: { main: { name: 'framed', key: ['PK', 'SK'] } },
  entities: { User: {} },
};
/** A whole document with this mapping at this place. */
function documentOf(path: readonly string[], value: unknown, around: Value = {}): Value {
  const [top, item, ...rest] = path;
  if (top === undefined) return value as Value;
  if (item === undefined) return { ...frame, [top]: value };
  const inner = rest.length === 0 ? value : { ...around, ...(within(value, rest) as Value) };
  return { ...frame, [top]: { [item]: inner } };
}

/** The model without the places, or the findings. */
function meaning(document: Value): { model: string; found: string } {
  const text = stringify(document);
  const { model, diagnostics } = readYaml('a.yaml', text);
  return {
    model: JSON.stringify(model, (key, value: unknown) => (key === 'at' ? undefined : value)),
    found: diagnostics.length > 0 ? formatDiagnostics(diagnostics, new Map([['a.yaml', text]])) : '',
  };
}

describe.each(sections)('$heading', ({ keys, path, around }) => {
  const rows = Object.entries<Key>(keys).map(([name, key]) => ({ name, key }));

  test.each(rows)('`$name` has an example that the reader takes, and makes something of', ({ name, key }) => {
    const whole = documentOf(path, key.example, key.around ?? around);
    const { [name]: value, ...without } = key.example;
    expect(value).toBeDefined();
    expect(value).not.toBe(key.default);
    const { model, found } = meaning(whole);
    expect(found).toBe('');
    acceptedByEditors(whole);
    expect(acceptedByEditors.errors ?? []).toEqual([]);
    if (path.length > 0) expect(model).not.toBe(meaning(frame).model);
    const other = meaning(documentOf(path, without, key.around ?? around));
    expect(other.found !== '' || other.model !== model).toBe(true);
    if (key.isRequired) expect(other.found).toContain(`lacks \`${name}\``);
  });

  test.each(rows)('`$name` says what it is', ({ key }) => {
    expect(key.title).toMatch(/^[A-Z].*[^.]$/);
    expect(key.description).toMatch(/\.$/);
  });
});

describe('the reference', () => {
  test('has a section for every mapping of the schema', () => {
    const shown = new Set(sections.map(({ keys }) => Object.keys(keys).join()));
    // `type` of a pattern has one key of its own, which its example shows.
    expect(
      mappingsOf(language)
        .map((keys) => keys.join())
        .filter((keys) => !shown.has(keys) && keys !== 'by'),
    ).toEqual([]);
    expect(Object.values(keysOf).every((keys) => shown.has(Object.keys(keys).join()))).toBe(true);
  });
});

test('filters know the operators of the model, and no others', () => {
  const keysUnder = (heading: string) =>
    Object.keys(sections.find((section) => section.heading === heading)?.keys ?? {});
  expect(keysUnder('A condition of a filter')).toEqual([...filterOperators, 'size']);
  expect(keysUnder('A size')).toEqual([...comparisons]);
});

/** The keys of each mapping below a shape. */
function mappingsOf(shape: Shape, seen = new Set<Shape>()): string[][] {
  const named = shape.$ref ? definitions[shape.$ref.replace('#/definitions/', '')] : undefined;
  if (seen.has(named ?? shape)) return [];
  seen.add(named ?? shape);
  const { properties, additionalProperties, items, anyOf = [] } = named ?? shape;
  const below = [...Object.values(properties ?? {}), additionalProperties, items, ...anyOf];
  return [
    ...(properties ? [Object.keys(properties)] : []),
    ...below.flatMap((one) => (one ? mappingsOf(one, seen) : [])),
  ];
}

// --- faults ---

const head = 'version: 1\nentities: {}\n';

describe('a fault is found once, where it is', () => {
  const cases: [string, string, string][] = [
    [
      'a key that no pattern has',
      'patterns: { a: { one: A, sorted: b } }',
      'unknown-key sorted: Pattern `a` has no key `sorted`.',
    ],
    [
      'a key that no entry has',
      'patterns: { a: { one: A, entry: { keys: {} } } }',
      'unknown-key keys: `entry` has no key `keys`.',
    ],
    [
      'a bound that no range has',
      'patterns: { a: { many: A, range: { b: { since: 1 } } } }',
      'unknown-key since: Range of `b` has no key `since`.',
    ],
    ['a key at the top', 'pattern: {}', 'unknown-key pattern: The file has no key `pattern`.'],
    [
      'a key that is no word',
      'patterns: { ? [a] : { one: A } }',
      'wrong-type [a]: A key must be a single word.',
    ],
    [
      'a mutation left blank',
      'mutations: { m: }',
      'missing-key m: Mutation `m` lacks `for`.\nmutation-kind m: Mutation `m` has none of `create`, `update`, `upsert`, `put`, `touch`, `delete` and `transaction`.',
    ],
    [
      'text for a whole number',
      'patterns: { a: { many: A, shards: many } }',
      'wrong-value many: `shards` must be a whole number from 1 to 100.',
    ],
    [
      'a fraction',
      'patterns: { a: { many: A, shards: 1.5 } }',
      'wrong-value 1.5: `shards` must be a whole number from 1 to 100.',
    ],
    [
      'a mapping for words',
      'patterns: { a: { many: A, sort: { b: c } } }',
      'wrong-type { b: c }: Expected text or a list, not a mapping.',
    ],
    [
      'a list in a list',
      'patterns: { a: { many: A, sort: [[b]] } }',
      'wrong-type [b]: Expected a single value, not a list.',
    ],
    [
      'text for an entry',
      'patterns: { a: { many: A, entry: of course } }',
      'wrong-type of course: Expected a boolean or a mapping, not text.',
    ],
    [
      '`immutable: false`',
      'entities: { A: { immutable: false } }',
      'wrong-value false: `immutable` is `true` or a list of fields.',
    ],
    ['nothing for a word', 'patterns: { a: { one: } }', 'wrong-type one: The value is missing.'],
    [
      'nothing for a value',
      'patterns: { a: { one: A, where: { b: } } }',
      'wrong-value b: The value is missing.',
    ],
    [
      'nothing for a condition',
      'patterns: { a: { one: A, filter: { b: } } }',
      'wrong-value b: The value is missing.',
    ],
    ['text for a pattern', 'patterns: { a: user }', 'wrong-type user: Pattern `a` must be a mapping.'],
    [
      'text for an index',
      'tables: { t: { name: app, key: PK, indexes: { ByB: b } } }',
      'wrong-type b: Expected a list or a mapping, not text.',
    ],
    [
      'a list for one value',
      'patterns: { a: { many: A, filter: { b: { eq: [1] } } } }',
      'wrong-type [1]: Expected a single value, not a list.',
    ],
    [
      'a value deep in a filter',
      'patterns: { a: { many: A, filter: { or: [{ not: { b: { size: { more: 1 } } } }] } } }',
      'wrong-value more: `more` is not a comparison of a size.',
    ],
    [
      'a number without end',
      'patterns: { a: { one: A, filter: { b: { eq: .inf } } } }',
      'wrong-type .inf: Expected a single value, not this value.',
    ],
    [
      'a pattern of no kind',
      'patterns: { a: { for: Query.a } }',
      'pattern-kind a: Pattern `a` has none of `one`, `many`, `mixed`, `count`, `sum` and `exists`.',
    ],
    [
      'a list for an equality',
      'patterns: { a: { many: A, where: { b: [1, 2] } } }',
      'wrong-type [1, 2]: Expected a single value or a mapping, not a list.',
    ],
    [
      'an argument among constants',
      'patterns: { a: { many: A, where: { b: { in: [1, $c] } } } }',
      'wrong-value $c: A list under `in` contains only constants.',
    ],
    [
      'no constants',
      'patterns: { a: { many: A, where: { b: { in: [] } } } }',
      'wrong-value []: The list under `in` is empty.',
    ],
    [
      'several values of a mutation',
      'mutations: { m: { delete: A, for: Mutation.m, where: { b: { in: $c } } } }',
      'wrong-type { in: $c }: Expected a single value, not a mapping.',
    ],
    [
      'too many sort attributes',
      'tables: { t: { name: app, key: PK, indexes: { ByB: { partition: b, sort: [c, d, e, f, g] } } } }',
      'wrong-value g: The sort key of a multi-attribute index has at most 4 attributes, not 5.',
    ],
    [
      'a key that no join has',
      'patterns: { a: { many: A, through: { many: B, sort: c } } }',
      'unknown-key sort: `through` has no key `sort`.',
    ],
    [
      'part of an external path',
      'external: [Query.a, Query]',
      'wrong-value Query: `Query` does not name a field of the schema.',
    ],
    [
      'two kinds of mutation',
      'mutations: { m: { create: A, delete: A, for: Mutation.m } }',
      'mutation-kind m: Mutation `m` has `create` and `delete`.',
    ],
  ];
  test('another version', () => {
    expect(findings('version: two\nentities: {}\n')).toEqual([
      'wrong-value two: The version of the language is `1`.',
    ]);
  });

  test.each(cases)('%s', (_name, rest, expected) => {
    expect(findings(head + rest)).toEqual(expected.split('\n'));
  });
});

/** A document as JSON, with values of any kind put in places of it. */
const scalars = fc.oneof(
  fc.constantFrom('a', 'A.b', 'present', 'ALL', 'trim', 'now', 'month(a)', '-a', '', 'a b'),
  fc.constantFrom(0, 1, 2, 1.5, 1001, -1),
  fc.boolean(),
  fc.constant(null),
);
const keyNames = [...new Set([...mappingsOf(language).flat(), 'GSI1', 'x', 'a b', 'constructor'])];
const junk = fc.oneof(
  { depthSize: 'small', withCrossShrink: true },
  scalars,
  fc.array(scalars, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...keyNames), fc.oneof(scalars, fc.array(scalars, { maxLength: 3 })), {
    maxKeys: 3,
  }),
  fc.dictionary(
    fc.constantFrom(...keyNames),
    fc.dictionary(fc.constantFrom(...keyNames), scalars, { maxKeys: 2 }),
    { maxKeys: 2 },
  ),
);

/** The document with the nth mapping's or list's nth member replaced, or a key added to it. */
function replaced(
  document: unknown,
  at: number,
  member: number,
  name: string | undefined,
  value: unknown,
): unknown {
  const copy = structuredClone(document);
  const places: object[] = [];
  const walk = (one: unknown) => {
    if (typeof one !== 'object' || one === null) return;
    places.push(one);
    for (const inner of Object.values(one)) walk(inner);
  };
  walk(copy);
  const place = places[at % places.length];
  const keys = place ? Object.keys(place) : [];
  const key = Array.isArray(place) || name === undefined ? keys[member % Math.max(1, keys.length)] : name;
  if (place && key !== undefined)
    Object.defineProperty(place, key, { value, enumerable: true, configurable: true });
  return copy;
}

test('the first pass accepts exactly what a JSON Schema validator accepts', () => {
  const documents = sections.flatMap(({ keys, path, around }) =>
    Object.values<Key>(keys).map((key) => documentOf(path, key.example, key.around ?? around)),
  );
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.nat(50),
      fc.nat(5),
      fc.option(fc.constantFrom(...keyNames), { nil: undefined }),
      junk,
      (document, at, member, name, value) => {
        const changed = replaced(document, at, member, name, value);
        const isAccepted = acceptedByEditors(changed);
        seen[isAccepted ? 'accepted' : 'refused'] += 1;
        const text = stringify(changed);
        expect(findings(text).length === 0, text).toBe(isAccepted);
      },
    ),
    { numRuns: runs(3000) },
  );
  const total = seen.accepted + seen.refused;
  expect(Math.min(seen.accepted, seen.refused) / total).toBeGreaterThan(0.04);
});
