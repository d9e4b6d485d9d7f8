/**
 * generated/access.md against what the server does: every field with every role and with nobody, over HTTP. Fields of
 * types are reached through `door`, a field that lets everybody in, with a record that belongs to the viewer or does
 * not. Rules that answer fields are open, so that nothing but `@allow` refuses.
 */

import Fastify, { type FastifyInstance } from 'fastify';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { serverOptions, tableloom } from 'tableloom/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as generated from '../../generated/index.js';
import * as ourRules from '../../src/rules/index.js';
import { scalars } from '../../src/server/scalars.js';
import { accessPage } from './support/access-page.js';
import { adminOf, memberOf, readerOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

const page = accessPage();
const schema = buildSchema(generated.typeDefs);
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
  (type) => type != null,
);
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const who = ['ADMIN', 'MEMBER', 'READONLY', 'CONTRACTOR', 'nobody'] as const;
type Who = (typeof who)[number];

let server: TestServer;
let app: FastifyInstance;
let address: string;
/** What the door leads to. */
let behind: Readonly<Record<string, unknown>> = {};
const viewers = new Map<Who, { readonly id: string; readonly token: string | undefined }>();

beforeAll(async () => {
  server = await startServer({ sample: smallSample() });
  const { sample, auth, database } = server;
  for (const [role, user] of [
    ['ADMIN', adminOf(sample)],
    ['MEMBER', memberOf(sample)],
    ['READONLY', readerOf(sample)],
  ] as const)
    viewers.set(role, { id: user.id, token: await server.tokenOf(user) });
  const contractor = sample.contractors.find(({ status }) => status === 'ACTIVE');
  if (!contractor) throw new Error('The sample has no active contractor.');
  const { accessToken } = auth.newAccessToken({ kind: 'CONTRACTOR', id: contractor.id });
  viewers.set('CONTRACTOR', { id: contractor.id, token: accessToken });
  viewers.set('nobody', { id: 'nobody', token: undefined });

  const resolvers = generated.createResolvers(openRules());
  app = Fastify(serverOptions({ logLevel: 'silent' }));
  await app.register(tableloom, {
    ...generated,
    typeDefs: generated.typeDefs
      .replace('type Query {', 'type Query {\n  door: Door!\n')
      .concat(`\nunion Door = ${objects.filter((type) => !roots.includes(type)).join(' | ')}\n`),
    resolvers: { ...resolvers, Query: { ...resolvers.Query, door: () => behind } } as typeof resolvers,
    database,
    scalars,
    authenticate: auth.readAccessToken,
    context: () => ({ client: { ip: null, userAgent: null }, auth, note: () => undefined }),
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await server.close();
});

/** The real ones, but those that answer a field or ask for something besides `@allow`. */
function openRules(): generated.Rules {
  const answers = [...page].flatMap(([type, fields]) =>
    [...fields].flatMap(([name, { further }]) =>
      further.includes('a rule answers it') ? [fieldOf(type, name)] : [],
    ),
  );
  const names: Readonly<Record<string, string>> = { status: 'sessionStatus', value: 'configValue' };
  return {
    ...ourRules,
    ...Object.fromEntries(answers.map(({ name, type }) => [names[name] ?? name, () => sampleOf(type)])),
    notOneself: () => undefined,
    nodeVisible: () => true,
    sessionVisible: () => true,
  };
}

function typeNamed(type: string): GraphQLObjectType {
  const found = objects.find(({ name }) => name === type);
  if (!found) throw new Error(`The schema has no type ${type}.`);
  return found;
}

function fieldOf(type: string, name: string): GraphQLField<unknown, unknown> {
  const field = typeNamed(type).getFields()[name];
  if (!field) throw new Error(`The schema has no ${type}.${name}.`);
  return field;
}

/** A value of a type, as a resolver gives it. */
function sampleOf(type: GraphQLType, depth = 0): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType, depth);
  if (isListType(type)) return [];
  const named = getNamedType(type);
  if (isLeafType(named)) return leafOf(named);
  if (isUnionType(named) || isInterfaceType(named)) return sampleOf(typeNamed('User'), depth);
  if (!isObjectType(named)) throw new Error(`${named} is no type of an answer.`);
  const fields = Object.values(named.getFields()).flatMap((field) =>
    depth > 1 && !isNonNullType(field.type) ? [] : [[field.name, sampleOf(field.type, depth + 1)] as const],
  );
  return { ...Object.fromEntries(fields), ...storedOf(named.name), __typename: named.name };
}

/** What a record has besides its fields. */
function storedOf(type: string): object {
  const { users, contractors, refreshTokens, auditLogs, configs } = server.sample;
  const records: Readonly<Record<string, readonly object[]>> = {
    User: users,
    Contractor: contractors,
    RefreshToken: refreshTokens,
    AuditLog: auditLogs,
    Config: configs,
  };
  return records[type]?.[0] ?? {};
}

function leafOf(type: GraphQLNamedType): unknown {
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const values: Readonly<Record<string, unknown>> = {
    Int: 1,
    Boolean: true,
    DateTime: '2025-06-01T00:00:00.000Z',
    EmailAddress: 'somebody@tyler-setup.example',
  };
  return values[type.name] ?? 'x';
}

/** The arguments that are required, in GraphQL's syntax. */
function argumentsOf(given: readonly GraphQLArgument[]): string {
  const required = given.filter(({ type }) => isNonNullType(type));
  if (required.length === 0) return '';
  return `(${required.map(({ name, type }) => `${name}: ${name === 'month' ? '"2025-06"' : inputOf(type)}`).join(', ')})`;
}

function inputOf(type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (isEnumType(named)) return String(leafOf(named));
  if (!isInputObjectType(named)) return JSON.stringify(leafOf(named));
  const fields = Object.values(named.getFields()).filter((one) => isNonNullType(one.type));
  return `{ ${fields.map((one) => `${one.name}: ${inputOf(one.type)}`).join(', ')} }`;
}

function selectionOf(type: string, name: string): string {
  const field = fieldOf(type, name);
  return `${name}${argumentsOf(field.args)}${isLeafType(getNamedType(field.type)) ? '' : ' { __typename }'}`;
}

/** What happens to a viewer who selects a field: `yes`, or the code of the refusal. */
async function outcome(type: string, name: string, viewer: Who): Promise<string> {
  const { token } = viewers.get(viewer) ?? {};
  const operation = roots.find((root) => root.name === type)?.name.toLowerCase();
  const selection = selectionOf(type, name);
  const query = operation
    ? `${operation} { ${selection} }`
    : `{ door { __typename ... on ${type} { ${selection} } } }`;
  const response = await fetch(`${address}/graphql${operation === 'subscription' ? '/stream' : ''}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: operation === 'subscription' ? 'text/event-stream' : 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const text = operation === 'subscription' ? await firstDelivery(response) : await response.text();
  const { data, errors = [] } = JSON.parse(text) as {
    readonly data?: unknown;
    readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  };
  const codes = errors.map(({ extensions }) => extensions?.code ?? text);
  const refused = codes.find((code) => code === 'FORBIDDEN' || code === 'UNAUTHENTICATED');
  // A mutation that is allowed may still find no record, or a value that it does not take.
  const isAllowed = codes.length === 0 || (operation === 'mutation' && data !== undefined);
  return refused ?? (isAllowed ? 'yes' : codes.join());
}

async function firstDelivery({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const [, data] = /event: next\ndata: (.*)\n/.exec(text) ?? [];
    if (data !== undefined) return data;
  }
  throw new Error(`The stream ended without a delivery: ${text}`);
}

/** `own (id, invitedById)` -> its names. */
function ownersIn(cell: string): readonly string[] {
  return /^own \((.*)\)$/.exec(cell)?.[1]?.split(', ') ?? [];
}

function refusalOf(viewer: Who): string {
  return viewer === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
}

describe.each(objects.map(({ name }) => name))('%s', (type) => {
  test.each(Object.keys(typeNamed(type).getFields()))('%s', async (name) => {
    const row = page.get(type)?.get(name);
    if (row === undefined) throw new Error(`The page has no ${type}.${name}.`);
    expect(Object.keys(row.cells)).toEqual([...who]);
    const isRoot = roots.some((root) => root.name === type);
    for (const viewer of who) {
      const cell = row.cells[viewer] ?? '';
      const { id } = viewers.get(viewer) ?? { id: '' };
      const others = Object.fromEntries(ownersIn(cell).map((owner) => [owner, 'somebody else']));
      behind = { ...(isRoot ? {} : (sampleOf(typeNamed(type)) as object)), ...others };
      // Without `@allow`, it says who can come there: nothing is asked at the field.
      const isOpen = cell === 'yes' || row.further.startsWith('no `@allow`');
      expect(await outcome(type, name, viewer), `${viewer}, of others`).toBe(
        isOpen ? 'yes' : refusalOf(viewer),
      );
      for (const owner of Object.keys(others)) {
        behind = { ...behind, ...others, [owner]: id };
        expect(await outcome(type, name, viewer), `${viewer}, by ${owner}`).toBe('yes');
      }
    }
  });
});

test('the page has the fields of the schema, and no others', () => {
  const fields = (names: Iterable<readonly [string, Iterable<string>]>) =>
    Array.from(names, ([type, all]) => Array.from(all, (name) => `${type}.${name}`))
      .flat()
      .sort();
  expect(fields([...page].map(([type, rows]) => [type, rows.keys()]))).toEqual(
    fields(objects.map((type) => [type.name, Object.keys(type.getFields())])),
  );
});

test('who can come to a type without `@allow` is who passes a field that leads to it', () => {
  for (const viewer of who) {
    const reached = new Set<string>();
    const visit = (type: GraphQLNamedType) => {
      if (reached.has(type.name)) return;
      reached.add(type.name);
      if (isUnionType(type) || isInterfaceType(type)) schema.getPossibleTypes(type).forEach(visit);
      if (!isObjectType(type)) return;
      for (const field of Object.values(type.getFields())) {
        const row = page.get(type.name)?.get(field.name);
        const isUnasked = row?.further.startsWith('no `@allow`') === true;
        if (isUnasked || row?.cells[viewer] !== '–') visit(getNamedType(field.type));
      }
    };
    roots.forEach(visit);
    for (const [type, rows] of page)
      for (const [name, { cells, further }] of rows)
        if (further.startsWith('no `@allow`'))
          expect(cells[viewer], `${type}.${name} for ${viewer}`).toBe(reached.has(type) ? 'yes' : '–');
  }
});
