/** Definitions in the words of DynamoDB. */
import type {
  AttributeDefinition,
  CreateTableCommandInput,
  KeySchemaElement,
  Projection,
} from '@aws-sdk/client-dynamodb';
import type { IndexDefinition, TableDefinition } from './definition.js';

interface KeyAttributes {
  readonly partition: string;
  readonly sort?: string;
  readonly multiAttribute?: IndexDefinition['multiAttribute'];
}

/** What CreateTable takes. */
export function creation(definition: TableDefinition, name: string): CreateTableCommandInput {
  const { key, indexes } = definition;
  const global = indexes.filter(({ kind }) => kind === 'global').map(indexCreation);
  const local = indexes.filter(({ kind }) => kind === 'local').map(indexCreation);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributeDefinitions([key, ...indexes]),
    KeySchema: keySchema(key),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  };
}

export function attributeDefinitions(keys: readonly KeyAttributes[]): AttributeDefinition[] {
  return Array.from(keyTypes(keys), ([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

export function indexCreation(index: IndexDefinition) {
  return { IndexName: index.name, KeySchema: keySchema(index), Projection: projectionOf(index) };
}

/** Every key attribute, with its type. */
export function keyTypes(keys: readonly KeyAttributes[]): Map<string, 'S' | 'N'> {
  const types = new Map<string, 'S' | 'N'>();
  for (const { partition, sort, multiAttribute } of keys) {
    const own = multiAttribute
      ? { ...multiAttribute.partition, ...multiAttribute.sort }
      : { [partition]: 'S' as const, ...(sort === undefined ? {} : { [sort]: 'S' as const }) };
    for (const [name, type] of Object.entries(own)) types.set(name, type);
  }
  return types;
}

export function keySchema({ partition, sort, multiAttribute }: KeyAttributes): KeySchemaElement[] {
  if (multiAttribute) {
    const elements = (names: object, KeyType: 'HASH' | 'RANGE') =>
      Object.keys(names).map((AttributeName) => ({ AttributeName, KeyType }));
    return [...elements(multiAttribute.partition, 'HASH'), ...elements(multiAttribute.sort, 'RANGE')];
  }
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
  ];
}

function projectionOf({ project }: IndexDefinition): Projection {
  if (project.kind === 'all') return { ProjectionType: 'ALL' };
  if (project.kind === 'keys') return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...project.attributes] };
}

/** A key as people write it: `[PK, SK]`. */
export function schemaText(schema: readonly KeySchemaElement[] | undefined): string {
  const of = (type: string) =>
    (schema ?? [])
      .flatMap(({ AttributeName, KeyType }) => (KeyType === type ? [AttributeName] : []))
      .join(', ');
  const isSeveral = (schema ?? []).length > 2;
  // Of several attributes it counts which part of the key each is in.
  return isSeveral
    ? `[${of('HASH')} / ${of('RANGE')}]`
    : `[${(schema ?? []).map(({ AttributeName }) => AttributeName).join(', ')}]`;
}
