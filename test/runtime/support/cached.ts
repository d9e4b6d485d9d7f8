/** Products that are cached by key, lists of them that processes share, and their reviews, as the generator writes them. */
import {
  type EntityCodec,
  type EntityReader,
  type IndexQuery,
  type Key,
  resolveTableNames,
  type TableDefinition,
  type TableNames,
} from 'tableloom/runtime';
import { anyEntity, type IndexRef, query, shards, type TableRef, text } from 'tableloom/runtime/generated';

const main: TableRef = { name: 'main', partition: 'PK', sort: 'SK' };
const cache: TableRef = { name: 'cache', partition: 'PK' };
const own: IndexRef = { table: main, partition: 'PK', sort: 'SK' };
const gsi1: IndexRef = { table: main, name: 'GSI1', partition: 'GSI1PK', sort: 'GSI1SK' };

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

/** The names of tables with what the runtime knows of these. */
export function namesOf(physical: Readonly<Record<string, string>>): TableNames {
  return resolveTableNames(
    definitions.map((one) => ({ ...one, name: physical[one.table] ?? one.name })),
    {},
  );
}

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
    _type: 'Product',
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
  return query('productsOf', products, gsi1, {
    partitions: shards(2, (shard) => `CATEGORY#${text(category)}#${shard}`),
    cache: { forMs: 2 * minute, shared: { table: cache, ttl: 'ttl', version: '1' } },
  });
}

export function product(id: string, values: Partial<Product> = {}): Product {
  return { id, name: id, category: 'books', tags: ['new'], version: 1, ...values };
}

/** Of a product, in its item collection. */
export interface Review {
  readonly id: string;
  readonly product: string;
  readonly author: string;
  readonly stars: number;
  readonly version: number;
}

/** A record of its own, which the writes of a review maintain. */
export type Rating = Pick<Review, 'id' | 'product' | 'stars'>;

export const reviewKey = ({ id, product }: Pick<Review, 'id' | 'product'>): Key => ({
  PK: `PRODUCT#${text(product)}`,
  SK: `REVIEW#${text(id)}`,
});

export const reviews: EntityCodec<Review> = {
  name: 'Review',
  table: main,
  key: reviewKey,
  item: (one) => ({
    ...reviewKey(one),
    ...one,
    _type: 'Review',
    GSI1PK: `AUTHOR#${text(one.author)}`,
    GSI1SK: text(one.id),
  }),
  read: (item) => ({
    id: item.id as string,
    product: item.product as string,
    author: item.author as string,
    stars: item.stars as number,
    version: item.version as number,
  }),
  entries: ({ id, product, stars }) => [
    {
      PK: `RATING#${text(product)}`,
      SK: text(id),
      GSI1PK: `STARS#${stars}`,
      GSI1SK: `${text(product)}#${text(id)}`,
      id,
      product,
      stars,
    },
  ],
  revision: 'version',
  keyFields: () => undefined,
};

export function review(id: string, values: Partial<Review> = {}): Review {
  return { id, product: 'a', author: 'ann', stars: 5, version: 1, ...values };
}

const cached = { cache: { forMs: 2 * minute } };

export function reviewsOf(id: string): IndexQuery<Review> {
  const sort = { kind: 'prefix', prefix: 'REVIEW#' } as const;
  return query('reviewsOf', reviews, own, { partition: `PRODUCT#${text(id)}`, sort, ...cached });
}

const ratings: EntityReader<Rating> = {
  name: 'Rating',
  table: main,
  read: ({ id, product, stars }) => ({
    id: id as string,
    product: product as string,
    stars: stars as number,
  }),
};

export function ratingsOf(stars: number): IndexQuery<Rating> {
  return query('ratingsOf', ratings, gsi1, { partition: `STARS#${stars}`, ...cached });
}

const members = anyEntity<Product | Review>([products, reviews]);

/** A product and its reviews. */
export function collectionOf(id: string): IndexQuery<Product | Review> {
  return query('collectionOf', members, own, { partition: `PRODUCT#${text(id)}`, ...cached });
}

/** As often as they were reviewed. */
export function productsReviewedBy(author: string): IndexQuery<Product> {
  return query('productsReviewedBy', products, gsi1, {
    partition: `AUTHOR#${text(author)}`,
    covering: {
      kind: 'through',
      join: {},
      keyOf: ({ product }) => productKey({ id: product as string }),
    },
    ...cached,
  });
}
