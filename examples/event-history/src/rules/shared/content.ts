import type { OrderLine, OrderPaid, OrderPlaced, StockReserved } from '../../../generated/graphql.js';

type Content =
  | (OrderPlaced & { readonly __typename: 'OrderPlaced' })
  | (OrderPaid & { readonly __typename: 'OrderPaid' })
  | (StockReserved & { readonly __typename: 'StockReserved' });

/** A payload in the form its type promises; null where it has another, or nobody here knows the type. */
export function contentOf({ type, payload }: { readonly type: string; readonly payload: unknown }) {
  if (!isObject(payload)) return null;
  return readers.get(type)?.(payload) ?? null;
}

const readers: ReadonlyMap<string, (payload: Document) => Content | null> = new Map([
  [
    'ORDER_PLACED',
    ({ customer, lines }: Document): Content | null =>
      typeof customer === 'string' && Array.isArray(lines) && lines.every(isLine)
        ? { __typename: 'OrderPlaced', customer, lines }
        : null,
  ],
  [
    'ORDER_PAID',
    ({ amount }: Document): Content | null =>
      typeof amount === 'number' ? { __typename: 'OrderPaid', amount } : null,
  ],
  [
    'STOCK_RESERVED',
    ({ orderId, quantity }: Document): Content | null =>
      typeof orderId === 'string' && isWhole(quantity)
        ? { __typename: 'StockReserved', orderId, quantity }
        : null,
  ],
]);

type Document = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLine(value: unknown): value is OrderLine {
  return isObject(value) && typeof value.sku === 'string' && isWhole(value.quantity);
}

/** What GraphQL can give as an Int. */
function isWhole(value: unknown): value is number {
  return typeof value === 'number' && value === Math.trunc(value) && Math.abs(value) < 2 ** 31;
}
