/** What cannot be asked as it is written there, and what the diagnostic says to do instead. */

import { expect, test } from 'vitest';
import { refusalOf } from '../../test/support/refusals.js';

const refused = (pattern: string, declaration: string) =>
  refusalOf('examples/delivery', pattern, declaration);

test.each([
  ['B8', 'restaurantsByCuisine', 'Restaurant', 'cuisineType: { contains: $keyword }'],
  ['B9', 'highRatedRestaurants', 'Restaurant', 'rating: { gte: $minRating }, isActive: $isActive'],
  ['B10', 'driversBySkill', 'Driver', 'tags: { contains: $tag }, name: { begins: $prefix }'],
  [
    'B11',
    'experiencedDrivers',
    'Driver',
    'isAvailable: $isAvailable, totalDeliveries: { gte: $minDeliveries }, rating: { gte: $minRating }',
  ],
])('%s as the source has it is a scan', (_, pattern, entity, filter) => {
  const said = refused(
    pattern,
    `{ many: ${entity}, for: Query.${pattern}, filter: { ${filter} }, index: table }`,
  );
  expect(said).toContain(`error[key-does-not-serve]`);
  expect(said).toContain('only a scan of every partition could answer it');
  expect(said).toContain('give the pattern its own key with `shards: 4`');
  expect(said).toContain('1 error');
  // As the hint has it.
  const sharded = `{ many: ${entity}, for: Query.${pattern}, sort: name, shards: 4, filter: { ${filter} }, index: GSI1 }`;
  expect(refused(pattern, sharded)).toBe('');
});

test('A8: an order by time does not hold where no status is given', () => {
  const said = refused(
    'recipientShipments',
    '{ many: Shipment, for: Query.recipientShipments, where: { recipientId: $recipientId }, narrow: { status: $status }, sort: createdAt, range: { createdAt: { from: $since, before: $until } }, index: ByRecipient }',
  );
  expect(said).toContain('error[narrow-order]');
  expect(said).toContain('hint: Write `sort: [status, createdAt]`, or remove `sort`.');
});

test('A12: a global index gives no consistent reads', () => {
  const said = refused(
    'courierActiveDelivery',
    '{ one: Shipment, for: Query.courierActiveDelivery, where: { activeDelivery: $courierId }, when: { activeDelivery: present }, index: ActiveDelivery, consistent: true }',
  );
  expect(said).toContain('error[consistent-index]');
});

test('the multi-attribute rules: no gap, and no filter on keys', () => {
  const listings = (asked: string) =>
    refused('listings', `{ many: Listing, for: Query.listings, ${asked}, index: ByCityAndRating }`);
  const range = 'range: { rating: { from: $minRating } }';
  expect(
    listings(`where: { city: $city }, filter: { category: $category }, sort: -rating, ${range}`),
  ).toContain('error[multi-attribute-index]');
  expect(
    listings(`where: { category: $category }, filter: { name: $city }, sort: -rating, ${range}`),
  ).toContain('error[key-does-not-serve]');
});

test('a filter takes only what its index holds', () => {
  const said = refused(
    'productsByCityCategory',
    '{ many: Product, for: Query.productsByCityCategory, where: { city: $city, category: $category }, filter: { version: 1 }, index: ProductsByCategory }',
  );
  expect(said).toContain('error[filter-not-projected]');
  expect(said).toContain('hint: Add it to `project` of the index.');
});
