/** Products that are cached by key, and lists of them that processes share, as the generator writes them. */
import type { EntityCodec, IndexQuery, Key, TableDefinition } from 'tableloom/runtime';
import { type IndexRef, query, shards, type TableRef, text } from 'tableloom/runtime/generated';

const main: TableRef = { name: 'main', partition: 'PK', sort: 'SK' };
const cache: TableRef = { name: 'cache', partition: 'PK' };
const byCategory: IndexRef = { table: main, name: 'GSI1', partition: 'GSI1PK', sort: 'GSI1SK' };

export const definitions: readonly TableDefinition[] = [
  {
    table: 'main',
    name: '${PREFIX}-main',
    key: { partition: 'PK', sort: 'SK' },
    indexes: [
      { name: 'GSI1', kind: 'global', partition: 'GSI1PK', sort: 'GSI1SK', project: { kind: 'all' } },
    ],
  },
  { table: 'cache', name: '${PREFIX}-cache', key: { partition: 'PK' }, indexes: [], ttl: 'ttl' },
];

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly version: number;
}

export const productKey = ({ id }: Pick<Product, 'id'>): Key => ({
  PK: `PRODUCT#${text(id)}`,
  SK: 'METADATA',
});

const minute = 60_000;

export const products: EntityCodec<Product> = {
  name: 'Product',
  table: main,
  key: productKey,
  item: (product) => ({
    ...productKey(product),
    ...product,
    GSI1PK: `CATEGORY#${text(product.category)}#${product.id.length % 2}`,
    GSI1SK: `${text(product.name)}#${text(product.id)}`,
  }),
  read: (item) => ({
    id: item.id as string,
    name: item.name as string,
    category: item.category as string,
    tags: item.tags as string[],
    version: item.version as number,
  }),
  revision: 'version',
  keyFields: () => undefined,
  cache: { forMs: 5 * minute, staleMs: minute },
};

export function productsOf(category: string): IndexQuery<Product> {
  return query('productsOf', products, byCategory, {
    partitions: shards(2, (shard) => `CATEGORY#${text(category)}#${shard}`),
    cache: { forMs: 2 * minute, shared: { table: cache, ttl: 'ttl', version: '1' } },
  });
}

export function product(id: string, values: Partial<Product> = {}): Product {
  return { id, name: id, category: 'books', tags: ['new'], version: 1, ...values };
}
