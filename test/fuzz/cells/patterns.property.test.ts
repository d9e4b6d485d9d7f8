/**
 * Each kind of pattern and each key of patterns: the key has an effect, which the oracle knows of or requests show, or it is
 * refused. A key that the language gets, and nobody put in here, fails.
 */

import { forbidden } from 'tableloom/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { patternSection } from '../../../src/generator/language/mappings/patterns.js';
import { kindsOf } from '../../../src/generator/language/shape.js';
import { checked } from '../../generator/support.js';
import type { Mapping, Texts } from '../draw/project.js';
import type { QuestionStep, WriteStep } from '../draw/steps.js';
import type { Values } from '../oracle/declarations.js';
import { emptyTally, Play } from '../play/play.js';
import { columnOf, gridOf, known } from './grid.js';

/**
 * `=`: the column itself declares it, or cannot be without. `answer`: the answer is another one. `reads`: other requests bring the
 * same answer. `cached`: the answer is the same, as nothing was written. `value`, `page`, `total`, `limit`, `cap`, `rule`: what clients get differs as that word says. `-`: refused with
 * `key-without-effect`. Else the code of the diagnostic that refuses it.
 */
const grid = gridOf(`
             one          list         connection        mixed               count        maintained          sum                 exists       throughOne   throughMany  get          batch        each         node
  for        =            =            =                 =                   =            =                   =                   =            =            =            =            =            =            =
  members    mixed-target mixed-target mixed-target      answer              mixed-target mixed-target        mixed-target        mixed-target mixed-target mixed-target mixed-target mixed-target mixed-target mixed-target
  parent     mixed-target mixed-target mixed-target      answer              mixed-target mixed-target        mixed-target        mixed-target mixed-target mixed-target mixed-target mixed-target mixed-target mixed-target
  of         -            -            -                 -                   -            -                   =                   -            -            -            -            -            -            -
  maintained -            -            -                 -                   reads        =                   -                   -            -            -            -            -            -            -
  cap        -            -            -                 -                   -            cap                 -                   -            -            -            -            -            -            -
  total      -            total-count  total             maintained-question -            -                   -                   -            -            total-count  -            total-count  -            -
  through    =            =            =                 pattern-kind        pattern-kind pattern-kind        pattern-kind        pattern-kind =            =            =            =            pattern-kind =
  where      answer       answer       answer            answer              answer       answer              answer              answer       answer       answer       answer       answer       exists-list  any-without-id
  narrow     answer       answer       answer            answer              answer       maintained-question maintained-question answer       answer       answer       -            -            -            -
  last       answer       answer       answer            answer              answer       -                   -                   answer       answer       answer       -            -            -            -
  sort       answer       answer       answer            answer              -            -                   -                   -            answer       answer       -            -            -            -
  order      answer       answer       answer            answer              -            -                   -                   -            answer       answer       -            -            -            -
  range      answer       answer       answer            answer              answer       maintained-question maintained-question answer       answer       answer       -            -            -            -
  filter     answer       answer       answer            answer              answer       maintained-question maintained-question answer       answer       answer       -            -            -            -
  when       answer       answer       answer            answer              answer       answer              answer              answer       answer       answer       -            -            -            -
  bucket     reads        reads        reads             reads               reads        maintained-question maintained-question reads        reads        reads        -            -            -            -
  in         answer       answer       answer            answer              answer       -                   -                   answer       answer       answer       -            -            -            -
  across     answer       answer       answer            answer              answer       -                   -                   answer       answer       answer       -            -            -            -
  shards     reads        reads        reads             reads               reads        reads               reads               reads        reads        reads        -            -            -            -
  upTo       -            -            -                 -                   answer       -                   -                   -            -            -            -            -            -            -
  index      reads        reads        reads             reads               reads        -                   -                   reads        reads        reads        reads        answer       exists-list  -
  key        reads        reads        reads             reads               reads        -                   -                   reads        reads        reads        reads        answer       exists-list  -
  entry      reads        reads        reads             -                   reads        -                   -                   reads        reads        reads        reads        answer       exists-list  -
  type       -            -            -                 -                   -            -                   -                   -            -            -            -            -            -            answer
  consistent reads        reads        reads             reads               reads        reads               reads               reads        reads        reads        reads        reads        reads        -
  cache      cached       cached       cached            cached              cached       -                   -                   cached       cached       cached       -            -            -            -
  page       -            answer       page              answer              -            -                   -                   -            -            answer       -            limit        limit        -
  distinct   -            -            -                 -                   -            -                   -                   -            -            answer       -            -            -            -
  select     value        value        wrong-return-type -                   -            -                   -                   -            value        value        value        value        -            -
  limit      -            answer       -                 answer              -            -                   -                   -            -            answer       -            -            -            -
  allow      rule         rule         rule              rule                rule         rule                rule                rule         rule         rule         rule         rule         rule         rule
  visible    rule         -            -                 -                   -            -                   -                   -            rule         -            rule         -            -            rule
`);

interface Column {
  readonly yaml: string;
  readonly args: string;
  readonly returns: string;
  readonly asked: Values;
}

const shelf = { args: 'shelf: ID!', asked: { shelf: 's' } };
const paging = 'first: Int, after: String, last: Int, before: String';

const columns: Readonly<Record<string, Column>> = {
  one: { ...shelf, yaml: 'one: Book, where: { shelf: $shelf }', returns: 'Book' },
  list: { ...shelf, yaml: 'many: Book, where: { shelf: $shelf }', returns: '[Book!]!' },
  connection: {
    ...shelf,
    args: `shelf: ID!, ${paging}`,
    yaml: 'many: Book, where: { shelf: $shelf }',
    returns: 'BookConnection!',
  },
  mixed: { ...shelf, yaml: 'mixed: Item, where: { shelf: $shelf }', returns: '[Item!]!' },
  count: { ...shelf, yaml: 'count: Book, where: { shelf: $shelf }', returns: 'Int!' },
  maintained: { ...shelf, yaml: 'count: Book, where: { shelf: $shelf }, maintained: true', returns: 'Int!' },
  sum: { ...shelf, yaml: 'sum: Book, of: pages, where: { shelf: $shelf }', returns: 'Int!' },
  exists: { ...shelf, yaml: 'exists: Book, where: { shelf: $shelf }', returns: 'Boolean!' },
  throughOne: {
    ...shelf,
    yaml: 'one: Author, through: { one: Book, where: { shelf: $shelf } }, where: { id: $through.authorId }',
    returns: 'Author',
  },
  throughMany: {
    ...shelf,
    yaml: 'many: Author, through: { many: Book, where: { shelf: $shelf } }, where: { id: $through.authorId }',
    returns: '[Author!]!',
  },
  get: {
    yaml: 'one: Book, where: { shelf: $shelf, id: $id }',
    args: 'shelf: ID!, id: ID!',
    returns: 'Book',
    asked: { shelf: 's', id: 'b1' },
  },
  batch: {
    yaml: 'many: Book, where: { shelf: $shelf, id: { in: $ids } }',
    args: 'shelf: ID!, ids: [ID!]!',
    returns: '[Book!]!',
    asked: { shelf: 's', ids: ['b3', 'b1', 'b2'] },
  },
  each: {
    yaml: 'exists: Book, where: { shelf: $shelf, id: { in: $ids } }',
    args: 'shelf: ID!, ids: [ID!]!',
    returns: '[Boolean!]!',
    asked: { shelf: 's', ids: ['b3', 'b9', 'b2'] },
  },
  node: { yaml: 'one: Node, where: { id: $id }', args: 'id: ID!', returns: 'Node', asked: { id: 'a1' } },
};

interface Added {
  /** The pattern with the key. */
  readonly yaml: Mapping;
  /** The same without it. */
  readonly without?: Mapping;
  readonly args?: string;
  readonly asked?: Values;
  readonly returns?: string;
}

/** Each key at work in a column. */
function added(key: string, column: string): Added {
  const { yaml: text, returns } = known(columns, column);
  const base = parse(`{ ${text} }`) as Mapping;
  const isTest = column === 'exists';
  const isPlain = ['count', 'maintained', 'sum', 'exists', 'each'].includes(column);
  const isWhole = ['get', 'batch', 'each'].includes(column);
  const by = isPlain ? {} : { sort: 'at' };
  const put = (more: Mapping, args = '', asked: Values = {}): Added => ({
    yaml: { ...base, ...more },
    args,
    asked,
  });
  switch (key) {
    case 'members':
      return put({ members: { Book: {} } });
    case 'parent':
      return column === 'mixed'
        ? {
            yaml: {
              mixed: 'ShelfItem',
              where: { shelf: '$shelf' },
              members: { Shelf: { id: 'shelf' }, Book: {} },
              parent: 'Shelf',
            },
            returns: '[ShelfItem!]!',
          }
        : put({ parent: 'Book' });
    case 'of':
      return put({ of: 'pages' });
    case 'maintained':
      return put({ maintained: true });
    case 'cap':
      return put({ cap: 2 });
    case 'total':
      return column === 'connection'
        ? { ...put({ total: true }), returns: 'CountedBookConnection!' }
        : put({ total: true });
    case 'through':
      return put({ through: { many: 'Book', where: { shelf: '$shelf' } } });
    case 'where': {
      const { through } = base;
      const more = {
        ...(((through as Mapping | undefined)?.where ?? base.where) as Mapping),
        state: isTest || column === 'get' ? 'HELD' : 'OPEN',
      };
      return {
        yaml: { ...base, ...(through ? { through: { ...through, where: more } } : { where: more }) },
        without: base,
      };
    }
    case 'narrow':
      return put({ narrow: { state: '$state' } }, 'state: State', { state: isTest ? 'HELD' : 'DONE' });
    case 'last':
      return put({ narrow: { title: '$title' }, last: 'prefix' }, 'title: String', { title: 'd' });
    case 'sort':
      return put({ sort: '-title' });
    case 'order':
      return put({ sort: 'title', order: '$order' }, 'order: Order', { order: 'DESC' });
    case 'range':
      return put({ range: { title: { from: '$low' } } }, 'low: String', { low: isTest ? 'x' : 'b' });
    case 'filter':
      return put({ filter: { pages: { gt: '$more' } } }, 'more: Int', { more: isTest ? 100 : 2 });
    case 'when':
      return put({ when: { state: isTest ? 'HELD' : 'OPEN' } });
    case 'bucket':
      return put({ ...by, bucket: 'month(at)' });
    case 'in':
      return put({ ...by, bucket: 'month(at)', in: '$month' }, 'month: String!', {
        month: isTest ? '2125-05' : '2126-02',
      });
    case 'across':
      return put({ ...by, bucket: 'month(at)', across: 1 }, '', { shelf: 't' });
    case 'shards':
      return put({ shards: 3 });
    case 'upTo':
      return put({ upTo: 2 });
    case 'index':
      return put({ index: 'GSI4' });
    case 'key':
      return {
        ...put({
          index: 'GSI5',
          key: { GSI5PK: `OWN#{shelf}${isWhole ? '#{id}' : ''}`, GSI5SK: '{title}#{id}' },
        }),
        without: base,
      };
    case 'entry':
      return put({ entry: column === 'throughMany' ? { include: ['authorId'] } : true });
    case 'type':
      return put({ type: { by: '$role', WRITER: 'Author', EDITOR: 'Editor' } }, 'role: Role!', {
        role: 'EDITOR',
      });
    case 'consistent':
      return put({ consistent: true });
    case 'cache':
      return put({ cache: '5m' });
    case 'page':
      return put({ page: returns.startsWith('[') ? { max: 2 } : { default: 1, max: 2 } });
    case 'distinct':
      return put({ distinct: true });
    case 'select': {
      const field = column.startsWith('through') ? 'name' : 'title';
      const value = returns.startsWith('[')
        ? '[String!]!'
        : returns.endsWith('Connection!') || isPlain
          ? returns
          : 'String';
      return { ...put({ select: field }), returns: value };
    }
    case 'limit':
      return put({ limit: '$n' }, 'n: Int', { n: 1 });
    case 'allow':
      return put({ allow: 'nobody' });
    case 'visible':
      return put({ visible: 'unseen' });
    default:
      throw new Error(`nobody says how ${key} is used`);
  }
}

interface Field {
  readonly name: string;
  readonly yaml: Mapping;
  readonly args: string;
  readonly returns: string;
}

/** A project with these patterns, and whatever they are about. */
function project(fields: readonly Field[]): Texts {
  const kept = 'shelf: ID! title: String! pages: Int! state: State! lentTo: String at: DateTime!';
  const sdl = `scalar DateTime
enum State { OPEN DONE HELD }
enum Order { ASC DESC }
enum Role { WRITER EDITOR }
type Author { id: ID! name: String! title: String! }
type Editor { id: ID! name: String! title: String! }
type Shelf { id: ID! title: String! }
type Book { id: ID! authorId: ID! ${kept} version: Int! }
type Loan { id: ID! ${kept} version: Int! }
union Item = Book | Loan
union ShelfItem = Shelf | Book
union Node = Author | Editor
type BookConnection { edges: [BookEdge!]! pageInfo: PageInfo! }
type CountedBookConnection { totalCount: Int! edges: [BookEdge!]! pageInfo: PageInfo! }
type BookEdge { node: Book! cursor: String! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Query {
  author(id: ID!): Author
${fields.map(({ name, args, returns }) => `  ${name}${args.trim() === '' ? '' : `(${args})`}: ${returns}`).join('\n')}
}
input NewAuthor { id: ID! name: String! title: String! }
input NewShelf { id: ID! title: String! }
input NewBook { id: ID! authorId: ID! ${kept} }
input NewLoan { id: ID! ${kept} }
type Mutation {
  addAuthor(input: NewAuthor!): Author!
  addEditor(input: NewAuthor!): Editor!
  addShelf(input: NewShelf!): Shelf!
  addBook(input: NewBook!): Book!
  addLoan(input: NewLoan!): Loan!
}`;
  const indexes = Array.from({ length: 20 }, (_, at) => `GSI${at + 1}: [GSI${at + 1}PK, GSI${at + 1}SK]`);
  const yaml = `version: 1
tables: { main: { name: main, key: [PK, SK], indexes: { ${indexes.join(', ')} } } }
entities:
  Author: {}
  Editor: {}
  Shelf: { key: { PK: "SHELF#{id}", SK: "#" } }
  Book: { key: { PK: "SHELF#{shelf}", SK: "BOOK#{id}" }, generate: { version: revision } }
  Loan: { key: { PK: "SHELF#{shelf}", SK: "LOAN#{id}" }, generate: { version: revision } }
patterns:
  author: { one: Author, for: Query.author, where: { id: $id } }
${fields.map((one) => `  ${one.name}: ${JSON.stringify({ ...one.yaml, for: `Query.${one.name}` })}`).join('\n')}
mutations:
${['Author', 'Editor', 'Shelf', 'Book', 'Loan'].map((one) => `  add${one}: { create: ${one}, for: Mutation.add${one}, from: $input }`).join('\n')}
`;
  return { sdl, yaml };
}

const months = ['2126-01-05T00:00:00.000Z', '2126-02-05T00:00:00.000Z', '2126-03-01T00:00:00.000Z'];
const titles = ['da', 'b', 'c', 'a'];

const writes: readonly WriteStep[] = [
  ...['a1', 'a2', 'a3'].map((id) => add('Author', { id, name: `${id}n`, title: 't' })),
  add('Editor', { id: 'a2', name: 'e', title: 't' }),
  ...['s', 't'].map((id) => add('Shelf', { id, title: id })),
  ...titles.map((title, at) =>
    add('Book', {
      id: `b${at + 1}`,
      authorId: `a${(at % 3) + 1}`,
      shelf: 's',
      title,
      pages: at + 1,
      state: at % 2 === 0 ? 'OPEN' : 'DONE',
      lentTo: at % 2 === 0 ? 'x' : null,
      at: months[at % 3],
    }),
  ),
  add('Book', {
    id: 'b5',
    authorId: 'a1',
    shelf: 't',
    title: 'e',
    pages: 9,
    state: 'OPEN',
    lentTo: null,
    at: months[0],
  }),
  ...['l1', 'l2'].map((id, at) =>
    add('Loan', {
      id,
      shelf: at === 0 ? 's' : 't',
      title: id,
      pages: 5,
      state: 'DONE',
      lentTo: 'y',
      at: months[at],
    }),
  ),
];

function add(entity: string, input: Values): WriteStep {
  return { mutation: `add${entity}`, args: { input } };
}

const rules = {
  nobody: () => {
    throw forbidden();
  },
  unseen: () => false,
};

const shownWords = new Set(['cached', 'answer', 'reads', 'value', 'page', 'total', 'limit', 'rule']);

test('every kind and every key of patterns has its cells', () => {
  const { keys } = patternSection;
  const kinds = kindsOf(keys);
  expect([...grid.keys()].sort()).toEqual(
    Object.keys(keys)
      .filter((key) => !kinds.includes(key))
      .sort(),
  );
  const shown = Object.values(columns).map(({ yaml }) => yaml.split(':')[0] ?? '');
  expect([...new Set(shown)].sort()).toEqual([...kinds].sort());
});

describe.each(Object.entries(columns))('%s', (column, { args, returns, asked }) => {
  const cells = columnOf(grid, column);
  const fieldOf = (name: string, one: Added, yaml: Mapping): Field => ({
    name,
    yaml,
    args: [args, one.args ?? ''].filter((text) => text !== '').join(', '),
    returns: one.returns ?? returns,
  });
  const withoutKey = (key: string, { yaml, without }: Added) => {
    const { [key]: _, ...rest } = yaml;
    return without ?? rest;
  };

  const refused = cells.filter(([, word]) => word !== '=' && word !== 'cap' && !shownWords.has(word));
  test.each(refused)('%s is refused: %s', (key, word) => {
    const one = added(key, column);
    const { sdl, yaml } = project([fieldOf('x', one, one.yaml)]);
    const codes = checked(yaml, sdl).diagnostics.map(({ code }) => code);
    expect(codes).toContain(word === '-' ? 'key-without-effect' : word);
  });

  const shown = cells.filter(([, word]) => shownWords.has(word));
  // An entry is an item of its own, beside which the planner chooses other keys.
  const parts = [shown.filter(([key]) => key !== 'entry'), shown.filter(([key]) => key === 'entry')];
  test.each(parts.filter((part) => part.length > 0).map((part) => ({ part })))(
    '$part have an effect',
    async ({ part }) => {
      const fields = part.flatMap(([key, word]) => {
        const one = added(key, column);
        const own = fieldOf(`${key}With`, one, one.yaml);
        if (['cached', 'value', 'total', 'rule', 'page'].includes(word)) return [own];
        return [own, prunedField(fieldOf(`${key}Without`, one, withoutKey(key, one)))];
      });
      const play = await Play.open(project(fields), emptyTally(), onTestFinished, rules);
      for (const step of writes) await play.write(step);
      const ask = async (name: string, more: Values) => {
        const taken = new Set(play.declared.fieldOf('Query', name).args.map((one) => one.name));
        const args = Object.fromEntries(
          Object.entries({ ...asked, ...more }).filter(([arg]) => taken.has(arg)),
        );
        const select: QuestionStep['select'] = Object.fromEntries(
          play.declared.pattern(name).targets.map((target) => [target, ['id', 'title']]),
        );
        return play.question({ pattern: name, args, select, pages: 1 });
      };
      for (const [key, word] of part) {
        const { asked: more = {} } = added(key, column);
        if (word === 'rule') {
          const { data, errors } = await askRuled(play, `${key}With`, { ...asked, ...more });
          if (key === 'allow') expect(errors?.[0]?.extensions?.code, key).toBe('FORBIDDEN');
          else expect([data, errors], key).toEqual([{ answer: null }, undefined]);
          continue;
        }
        const own = await ask(`${key}With`, more);
        if (['cached', 'value', 'total', 'page'].includes(word)) continue;
        const other = await ask(`${key}Without`, more);
        if (word === 'answer') expect(own.expected, key).not.toEqual(other.expected);
        if (word === 'limit') {
          expect(own.expected.kind, key).toBe('refused');
          expect(other.expected.kind, key).not.toBe('refused');
        }
        if (word === 'reads') {
          expect(own.expected, key).toEqual(other.expected);
          expect(own.sent, key).not.toEqual(other.sent);
        }
      }
    },
  );
});

test('a count with a cap refuses what exceeds it', async () => {
  const one = added('cap', 'maintained');
  const tally = emptyTally();
  const texts = project([{ name: 'x', args: 'shelf: ID!', returns: 'Int!', yaml: one.yaml }]);
  const play = await Play.open(texts, tally, onTestFinished);
  for (const step of writes) await play.write(step);
  expect(tally.refusedWrites).toBe(2);
});

/** Without the arguments that nothing takes. */
function prunedField({ args, ...field }: Field): Field {
  const words = JSON.stringify(field.yaml);
  const kept = args.split(', ').filter((one) => {
    const [name = ''] = one.split(':');
    return words.includes(`$${name}`) || ['first', 'after', 'last', 'before'].includes(name);
  });
  return { ...field, args: kept.join(', ') };
}

async function askRuled(play: Play, name: string, asked: Values) {
  const field = play.declared.fieldOf('Query', name);
  const taken = field.args.filter((one) => one.name in asked);
  const type = String(field.type);
  const isPlain = /^\[?(Int|Boolean|String)/.test(type);
  const inner = type.includes('Connection')
    ? '{ pageInfo { hasNextPage } }'
    : isPlain
      ? ''
      : '{ __typename }';
  const declared = taken.map((one) => `$${one.name}: ${String(one.type)}`).join(', ');
  const passed = taken.map((one) => `${one.name}: $${one.name}`).join(', ');
  const variables = Object.fromEntries(taken.map((one) => [one.name, asked[one.name]]));
  return play.ask(`query (${declared}) { answer: ${name}(${passed}) ${inner} }`, variables);
}
