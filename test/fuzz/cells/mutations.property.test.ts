/**
 * Each kind of mutation, alone and as the step of a transaction, and each key: the key has an effect, or it is refused. A key
 * that the language gets, and nobody put in here, fails.
 */

import { forbidden, type Write } from 'tableloom/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { mutationSection } from '../../../src/generator/language/mappings/mutations.js';
import { kindsOf } from '../../../src/generator/language/shape.js';
import { checked } from '../../generator/support.js';
import type { Mapping, Texts } from '../draw/project.js';
import type { Values } from '../oracle/declarations.js';
import { emptyTally, Play } from '../play/play.js';
import { columnOf, gridOf, known } from './grid.js';

/**
 * `=`: the column itself declares it, cannot be without (`all`: test/language/delete-all.test.ts), or is shown elsewhere
 * (`untouched`: test/language/untouched.test.ts; `messages`: test/language/conditional-unique.test.ts; `publish`: test/language/events.test.ts). `oracle`: the outcome is another one, as the oracle has it.
 * `other`: the outcome is another one. `list`: it writes a record for each element. `-`: refused with `key-without-effect`. Else the code of the diagnostic.
 */
const grid = gridOf(`
             create        update        upsert        put           touch         delete        transaction
  for        =             =             =             =             =             =             =
  where      -             =             =             =             =             =             mutation-kind
  all        =             =             =             =             =             =             =
  each       list          list          list          list          list          list          mutation-kind
  from       =             oracle        =             =             -             -             mutation-kind
  set        oracle        oracle        oracle        oracle        -             -             mutation-kind
  add        -             oracle        oracle        -             -             -             mutation-kind
  subtract   -             oracle        oracle        -             -             -             mutation-kind
  append     -             oracle        oracle        -             -             -             mutation-kind
  remove     -             oracle        oracle        -             -             -             mutation-kind
  require    -             oracle        oracle        oracle        other         other         mutation-kind
  messages   -             =             =             =             =             =             mutation-kind
  to         -             -             -             -             other         -             mutation-kind
  extend     -             -             -             -             =             -             mutation-kind
  expect     -             oracle        oracle        oracle        other         other         mutation-kind
  untouched  -             =             =             -             -             -             mutation-kind
  publish    =             =             =             =             publish-type  =             mutation-kind
  prepare    other         other         other         -             -             -             mutation-kind
  alongside  other         other         other         other         other         other         mutation-kind
  allow      other         other         other         other         other         other         other
  idempotent other         other         other         other         other         other         other
  returns    mutation-kind mutation-kind mutation-kind mutation-kind mutation-kind mutation-kind other
`);

interface Column {
  readonly yaml: string;
  readonly args: readonly string[];
  readonly asked: (id: string) => Values;
}

const input = (id: string) => ({ id, title: 'new', pages: 7 });
const whole = { args: ['input: NewBook!'], asked: (id: string) => ({ input: input(id) }) };
const byId = { args: ['id: ID!'], asked: (id: string) => ({ id }) };

const columns: Readonly<Record<string, Column>> = {
  create: { ...whole, yaml: 'create: Book, from: $input' },
  update: {
    yaml: 'update: Book, where: { id: $id }, from: $input',
    args: ['id: ID!', 'input: Changes!'],
    asked: (id) => ({ id, input: { title: 'new' } }),
  },
  upsert: { ...whole, yaml: 'upsert: Book, where: { id: $input.id }, from: $input' },
  put: { ...whole, yaml: 'put: Book, where: { id: $input.id }, from: $input' },
  touch: { ...byId, yaml: 'touch: Book, where: { id: $id }, extend: 30d' },
  delete: { ...byId, yaml: 'delete: Book, where: { id: $id }' },
  transaction: {
    yaml: 'transaction: { first: { update: Book, where: { id: $id }, set: { title: x } }, second: { update: Book, where: { id: second }, set: { title: y } } }, returns: first',
    args: ['id: ID!'],
    asked: (id) => ({ id }),
  },
};

/** The mapping with a key, what it takes, and the mapping without. */
function added(key: string, column: string) {
  const base = parse(`{ ${known(columns, column).yaml} }`) as Mapping;
  const put = (more: Mapping, args: readonly string[] = [], asked: Values = {}, without = base) => ({
    yaml: { ...base, ...more },
    without,
    args,
    asked,
  });
  const { from, extend: _extend, ...rest } = base;
  switch (key) {
    case 'where':
      return put({ where: { id: '$id' } }, ['id: ID!']);
    case 'from':
      return put({ from: '$input' }, ['input: Changes!'], {}, rest);
    case 'set':
      return put({ set: { state: 'DONE' } });
    case 'add':
      return put({ add: { points: 2 } });
    case 'subtract':
      return put({ subtract: { points: 1 } });
    case 'each': {
      const isInput = column === 'create' || column === 'upsert' || column === 'put';
      const where = column === 'create' ? {} : { where: { id: isInput ? '$each.id' : '$each' } };
      const values = isInput
        ? { from: '$each' }
        : column === 'update'
          ? { from: undefined, set: { title: 'x' } }
          : {};
      const type = isInput ? '[NewBook!]!' : '[ID!]!';
      const list = isInput ? [input('e1'), input('e2')] : ['e1', 'e2'];
      return put({ each: '$all', ...where, ...values }, [`all: ${type}`], { all: list });
    }
    case 'append':
      return put({ append: { marks: '$mark' } }, ['mark: String!'], { mark: 'b' });
    case 'remove':
      return put({ remove: { marks: '$mark' } }, ['mark: String!'], { mark: 'a' });
    case 'require':
      return put({ require: { done: { state: 'DONE' } } });
    case 'messages':
      return put({ messages: { done: 'It is done.' } });
    case 'to':
      return {
        ...put({}, ['to: DateTime!'], { to: '2126-09-01T00:00:00.000Z' }),
        yaml: { ...rest, from, to: '$to' },
      };
    case 'extend':
      return put({ extend: '30d' });
    case 'expect':
      return put({ expect: '$expect' }, ['expect: Int'], { expect: 99 });
    case 'untouched':
      return put({ untouched: true });
    case 'publish':
      return put({ publish: 'BOOK_CHANGED' });
    case 'prepare':
      return from === undefined
        ? put({ prepare: 'prepared' })
        : { ...put({}), yaml: { ...rest, prepare: 'prepared' } };
    case 'alongside':
      return put({ alongside: 'audit' });
    case 'allow':
      return put({ allow: 'nobody' });
    case 'idempotent':
      return put({ idempotent: '$token' }, ['token: ID'], { token: 't' });
    case 'returns':
      return put({ returns: 'second' });
    default:
      throw new Error(`nobody says how ${key} is used`);
  }
}

interface Field {
  readonly name: string;
  readonly yaml: Mapping;
  readonly args: readonly string[];
  readonly returns?: string;
}

function project(fields: readonly Field[]): Texts {
  const sdl = `scalar DateTime
enum State { OPEN DONE }
type Book {
  id: ID! title: String! pages: Int! state: State! points: Int! marks: [String!]! until: DateTime version: Int!
}
type Log { id: ID! }
type Query { book(id: ID!): Book logs: [Log!]! }
input NewBook { id: ID! title: String! pages: Int! }
input Seed { id: ID! title: String! pages: Int! state: State! points: Int! marks: [String!]! until: DateTime }
input Changes { title: String pages: Int }
type Mutation {
  seed(input: Seed!): Book!
  between(id: ID!, title: String!, until: DateTime!): Book
${fields.map(({ name, args, returns = 'Book' }) => `  ${name}${args.length > 0 ? `(${args.join(', ')})` : ''}: ${returns}`).join('\n')}
}`;
  const yaml = `version: 1
tables: { main: { name: main, key: [PK, SK], ttl: ttl } }
entities:
  Book:
    generate: { version: revision }
    default: { state: OPEN, points: 0, marks: [] }
    ttl: until
  Log: {}
patterns:
  book: { one: Book, for: Query.book, where: { id: $id } }
  logs: { many: Log, for: Query.logs, shards: 1 }
mutations:
  seed: { create: Book, for: Mutation.seed, from: $input }
  between: { update: Book, for: Mutation.between, where: { id: $id }, set: { title: $title, until: $until } }
${fields.map(({ name, yaml: own }) => `  ${name}: ${JSON.stringify({ ...own, for: `Mutation.${name}` })}`).join('\n')}
`;
  return { sdl, yaml };
}

/** As the only step of a transaction; what belongs to the whole stays there. */
function asStep(yaml: Mapping): Mapping {
  const { allow, idempotent, ...step } = yaml;
  return {
    transaction: { only: step },
    returns: 'only',
    ...(allow !== undefined && { allow }),
    ...(idempotent !== undefined && { idempotent }),
  };
}

test('every kind and every key of mutations has its cells', () => {
  const { keys } = mutationSection;
  const kinds = kindsOf(keys);
  expect([...grid.keys()].sort()).toEqual(
    Object.keys(keys)
      .filter((key) => !kinds.includes(key))
      .sort(),
  );
  expect(Object.keys(columns).sort()).toEqual([...kinds].sort());
});

const forms = Object.keys(columns).flatMap((column) => [
  { form: 'alone', column },
  ...(column === 'transaction' ? [] : [{ form: 'as a step', column }]),
]);

describe.each(forms)('$column, $form', ({ form, column }) => {
  const { args, asked } = known(columns, column);
  const cells = columnOf(grid, column).filter(([key]) => form === 'alone' || key !== 'returns');
  const formed = (yaml: Mapping) => (form === 'alone' ? yaml : asStep(yaml));
  const argumentsOf = (more: readonly string[], yaml: Mapping) =>
    [...new Set([...args, ...more])].filter(
      (one) => 'prepare' in yaml || JSON.stringify(yaml).includes(`$${one.split(':')[0]}`),
    );
  const shownWords = new Set(['oracle', 'other', 'list']);

  const refused = cells.filter(([, word]) => word !== '=' && !shownWords.has(word));
  test.each(refused)('%s is refused: %s', (key, word) => {
    const one = added(key, column);
    const { sdl, yaml } = project([
      { name: 'x', yaml: formed(one.yaml), args: argumentsOf(one.args, one.yaml) },
    ]);
    const codes = checked(yaml, sdl).diagnostics.map(({ code }) => code);
    expect(codes).toContain(word === '-' ? 'key-without-effect' : word);
  });

  test('the other keys have an effect', async () => {
    const shown = cells.filter(([, word]) => shownWords.has(word));
    const fields = shown.flatMap(([key, word]): Field[] => {
      const one = added(key, column);
      if (word === 'list')
        return [
          { name: key, yaml: formed(one.yaml), args: argumentsOf(one.args, one.yaml), returns: '[Book!]!' },
        ];
      return [
        { name: `${key}With`, yaml: formed(one.yaml), args: argumentsOf(one.args, one.yaml) },
        { name: `${key}Without`, yaml: formed(one.without), args: argumentsOf(one.args, one.without) },
      ];
    });
    let logged = 0;
    const rules = {
      nobody: () => {
        throw forbidden();
      },
      prepared: ({ args: given }: { args: { input?: Values } }) => ({ ...given.input, title: 'prepared' }),
      audit: () => [logWrites().create({ id: `log${logged++}` })],
    };
    const play = await Play.open(project(fields), emptyTally(), onTestFinished, rules);
    const logWrites = () =>
      play.loaded.module('writes').logWrites as { create(values: Values): Write<unknown> };
    await play.write(seed('second'));
    for (const [key, word] of shown) {
      const one = added(key, column);
      if (word === 'list') {
        if (column !== 'create') for (const id of ['e1', 'e2']) await play.write(seed(id));
        const [records, code] = await sent(play, { mutation: key, args: one.asked });
        expect([code, (records as Values[] | null)?.map(({ id }) => id)], key).toEqual([null, ['e1', 'e2']]);
        continue;
      }
      const outcomes: unknown[] = [];
      for (const name of [`${key}With`, `${key}Without`]) {
        if (column !== 'create') await play.write(seed(name));
        const taken = new Set(play.declared.fieldOf('Mutation', name).args.map((arg) => arg.name));
        const given = Object.entries({ ...asked(name), ...one.asked }).filter(([arg]) => taken.has(arg));
        const step = { mutation: name, args: Object.fromEntries(given) };
        // As a step it is the same write, which the oracle knows by the mutation alone.
        const before = logged;
        const known = word === 'oracle' && form === 'alone';
        const first = known ? await play.write(step) : await sent(play, step);
        await sent(play, {
          mutation: 'between',
          args: { id: name, title: 'between', until: '2126-07-01T00:00:00.000Z' },
        });
        const again = await sent(play, step);
        const { data } = await play.ask('query ($id: ID!) { book(id: $id) { title until version } }', {
          id: name,
        });
        outcomes.push(
          JSON.parse(JSON.stringify([first, again, data, logged - before]).replaceAll(name, 'id')),
        );
      }
      expect(outcomes[0], key).not.toEqual(outcomes[1]);
    }
  });
});

function seed(id: string) {
  const values = {
    title: 'old',
    pages: 1,
    state: 'OPEN',
    points: 1,
    marks: ['a'],
    until: '2126-06-01T00:00:00.000Z',
  };
  return { mutation: 'seed', args: { input: { id, ...values } } };
}

async function sent(play: Play, { mutation, args }: { readonly mutation: string; readonly args: Values }) {
  const field = play.declared.fieldOf('Mutation', mutation);
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const shown = 'id title pages state points marks until version';
  const { data, errors } = await play.ask(
    `mutation (${declared}) { x: ${mutation}(${passed}) { ${shown} } }`,
    args,
  );
  return [data?.x ?? null, errors?.[0]?.extensions?.code ?? null];
}
