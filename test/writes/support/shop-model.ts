/** What transactions on the fixture `references` do, and what they are refused for: by rows and what they name. */

import type { Write } from 'tableloom/runtime';
import {
  customerWrites,
  employeeWrites,
  folderWrites,
  lineWrites,
  orderWrites,
  productWrites,
  reviewWrites,
} from '../../fixtures/ok/references/generated/writes.js';
import type { ShopItems } from './shop.js';

/** Every row by its name, `Order 1`, with the rows that it names, by reference. */
export type Rows = ReadonlyMap<string, Names>;
export type Names = Readonly<Record<string, string | null>>;

export type Operation =
  | { readonly kind: 'create' | 'move'; readonly row: string; readonly names: Names }
  | { readonly kind: 'delete'; readonly row: string };

/** What becomes of a row when the one it names goes. */
const onDelete: Readonly<Record<string, 'leave' | 'restrict' | 'cascade'>> = {
  'Order.customer': 'cascade',
  'Order.recommendedBy': 'leave',
  'Line.order': 'cascade',
  'Line.product': 'restrict',
  'Review.author': 'restrict',
  'Review.about': 'cascade',
  'Folder.parent': 'cascade',
};

const entityOf = (row: string): string => row.split(' ')[0] ?? '';
const idOf = (row: string | null | undefined): string => row?.split(' ')[1] ?? '';

interface Link {
  readonly row: string;
  readonly reference: string;
  readonly to: string;
}

function links(rows: Rows): Link[] {
  return [...rows].flatMap(([row, names]) =>
    Object.entries(names).flatMap(([name, to]) =>
      to === null ? [] : [{ row, reference: `${entityOf(row)}.${name}`, to }],
    ),
  );
}

/** A row and all that goes with it. */
function goingWith(rows: Rows, row: string): Set<string> {
  const going = new Set([row]);
  for (const gone of going)
    for (const link of links(rows))
      if (link.to === gone && onDelete[link.reference] === 'cascade') going.add(link.row);
  return going;
}

/** The rows after a transaction, or the codes it may be refused with. */
export function applied(
  rows: Rows,
  operations: readonly Operation[],
): { readonly rows: Rows } | { readonly codes: ReadonlySet<string> } {
  const codes = new Set<string>();
  const next = new Map(rows);
  const touched: string[] = [];
  for (const operation of operations) {
    const { kind, row } = operation;
    const isThere = rows.has(row);
    if (isThere && kind === 'create') codes.add('ALREADY_EXISTS');
    if (!isThere && kind !== 'create') codes.add('NOT_FOUND');
    if (operation.kind === 'delete') {
      const going = goingWith(rows, row);
      touched.push(...going);
      for (const gone of going) next.delete(gone);
    } else {
      touched.push(row);
      next.set(row, { ...(kind === 'move' ? rows.get(row) : {}), ...operation.names });
    }
  }
  if (new Set(touched).size < touched.length) codes.add('WRITE_TWICE');
  const before = new Set(links(rows).map((link) => JSON.stringify(link)));
  for (const link of links(next)) {
    if (next.has(link.to)) continue;
    const isNew = !before.has(JSON.stringify(link));
    if (isNew) codes.add('REFERENCE_MISSING');
    if (rows.has(link.to) && (isNew || onDelete[link.reference] === 'restrict')) codes.add('REFERENCED');
  }
  return codes.size > 0 ? { codes } : { rows: next };
}

/** The rows that lie in the tables. */
export function rowsIn(items: ShopItems): Rows {
  const rows: [string, Names][] = [];
  const to = (entity: string, id: unknown) => (id === undefined ? null : `${entity} ${id}`);
  for (const item of [...items.values()].flat()) {
    const { id } = item;
    switch (item._type) {
      case 'Customer':
      case 'Product':
      case 'Employee':
        rows.push([`${item._type} ${id}`, {}]);
        break;
      case 'Order':
        rows.push([
          `Order ${id}`,
          { customer: to('Customer', item.customerId), recommendedBy: to('Customer', item.recommendedById) },
        ]);
        break;
      case 'Line':
        rows.push([
          `Line ${item.orderId}-${item.productId}`,
          { order: to('Order', item.orderId), product: to('Product', item.productId) },
        ]);
        break;
      case 'Review':
        rows.push([
          `Review ${id}`,
          { author: to('Employee', item.authorId), about: to('Product', item.productId) },
        ]);
        break;
      case 'Folder':
        rows.push([`Folder ${id}`, { parent: to('Folder', item.parentId) }]);
    }
  }
  return new Map(rows);
}

const shop = 'a#shop';

/** An operation as a generated write. */
export function writeOf(operation: Operation): Write<unknown> {
  const id = idOf(operation.row);
  const entity = entityOf(operation.row);
  if (operation.kind === 'delete') {
    const [orderId = '', productId = ''] = id.split('-');
    switch (entity) {
      case 'Customer':
        return customerWrites.delete({ id });
      case 'Product':
        return productWrites.delete({ id });
      case 'Employee':
        return employeeWrites.delete({ shop, id });
      case 'Order':
        return orderWrites.delete({ id });
      case 'Line':
        return lineWrites.delete({ orderId, productId });
      case 'Review':
        return reviewWrites.delete({ id });
      default:
        return folderWrites.delete({ id });
    }
  }
  const { names, kind } = operation;
  const named = (name: string) => (names[name] == null ? null : idOf(names[name]));
  const isNew = kind === 'create';
  switch (entity) {
    case 'Customer':
      return customerWrites.create({ id, name: id });
    case 'Product':
      return productWrites.create({ id, name: id });
    case 'Employee':
      return employeeWrites.create({ shop, id });
    case 'Order': {
      const values = { customerId: named('customer') ?? '', recommendedById: named('recommendedBy') };
      return isNew
        ? orderWrites.create({ id, number: Number(id), ...values })
        : orderWrites.update({ id }, values);
    }
    case 'Line':
      return lineWrites.create({
        orderId: named('order') ?? '',
        productId: named('product') ?? '',
        pieces: 1,
      });
    case 'Review': {
      const values = { authorId: named('author'), productId: named('about') ?? '' };
      return isNew ? reviewWrites.create({ id, shop, ...values }) : reviewWrites.update({ id }, values);
    }
    default:
      return isNew
        ? folderWrites.create({ id, parentId: named('parent') })
        : folderWrites.update({ id }, { parentId: named('parent') });
  }
}
