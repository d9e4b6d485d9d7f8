/** The tables of a plan in the words of CloudFormation, CDK and Terraform. */

import type { TableDefinition } from 'tableloom/runtime';
import { stringify } from 'yaml';
import { creation } from '../../runtime/tables/schema.js';
import { variablesOf } from './endpoint.js';

export const formats = ['cloudformation', 'cdk', 'terraform', 'json'] as const;
export type Format = (typeof formats)[number];

export function definitionsText(tables: readonly TableDefinition[], format: Format): string {
  switch (format) {
    case 'cloudformation':
      return stringify(cloudFormation(tables), { lineWidth: 120 });
    case 'cdk':
      return cdk(tables);
    case 'terraform':
      return terraform(tables);
    case 'json':
      return `${JSON.stringify(tables.map(requests), null, 2)}\n`;
  }
}

/** What creates a table by the API, its name with its `${VARIABLES}`. */
function requests(table: TableDefinition) {
  const { table: _table, name, ttl } = table;
  const TimeToLiveSpecification = ttl === undefined ? undefined : { AttributeName: ttl, Enabled: true };
  return {
    CreateTable: creation(table, name),
    ...(TimeToLiveSpecification && { UpdateTimeToLive: { TableName: name, TimeToLiveSpecification } }),
  };
}

type Properties = Readonly<Record<string, unknown>>;

/** The properties of `AWS::DynamoDB::Table`. */
function properties(table: TableDefinition, name: unknown): Properties {
  const { TableName: _name, ...created } = creation(table, table.name);
  return {
    TableName: name,
    ...created,
    ...(table.ttl !== undefined && { TimeToLiveSpecification: { AttributeName: table.ttl, Enabled: true } }),
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  };
}

function cloudFormation(tables: readonly TableDefinition[]): object {
  const variables = variablesOf(tables);
  const resource = (table: TableDefinition) => ({
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: properties(
      table,
      nameIn(
        table,
        (variable) => `\${${pascal(variable)}}`,
        (text) => ({ 'Fn::Sub': text }),
      ),
    ),
  });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'The DynamoDB tables of a Tableloom project.',
    ...(variables.length > 0 && {
      Parameters: Object.fromEntries(
        variables.map((one) => [
          pascal(one),
          { Type: 'String', Description: `The variable ${one} of table names.` },
        ]),
      ),
    }),
    Resources: Object.fromEntries(tables.map((table) => [`${pascal(table.table)}Table`, resource(table)])),
  };
}

/** A name with its variables, and what makes it an expression where it has some. */
function nameIn<Expression>(
  { name }: TableDefinition,
  variable: (name: string) => string,
  expression: (text: string) => Expression,
): Expression | string {
  const text = name.replace(/\$\{([^}]*)\}/g, (_, one: string) => variable(one));
  return text === name && !name.includes('${') ? name : expression(text);
}

function cdk(tables: readonly TableDefinition[]): string {
  const variables = variablesOf(tables).map(camel);
  const given = variables.map((one) => `readonly ${one}: string`).join('; ');
  const parameter = variables.length === 0 ? '' : `, names: { ${given} }`;
  const made = tables.map((table) => {
    const name = nameIn(
      table,
      (one) => `\${names.${camel(one)}}`,
      (text) => new Code(`\`${text}\``),
    );
    const text = literal(lowered(properties(table, name)), 2);
    return `    ${camel(table.table)}: new CfnTable(scope, '${pascal(table.table)}Table', ${text}),`;
  });
  return `import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/** The tables of a Tableloom project. */
export function addTables(scope: Construct${parameter}) {
  const tables = {
${made.join('\n')}
  };
  for (const table of Object.values(tables)) table.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return tables;
}
`;
}

/** Text that is code. */
class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** CDK's names of CloudFormation's properties: `keySchema`. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null || value instanceof Code) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      lowered(one),
    ]),
  );
}

function literal(value: unknown, depth: number): string {
  const [inner, outer] = ['  '.repeat(depth + 1), '  '.repeat(depth)];
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) {
    const flat = `[${value.map((one) => literal(one, 0)).join(', ')}]`;
    if (!flat.includes('\n') && flat.length < 90) return flat;
    return `[\n${value.map((one) => `${inner}${literal(one, depth + 1)},\n`).join('')}${outer}]`;
  }
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, one]) => `${name}: ${literal(one, depth + 1)}`);
  const flat = `{ ${parts.join(', ')} }`;
  if (!flat.includes('\n') && flat.length < 90) return flat;
  return `{\n${parts.map((one) => `${inner}${one},\n`).join('')}${outer}}`;
}

function terraform(tables: readonly TableDefinition[]): string {
  const variables = variablesOf(tables).map(snake);
  return [
    ...variables.map((one) => `variable "${one}" {\n  type = string\n}\n`),
    ...tables.map((table) => {
      const name = nameIn(
        table,
        (one) => `\${var.${snake(one)}}`,
        (text) => text,
      );
      return block(`resource "aws_dynamodb_table" "${snake(table.table)}"`, terraformBody(table, name));
    }),
  ].join('\n');
}

type Line = string | { readonly head: string; readonly body: readonly Line[] };

function terraformBody(table: TableDefinition, name: string): Line[] {
  const { key, indexes, ttl } = table;
  const { AttributeDefinitions = [] } = creation(table, table.name);
  return [
    `name         = "${name}"`,
    'billing_mode = "PAY_PER_REQUEST"',
    `hash_key     = "${key.partition}"`,
    ...(key.sort === undefined ? [] : [`range_key    = "${key.sort}"`]),
    ...AttributeDefinitions.map(({ AttributeName, AttributeType }) => ({
      head: 'attribute',
      body: [`name = "${AttributeName}"`, `type = "${AttributeType}"`],
    })),
    ...indexes.map((index) => ({
      head: index.kind === 'global' ? 'global_secondary_index' : 'local_secondary_index',
      body: [`name = "${index.name}"`, ...terraformKey(index), ...terraformProjection(index)],
    })),
    ...(ttl === undefined
      ? []
      : [{ head: 'ttl', body: [`attribute_name = "${ttl}"`, 'enabled        = true'] }]),
    { head: 'point_in_time_recovery', body: ['enabled = true'] },
    { head: 'lifecycle', body: ['prevent_destroy = true'] },
  ];
}

type Index = TableDefinition['indexes'][number];

function terraformKey({ kind, partition, sort, multiAttribute }: Index): Line[] {
  const schema = (names: object, type: string) =>
    Object.keys(names).map((name) => ({
      head: 'key_schema',
      body: [`attribute_name = "${name}"`, `key_type       = "${type}"`],
    }));
  if (multiAttribute)
    return [...schema(multiAttribute.partition, 'HASH'), ...schema(multiAttribute.sort, 'RANGE')];
  return [
    ...(kind === 'global' ? [`hash_key = "${partition}"`] : []),
    ...(sort === undefined ? [] : [`range_key = "${sort}"`]),
  ];
}

function terraformProjection({ project }: Index): Line[] {
  if (project.kind === 'all') return ['projection_type = "ALL"'];
  if (project.kind === 'keys') return ['projection_type = "KEYS_ONLY"'];
  const names = project.attributes.map((one) => `"${one}"`).join(', ');
  return ['projection_type = "INCLUDE"', `non_key_attributes = [${names}]`];
}

/** Terraform's own format: the values of assignments that follow one another are aligned. */
function block(head: string, body: readonly Line[], depth = 0): string {
  const indentation = '  '.repeat(depth);
  const names = body.flatMap((one) =>
    typeof one === 'string' ? [one.split('=')[0]?.trim().length ?? 0] : [],
  );
  const width = Math.max(0, ...names);
  const lines = body.map((one) => {
    if (typeof one !== 'string') return `\n${block(one.head, one.body, depth + 1)}`;
    const [name = '', ...value] = one.split('=');
    return `${indentation}  ${name.trim().padEnd(width)} = ${value.join('=').trim()}\n`;
  });
  return `${indentation}${head} {\n${lines.join('')}${indentation}}\n`;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .flatMap((part) => part.split(' '))
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

function pascal(name: string): string {
  return wordsOf(name)
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
}

function camel(name: string): string {
  const text = pascal(name);
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function snake(name: string): string {
  return wordsOf(name).join('_');
}
