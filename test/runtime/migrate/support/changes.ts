/** Twenty changes of a model, one for each class of a review that needs work: each in a form that two versions can share. */

import { type DrawnProject, type Mapping, pageArguments } from '../../../fuzz/draw/project.js';

export interface ModelChange {
  readonly name: string;
  /** What the model is before, and after; left out: the base. */
  readonly from?: (project: DrawnProject) => DrawnProject;
  readonly to: (project: DrawnProject) => DrawnProject;
}

const pages = { args: { ...pageArguments }, returns: 'ItemConnection!' };

export function pattern(name: string, yaml: Mapping, args: Readonly<Record<string, string>> = {}) {
  return { [name]: { yaml, at: `Query.${name}`, args: { ...args, ...pages.args }, returns: pages.returns } };
}

function tablesWith(names: readonly string[]): Mapping {
  const indexes = Object.fromEntries(names.map((name) => [name, [`${name}PK`, `${name}SK`]]));
  return { main: { name: 'main', key: ['PK', 'SK'], indexes } };
}

const itemInput = {
  id: 'ID!',
  owner: 'ID!',
  name: 'String!',
  code: 'String!',
  kind: 'State!',
  rank: 'Int!',
  at: 'DateTime!',
  note: 'String',
} as const;

export const base: DrawnProject = {
  tables: tablesWith(['GSI1', 'GSI2', 'GSI3']),
  enums: { State: ['OPEN', 'HELD', 'DONE'], Order: ['ASC', 'DESC'] },
  unions: {},
  types: {
    Owner: { id: 'ID!', title: 'String', version: 'Int!' },
    Item: { ...itemInput, version: 'Int!' },
  },
  entities: { Owner: { generate: { version: 'revision' } }, Item: { generate: { version: 'revision' } } },
  patterns: {
    getOwner: {
      yaml: { one: 'Owner', where: { id: '$id' } },
      at: 'Query.getOwner',
      args: { id: 'ID!' },
      returns: 'Owner',
    },
    getItem: {
      yaml: { one: 'Item', where: { id: '$id' } },
      at: 'Query.getItem',
      args: { id: 'ID!' },
      returns: 'Item',
    },
    ...pattern(
      'byOwner',
      { many: 'Item', where: { owner: '$owner' }, sort: 'rank', index: 'GSI1' },
      { owner: 'ID!' },
    ),
    ...pattern(
      'byKind',
      { many: 'Item', where: { kind: '$kind' }, sort: '-at', index: 'GSI2' },
      { kind: 'State!' },
    ),
  },
  inputs: {
    NewOwner: { id: 'ID!', title: 'String' },
    NewItem: itemInput,
    ItemChanges: {
      owner: 'ID',
      name: 'String',
      code: 'String',
      kind: 'State',
      rank: 'Int',
      at: 'DateTime',
      note: 'String',
    },
  },
  mutations: {
    addOwner: {
      yaml: { create: 'Owner', from: '$input' },
      at: 'Mutation.addOwner',
      args: { input: 'NewOwner!' },
      returns: 'Owner!',
    },
    dropOwner: {
      yaml: { delete: 'Owner', where: { id: '$id' } },
      at: 'Mutation.dropOwner',
      args: { id: 'ID!' },
      returns: 'Owner',
    },
    addItem: {
      yaml: { create: 'Item', from: '$input' },
      at: 'Mutation.addItem',
      args: { input: 'NewItem!' },
      returns: 'Item!',
    },
    changeItem: {
      yaml: { update: 'Item', where: { id: '$id' }, from: '$input' },
      at: 'Mutation.changeItem',
      args: { id: 'ID!', input: 'ItemChanges!' },
      returns: 'Item',
    },
    dropItem: {
      yaml: { delete: 'Item', where: { id: '$id' } },
      at: 'Mutation.dropItem',
      args: { id: 'ID!' },
      returns: 'Item',
    },
  },
};

export const withPatterns = (more: DrawnProject['patterns']) => (project: DrawnProject) => ({
  ...project,
  patterns: { ...project.patterns, ...more },
});

const withoutPattern = (name: string) => (project: DrawnProject) => {
  const { [name]: _gone, ...patterns } = project.patterns;
  return { ...project, patterns };
};

export const withItem = (more: Mapping) => (project: DrawnProject) => ({
  ...project,
  entities: { ...project.entities, Item: { ...project.entities.Item, ...more } },
});

export const withField = (field: string, type: string) => (project: DrawnProject) => ({
  ...project,
  types: { ...project.types, Item: { ...project.types.Item, [field]: type } },
});

export const both =
  (...steps: readonly ((project: DrawnProject) => DrawnProject)[]) =>
  (project: DrawnProject) =>
    steps.reduce((one, step) => step(one), project);

export const number = (name: string, yaml: Mapping, args: Readonly<Record<string, string>>) => ({
  [name]: {
    yaml: 'sum' in yaml ? yaml : { ...yaml, maintained: true },
    at: `Query.${name}`,
    args,
    returns: 'Int!',
  },
});

/** As the oracle of two versions knows it. */
const newNote = `new${'note'}`;

function renamed(project: DrawnProject): DrawnProject {
  const { note, ...fields } = project.types.Item ?? {};
  const { note: input, ...inputs } = project.inputs.NewItem ?? {};
  const { note: change, ...changes } = project.inputs.ItemChanges ?? {};
  return withItem({ renamed: { note: newNote } })({
    ...project,
    types: { ...project.types, Item: { ...fields, [newNote]: note ?? 'String' } },
    inputs: {
      ...project.inputs,
      NewItem: { ...inputs, [newNote]: input ?? 'String' },
      ItemChanges: { ...changes, [newNote]: change ?? 'String' },
    },
  });
}

const spread = (shards: number, word: string) =>
  withPatterns(
    pattern('spread', {
      many: 'Item',
      sort: 'rank',
      shards,
      index: 'GSI3',
      key: { GSI3PK: `${word}#{shard}`, GSI3SK: '{rank}#{id}' },
    }),
  );

const entryOf = (include: readonly string[]) =>
  withPatterns(
    pattern(
      'entryOfName',
      { many: 'Item', where: { name: '$name' }, sort: 'at', entry: { include } },
      { name: 'String!' },
    ),
  );

const onThird = (yaml: Mapping, word: string, args: Readonly<Record<string, string>>) =>
  withPatterns(
    pattern('third', { many: 'Item', index: 'GSI3', key: { GSI3PK: word, GSI3SK: '{id}' }, ...yaml }, args),
  );

const months = { bucket: 'month(at)', across: 36 } as const;

export const changes: readonly ModelChange[] = [
  {
    name: 'a pattern is new on an index',
    to: withPatterns(
      pattern(
        'byName',
        { many: 'Item', where: { name: '$name' }, sort: 'rank', index: 'GSI3' },
        { name: 'String!' },
      ),
    ),
  },
  { name: 'an entry is new', to: entryOf(['kind']) },
  { name: 'an entry includes more', from: entryOf(['kind']), to: entryOf(['kind', 'note']) },
  {
    name: 'a key is pinned to another word, with another sort',
    to: withPatterns(
      pattern(
        'byKind',
        {
          many: 'Item',
          where: { kind: '$kind' },
          sort: 'rank',
          index: 'GSI2',
          key: { GSI2PK: 'KIND#{kind}', GSI2SK: '{rank}#{id}' },
        },
        { kind: 'State!' },
      ),
    ),
  },
  { name: 'more shards, with another word', from: spread(2, 'SPREAD'), to: spread(5, 'WIDE') },
  {
    name: 'buckets, with another word',
    from: onThird({ sort: 'at', key: { GSI3PK: 'TIMES', GSI3SK: '{at}#{id}' } }, '', {}),
    to: onThird(
      { sort: 'at', ...months, key: { GSI3PK: 'MONTHS#{month(at)}', GSI3SK: '{at}#{id}' } },
      '',
      {},
    ),
  },
  {
    name: '`when` is new, with another word',
    from: onThird({ where: { name: '$name' } }, 'NAMES#{name}', { name: 'String!' }),
    to: onThird({ where: { name: '$name' }, when: { kind: ['OPEN', 'HELD'] } }, 'OPEN#{name}', {
      name: 'String!',
    }),
  },
  {
    name: 'an encoding is another, with another word',
    from: onThird(
      { where: { name: '$name' }, sort: 'kind', key: { GSI3PK: 'NAMES#{name}', GSI3SK: '{kind}#{id}' } },
      '',
      { name: 'String!' },
    ),
    to: both(
      withItem({ encode: { kind: 'declared' } }),
      onThird(
        { where: { name: '$name' }, sort: 'kind', key: { GSI3PK: 'ORDERED#{name}', GSI3SK: '{kind}#{id}' } },
        '',
        { name: 'String!' },
      ),
      withoutPattern('byKind'),
    ),
  },
  { name: 'the primary key is another', to: withItem({ key: { PK: 'THING#{id}', SK: 'METADATA' } }) },
  { name: 'an attribute is renamed', to: renamed },
  {
    name: 'an attribute is required, with a default that is read',
    to: both(withField('plan', 'State!'), withItem({ default: { plan: 'OPEN' }, readDefault: ['plan'] })),
  },
  {
    name: 'a value is normalized, with another word',
    from: onThird({ where: { name: '$name' } }, 'NAMES#{name}', { name: 'String!' }),
    to: both(
      withItem({ normalize: { name: 'lowercase' } }),
      onThird({ where: { name: '$name' } }, 'LOWER#{name}', { name: 'String!' }),
    ),
  },
  { name: 'a value is unique', to: withItem({ unique: ['code'] }) },
  {
    name: 'a reference restricts',
    to: withItem({ references: { owner: { to: 'Owner', onDelete: 'restrict' } } }),
  },
  {
    name: 'a count is new',
    to: withPatterns(number('countOfOwner', { count: 'Item', where: { owner: '$owner' } }, { owner: 'ID!' })),
  },
  {
    name: 'a sum is new',
    to: withPatterns(
      number('ranksOfKind', { sum: 'Item', of: 'rank', where: { kind: '$kind' } }, { kind: 'State!' }),
    ),
  },
  {
    name: 'a pattern moves to an index that is new',
    to: (project) =>
      withPatterns(
        pattern(
          'byOwner',
          { many: 'Item', where: { owner: '$owner' }, sort: 'rank', index: 'GSI9' },
          { owner: 'ID!' },
        ),
      )({
        ...project,
        tables: tablesWith(['GSI1', 'GSI2', 'GSI3', 'GSI9']),
      }),
  },
  { name: 'a pattern is gone', to: withoutPattern('byKind') },
  { name: 'an entry is gone', from: entryOf(['kind']), to: withoutPattern('entryOfName') },
  {
    name: "an entity's second index is gone, and its count",
    from: withPatterns(
      number('countOfOwner', { count: 'Item', where: { owner: '$owner' } }, { owner: 'ID!' }),
    ),
    to: both(withoutPattern('byKind'), withoutPattern('countOfOwner')),
  },
];
