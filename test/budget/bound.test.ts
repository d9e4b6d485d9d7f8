/** Whatever is asked, no more is sent than the budget says. */

import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { costs } from '../../generated/costs.js';
import { typeDefs } from '../../generated/schema.js';
import type { Sample } from '../../src/server/seed/sample.js';
import { startServer, type TestServer } from '../server/support/server.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';
import { fullPages } from './support/full-pages.js';
import { type Lockstep, lockstep } from './support/lockstep.js';

const schema = buildSchema(typeDefs);

let server: TestServer;
let token: string;
let steps: Lockstep;
/** All requests so far. */
let sent = 0;

beforeAll(async () => {
  const sample = fullPages('no password', () => 'no token');
  server = await startServer({
    sample,
    database: { limits: { concurrency: 1000 } },
    onRequest: () => {
      sent += 1;
    },
    onClient: (client) => {
      steps = lockstep(client);
    },
  });
  const [admin] = sample.users;
  if (admin) token = await server.tokenOf(admin);
});

afterAll(() => server.close());

test('random queries send at most what their budgets say, in at most so many steps', async () => {
  for (let seed = 1; seed <= runs(60); seed++) await expectBounded(new Dice(seed));
});

test('so do those of records and their prefetched fields, whatever the variables', async () => {
  for (let seed = 1; seed <= runs(60); seed++)
    await expectBounded(new Dice(1000 + seed), [
      'user',
      'contractor',
      'contractorsByStatus',
      'usersByStatus',
    ]);
});

async function expectBounded(dice: Dice, roots?: readonly string[]): Promise<void> {
  const query = new Queries(dice, server.sample, roots).query();
  const document = parse(query);
  expect(validate(schema, document), query).toEqual([]);
  const variables = {
    yes: true,
    no: false,
    size: dice.of([null, 0, 1, 3]),
    until: dice.of([null, null, '2026-01-02T02:00:00.000Z']),
  };
  const given = budgetOf(costs, schema, document, { variables })?.most;
  const any = budgetOf(costs, schema, document)?.most;
  if (given === undefined || any === undefined || given.requests > 1000) return;
  const ask = () => server.ask(query, { token, variables });
  const together = await steps.count(ask);
  const most = {
    requests: Math.min(given.requests, any.requests),
    steps: Math.min(given.steps, any.steps),
  };
  expect({ query, variables, ...together, result: null }).toEqual({
    query,
    variables,
    result: null,
    requests: expect.toSatisfy((requests: number) => requests <= most.requests),
    steps: expect.toSatisfy((waited: number) => waited <= most.steps),
  });
  // The same, with answers that come when they come.
  const before = sent;
  await ask();
  expect(sent - before, query).toBeLessThanOrEqual(most.requests);
}

/** Random valid queries over the schema. */
class Queries {
  readonly #dice: Dice;
  readonly #sample: Sample;
  readonly #roots: readonly string[] | undefined;
  #aliases = 0;

  /** @param roots the fields of Query that they begin with; left out: any */
  constructor(dice: Dice, sample: Sample, roots?: readonly string[]) {
    this.#dice = dice;
    this.#sample = sample;
    this.#roots = roots;
  }

  readonly #declared = { yes: 'Boolean!', no: 'Boolean!', size: 'Int', until: 'DateTime' };

  query(): string {
    const root = schema.getQueryType();
    if (!root) throw new Error('no queries');
    const fields = this.#fields(root, 1 + this.#dice.below(4));
    const used = Object.entries(this.#declared).filter(([name]) => fields.includes(`$${name}`));
    const variables = used.map(([name, type]) => `$${name}: ${type}`).join(', ');
    return `query ${used.length === 0 ? '' : `(${variables})`} ${fields}`;
  }

  #fields(type: GraphQLObjectType, depth: number): string {
    const all = Object.values(type.getFields()).filter(
      (field) =>
        (depth > 0 || !isCompositeType(getNamedType(field.type))) &&
        (type.name !== 'Query' || (this.#roots?.includes(field.name) ?? true)),
    );
    const count = 1 + this.#dice.below(3);
    const picked = Array.from({ length: count }, () => this.#dice.of(all));
    return `{ ${['__typename', ...picked.map((field) => this.#field(field, depth))].join(' ')} }`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const args = field.args.flatMap((arg) => this.#argument(arg.name) ?? []);
    const page = this.#page(field);
    const given = [...args, ...page];
    const directive = this.#dice.of([
      '',
      '',
      '',
      ' @include(if: $yes)',
      ' @skip(if: $no)',
      ' @skip(if: $yes)',
    ]);
    const call = `a${++this.#aliases}: ${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}${directive}`;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return call;
    // The parts of a page are no level of their own.
    const inner = /Connection$|Edge$|PageInfo$/.test(type.name) ? depth : depth - 1;
    if (isObjectType(type)) return `${call} ${this.#fields(type, inner)}`;
    const members = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    return `${call} { __typename ${members.map((member) => `... on ${member.name} ${this.#fields(member, inner)}`).join(' ')} }`;
  }

  #argument(name: string): string | undefined {
    const { users, contractors, configs } = this.#sample;
    const record = () => this.#dice.of([...users.slice(0, 5), ...contractors.slice(0, 5)]).id;
    switch (name) {
      case 'id':
      case 'targetId':
        return `${name}: "${record()}"`;
      case 'email':
        return `email: "${this.#dice.of(users).email}"`;
      case 'status':
        return 'status: ACTIVE';
      case 'role':
        return 'role: MEMBER';
      case 'targetType':
        return 'targetType: USER';
      case 'type':
        return 'type: CONFIG_SET';
      case 'month':
        return 'month: "2026-01"';
      case 'expiresBefore':
        return 'expiresBefore: "2026-12-01T00:00:00.000Z"';
      case 'key':
        return `key: "${this.#dice.of(configs).key}"`;
      case 'category':
        return 'category: "general"';
      case 'token':
        return 'token: "none"';
      case 'since':
        return this.#dice.below(2) === 0 ? 'since: "2026-01-02T01:00:00.000Z"' : undefined;
      case 'until':
        return this.#dice.below(3) === 0 ? 'until: $until' : undefined;
      default:
        return undefined;
    }
  }

  #page(field: GraphQLField<unknown, unknown>): string[] {
    if (!field.args.some(({ name }) => name === 'first')) return [];
    const size = this.#dice.below(7);
    return this.#dice.of([[], [`first: ${size}`], [`last: ${size}`], [`first: ${size}`], ['first: $size']]);
  }
}

test('a variable has the value that was passed or its default, whatever it is called', () => {
  const list = (first: string, directive = '') =>
    `{ user(id: "a") { contractors(first: ${first}) ${directive} { nodes { id } } } }`;
  const called = parse(
    `query ($constructor: Boolean! = true, $toString: Int = 100) ${list('$toString', '@include(if: $constructor)')}`,
  );
  const literal = parse(list('100'));
  const figures = budgetOf(costs, schema, literal, { variables: {} });
  expect(figures?.most.requests).toBeGreaterThan(0);
  expect(budgetOf(costs, schema, called, { variables: {} })).toEqual(figures);
});
