/** Projects of any size for measuring: `count` entities, four patterns and three mutations each. The same text every time. */

export interface Project {
  readonly sdl: string;
  readonly patterns: string;
}

export function syntheticProject(count: number): Project {
  const names = Array.from({ length: count }, (_, at) => `Record${String(at).padStart(3, '0')}`);
  const records = names.map((name, at): SyntheticEntity => {
    const parent = names[(at + count - 1) % count] ?? name;
    const child = names[(at + 1) % count] ?? name;
    return { at, name, parent, child };
  });
  return { sdl: sdlOf(records), patterns: patternsOf(records) };
}

interface SyntheticEntity {
  readonly at: number;
  readonly name: string;
  readonly parent: string;
  /** The entity whose parent this one is. */
  readonly child: string;
}

const page = 'first: Int, after: String, last: Int, before: String';

function sdlOf(records: readonly SyntheticEntity[]): string {
  const fields = (make: (record: SyntheticEntity) => readonly string[]) =>
    records
      .flatMap(make)
      .map((line) => `  ${line}`)
      .join('\n');
  const query = fields(({ name }) => [
    `${lower(name)}(id: ID!): ${name}`,
    `${lower(name)}ByCode(code: String!): ${name}`,
    `${lower(name)}ByStatus(status: Status!, atLeast: Int, ${page}): ${name}Connection!`,
  ]);
  const mutation = fields(({ name }) => [
    `create${name}(input: ${name}Input!): ${name}!`,
    `update${name}(id: ID!, input: ${name}Changes!): ${name}!`,
    `delete${name}(id: ID!): ${name}!`,
  ]);
  return `scalar DateTime

enum Status { DRAFT OPEN HELD DONE }

type Query {
${query}
}

type Mutation {
${mutation}
}

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

${records.map(typesOf).join('\n')}`;
}

function typesOf({ name, child }: SyntheticEntity): string {
  return `"One of the records that are measured."
type ${name} {
  id: ID!
  code: String!
  name: String!
  status: Status!
  amount: Int!
  note: String
  parentId: ID!
  happenedAt: DateTime!
  createdAt: DateTime!
  updatedAt: DateTime!
  version: Int!
  children(since: DateTime, until: DateTime, ${page}): ${child}Connection!
}

type ${name}Connection { edges: [${name}Edge!]! nodes: [${name}!]! pageInfo: PageInfo! }

type ${name}Edge { node: ${name}! cursor: String! }

input ${name}Input {
  code: String!
  name: String!
  status: Status!
  amount: Int!
  note: String
  parentId: ID!
  happenedAt: DateTime!
}

input ${name}Changes { name: String amount: Int status: Status note: String version: Int! }
`;
}

function patternsOf(records: readonly SyntheticEntity[]): string {
  return `version: 1
tables:
  records:
    name: records
    key: [PK, SK]
    indexes:
      GSI1: [GSI1PK, GSI1SK]
      GSI2: [GSI2PK, GSI2SK]
      GSI3: [GSI3PK, GSI3SK]
      GSI4: [GSI4PK, GSI4SK]
entities:
${records
  .map(
    ({ name }) => `  ${name}:
    generate: { id: uuidv7, createdAt: now, updatedAt: touch, version: revision }
    normalize: { code: [trim, lowercase] }
    unique: [code]
    immutable: [createdAt, parentId]`,
  )
  .join('\n')}
patterns:
${records.map(patternsOfEntity).join('\n')}
mutations:
${records
  .map(
    ({ name }) => `  create${name}: { create: ${name}, for: Mutation.create${name}, from: $input }
  update${name}:
    { update: ${name}, for: Mutation.update${name}, where: { id: $id }, from: $input, expect: $input.version }
  delete${name}: { delete: ${name}, for: Mutation.delete${name}, where: { id: $id } }`,
  )
  .join('\n')}
`;
}

/** By key, by another attribute, by status in some order, and the children of a parent in a span of time. */
function patternsOfEntity({ at, name, parent }: SyntheticEntity): string {
  const own = lower(name);
  const sorts = ['name', '-createdAt', '[amount, name]', 'code'];
  // The fifth stands in an entry, the seventh over shards; every third filters.
  const kept = at % 5 === 0 ? `, index: GSI4, entry: { include: [name, amount] }` : '';
  const spread = at % 7 === 3 ? ', shards: 4' : '';
  const filter =
    at % 3 === 0 ? 'filter: { amount: { gte: $atLeast } }' : 'range: { amount: { from: $atLeast } }';
  const sort = at % 3 === 0 ? `, sort: ${sorts[at % sorts.length]}` : '';
  return `  ${own}: { one: ${name}, for: Query.${own}, where: { id: $id } }
  ${own}ByCode: { one: ${name}, for: Query.${own}ByCode, where: { code: $code } }
  ${own}ByStatus:
    { many: ${name}, for: Query.${own}ByStatus, where: { status: $status }, ${filter}${sort}${kept}${spread} }
  childrenOf${parent}:
    many: ${name}
    for: ${parent}.children
    where: { parentId: $parent.id }
    sort: -happenedAt
    range: { happenedAt: { from: $since, to: $until } }`;
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
