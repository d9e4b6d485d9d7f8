/** `tableloom deploy` through the versions of a model: what it plans, what it does, and what it refuses. */

import { join } from 'node:path';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { type DeployVerbOptions, deployVerb } from '../../src/cli/commands/deploy.js';
import { tablesVerb } from '../../src/cli/commands/tables.js';
import { expectFile } from '../support/projects.js';
import { codegen, openEndpointProject } from './endpoint-project.js';
import { printed } from './project.js';

const schema = (fields: string) => `scalar DateTime
type Query { order(id: ID!): Order  ${fields} }
type Order { id: ID!  status: String!  city: String!  rank: Int!  until: DateTime  version: Int! }
`;
const model = (
  patterns: string,
  { order = '', tables = '{ orders: { name: "${PREFIX}-orders", key: [PK, SK]TTL } }', ttl = false } = {},
) =>
  `version: 1
tables: ${tables.replace('TTL', ttl ? ', ttl: ttl' : '')}
entities: { Order: { ${ttl ? 'ttl: until, ' : ''}${order}generate: { version: revision } } }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
${patterns}`;

const open = 'open(status: String!): [Order!]!';
const near = 'near(city: String!): [Order!]!';
const best = 'best: [Order!]!';
const openPattern = '  open: { many: Order, for: Query.open, where: { status: $status }, sort: rank }\n';
const nearPattern = '  near: { many: Order, for: Query.near, where: { city: $city } }\n';
const bestPattern = '  best: { many: Order, for: Query.best, sort: -rank }\n';

const versions: readonly (readonly [what: string, fields: string, yaml: string])[] = [
  ['1-first', open, model(openPattern)],
  [
    '2-two-indexes-and-expiry',
    `${open} ${near} ${best}`,
    model(openPattern + nearPattern + bestPattern, { ttl: true }),
  ],
  ['3-a-pattern-is-gone', `${open} ${best}`, model(openPattern + bestPattern, { ttl: true })],
  ['4-expiry-is-gone', `${open} ${best}`, model(openPattern + bestPattern)],
  [
    '5-a-key-and-a-local-index',
    `${open} ${best}`,
    model(openPattern + bestPattern, {
      order: 'key: { PK: "ORDER#{id}", SORT: METADATA }, ',
      tables:
        '{ orders: { name: "${PREFIX}-orders", key: [PK, SORT], indexes: { GSI1: [GSI1PK, GSI1SK], GSI3: [GSI3PK, GSI3SK], LSI1: { sort: LSI1SK } } } }',
    }),
  ],
];

async function openProject() {
  const { folder, engine, prefix, url: where, lock, write } = await openEndpointProject('deploy');
  write('codegen.ts', codegen);
  const options = { root: folder, config: 'codegen.ts' };
  const even = (text: string) => text.replaceAll(prefix, 'PREFIX').replaceAll(where, 'ENDPOINT');
  return {
    engine,
    prefix,
    even,
    lock,
    tables: (format: string) => printed(() => tablesVerb({ ...options, format })),
    async generate([, fields, yaml]: (typeof versions)[number]) {
      write('schema/schema.graphql', schema(fields));
      write('access-patterns.yaml', yaml);
      const { generateVerb } = await import('../../src/cli/commands/generate.js');
      const { code, err } = await printed(() => generateVerb({ ...options, prune: true }));
      expect(code, err).toBe(0);
    },
    async deploy(more: Partial<DeployVerbOptions> = {}) {
      const { code, out, err } = await printed(() => deployVerb({ ...options, endpoint: where, ...more }));
      return { code, out: even(out), err: even(err) };
    },
    async indexes() {
      const { Table } = await engine.client.send(new DescribeTableCommand({ TableName: `${prefix}-orders` }));
      return (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName).sort();
    },
    async expiry() {
      const { TimeToLiveDescription } = await engine.client.send(
        new DescribeTimeToLiveCommand({ TableName: `${prefix}-orders` }),
      );
      return TimeToLiveDescription?.TimeToLiveStatus;
    },
  };
}

test('five versions of a model, each planned, deployed, and then as declared', async () => {
  const project = await openProject();
  const texts: string[] = [];
  const asDeclared = 'PREFIX-orders at ENDPOINT\n  is as declared\n';
  for (const version of versions.slice(0, 4)) {
    await project.generate(version);
    const plan = await project.deploy({ plan: true, offline: true });
    texts.push(`# ${version[0]}: tableloom deploy --plan\n${plan.out}`);
    expect(plan).toMatchObject({ code: 0, err: '' });
    // Nothing runs here, and nothing is stored.
    const deployed = await project.deploy({ offline: true });
    expect(deployed).toMatchObject({ code: 0, out: plan.out });
    texts.push(`# ${version[0]}: tableloom deploy\n${deployed.err}`);
    if (version[0] === '1-first') expect(project.lock()).toContain('"sealed": true');
    const again = await project.deploy();
    expect(again.code).toBe(0);
    expect(again.err).not.toContain('done:');
    if (version[0] !== '3-a-pattern-is-gone' && version[0] !== '4-expiry-is-gone')
      expect(again.out).toBe(asDeclared);
    if (version[0] === '3-a-pattern-is-gone') {
      expect(await project.indexes()).toEqual(['GSI1', 'GSI2', 'GSI3']);
      expect(await project.expiry()).toBe('ENABLED');
    }
  }
  const trimmed = await project.deploy({ deleteIndexes: true });
  texts.push(`# 4-expiry-is-gone: tableloom deploy --delete-indexes\n${trimmed.out}${trimmed.err}`);
  expect(await project.indexes()).toEqual(['GSI1', 'GSI3']);
  expect(await project.expiry()).not.toBe('ENABLED');
  const last = versions[4];
  if (last === undefined) throw new Error('there are five versions');
  await project.generate(last);
  for (const options of [{ plan: true }, {}]) {
    const refused = await project.deploy({ offline: true, ...options });
    expect(refused).toMatchObject({ code: 1, err: '' });
    if (options.plan) texts.push(`# ${last[0]}: tableloom deploy --plan\n${refused.out}`);
  }
  expectFile(join(import.meta.dirname, 'deploy.txt'), texts.join('\n'));
});

test('as JSON, the steps are data', async () => {
  const project = await openProject();
  await project.generate(versions[0] as (typeof versions)[number]);
  const { out } = await project.deploy({ plan: true, json: true });
  expect(JSON.parse(out)).toMatchObject([
    { table: 'orders', name: 'PREFIX-orders', steps: [{ kind: 'create-table' }], refusals: [], kept: [] },
  ]);
});

test('a wrong call is said in a line', async () => {
  const project = await openProject();
  await project.generate(versions[0] as (typeof versions)[number]);
  const { DYNAMODB_ENDPOINT, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  for (const name of ['DYNAMODB_ENDPOINT', 'AWS_REGION', 'AWS_DEFAULT_REGION']) delete process.env[name];
  onTestFinished(() => {
    for (const [name, value] of Object.entries({ DYNAMODB_ENDPOINT, AWS_REGION, AWS_DEFAULT_REGION }))
      if (value !== undefined) process.env[name] = value;
  });
  expect(await project.deploy({ endpoint: '' })).toMatchObject({
    code: 2,
    err: 'tableloom: It is not said which DynamoDB is meant.\n  hint: Pass `--endpoint URL`, or set DYNAMODB_ENDPOINT, or AWS_REGION for Amazon DynamoDB.\n',
  });
  delete process.env.PREFIX;
  const unnamed = await project.deploy();
  expect(unnamed).toMatchObject({
    code: 2,
    err: expect.stringContaining('needs the environment variable PREFIX'),
  });
  expect(await project.tables('pulumi')).toMatchObject({
    code: 2,
    err: 'tableloom: `pulumi` is not a format.\n  hint: Use one of cloudformation, cdk, terraform, json, iam.\n',
  });
});

interface Template {
  readonly Parameters: Record<string, unknown>;
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
}

test('CloudFormation has each attribute that a key uses and no other, and its properties create the table', async () => {
  const project = await openProject();
  await project.generate(versions[1] as (typeof versions)[number]);
  const template = parse((await project.tables('cloudformation')).out) as Template;
  expect(Object.keys(template.Parameters)).toEqual(['Prefix']);
  const { Type, Properties } = template.Resources.OrdersTable ?? { Type: '', Properties: {} };
  expect(Type).toBe('AWS::DynamoDB::Table');
  const { TableName, TimeToLiveSpecification, PointInTimeRecoverySpecification, ...created } = Properties;
  expect({ TableName, TimeToLiveSpecification, PointInTimeRecoverySpecification }).toEqual({
    TableName: { 'Fn::Sub': '${Prefix}-orders' },
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  const input = { ...created, TableName: `${project.prefix}-orders` } as CreateTableCommandInput;
  const used = [input, ...(input.GlobalSecondaryIndexes ?? [])].flatMap(({ KeySchema = [] }) =>
    KeySchema.map(({ AttributeName }) => AttributeName),
  );
  expect(input.AttributeDefinitions?.map(({ AttributeName }) => AttributeName).sort()).toEqual(
    [...new Set(used)].sort(),
  );
  await project.engine.client.send(new CreateTableCommand(input));
  // All that is left to do is what CreateTable does not take.
  expect((await project.deploy({ plan: true, recovery: false })).out).toBe(
    'PREFIX-orders at ENDPOINT\n  expire items by ttl\n',
  );
});

test('CDK and Terraform say the same', async () => {
  const project = await openProject();
  await project.generate(versions[1] as (typeof versions)[number]);
  const texts = [(await project.tables('cdk')).out, (await project.tables('terraform')).out];
  expectFile(join(import.meta.dirname, 'tables.txt'), texts.join('\n'));
  const { out } = await project.tables('json');
  expect(JSON.parse(out)).toMatchObject([
    {
      CreateTable: { BillingMode: 'PAY_PER_REQUEST' },
      UpdateTimeToLive: { TimeToLiveSpecification: { Enabled: true } },
    },
  ]);
});

test('the policy of the role has what the server sends, on the tables of the environment', async () => {
  const project = await openProject();
  await project.generate(versions[1] as (typeof versions)[number]);
  const { out } = await project.tables('iam');
  const table = `arn:aws:dynamodb:*:*:table/${project.prefix}-orders`;
  const byKey = ['dynamodb:BatchGetItem', 'dynamodb:GetItem'];
  expect(JSON.parse(out)).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: byKey, Resource: [table] },
      {
        Effect: 'Allow',
        Action: ['dynamodb:Query'],
        Resource: ['GSI1', 'GSI2', 'GSI3'].map((index) => `${table}/index/${index}`),
      },
    ],
  });
  delete process.env.PREFIX;
  expect((await project.tables('iam')).out).toContain('table/*-orders"');
});
