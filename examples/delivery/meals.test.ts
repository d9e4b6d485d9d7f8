/** Part B of the design on a real engine: every kind of filter, and what its source scans for. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dice } from '../../test/support/dice.js';
import { by, decimals, type ExampleServer, expectConnection, integers } from '../../test/support/examples.js';
import { runs } from '../../test/support/runs.js';
import {
  cuisines,
  customerIds,
  deliveryIds,
  eventTypes,
  meals,
  names,
  orderStatuses,
  skills,
} from './test/sample.js';
import { openDelivery } from './test/server.js';

const sample = meals(7);
const dice = new Dice(70);
let server: ExampleServer;
type Delivery = (typeof sample.deliveries)[number];

beforeAll(async () => {
  server = await openDelivery();
  await server.load(sample.writes);
});
afterAll(() => server.close());

const order = () => dice.maybe(['ASC', 'DESC'] as const);
const asks = (usual: number) => Array.from({ length: runs(usual) }, (_, at) => at);

/** The deliveries of a customer for which this is so, by date. */
async function expectDeliveries(
  field: string,
  args: Readonly<Record<string, unknown>>,
  covering: (one: Delivery) => boolean,
): Promise<void> {
  const customerId = dice.of(customerIds);
  const sign = args.order === 'DESC' ? '-' : '';
  const right = sample.deliveries
    .filter((one) => one.customerId === customerId && covering(one))
    .sort(by(`${sign}orderDate`, `${sign}deliveryId`));
  await expectConnection(server, field, { customerId, ...args }, right, dice);
}

describe('deliveries of a customer', () => {
  test('B1: not in a status, and of at least a total; what is not given is not asked', async () => {
    for (const _ of asks(12)) {
      const [excluded, minTotal] = [dice.maybe(orderStatuses), dice.maybe(decimals)];
      await expectDeliveries(
        'activeDeliveries',
        { excluded, minTotal, order: order() },
        ({ status, total }) =>
          (excluded === null || status !== excluded) && (minTotal === null || total >= minTotal),
      );
    }
  });

  test('B2: fee between, with open ends', async () => {
    for (const _ of asks(12)) {
      const [min, max] = [dice.of(decimals), dice.of(decimals)];
      await expectDeliveries(
        'deliveriesByFee',
        { min, max },
        ({ deliveryFee }) => deliveryFee >= min && deliveryFee <= max,
      );
    }
  });

  test('B3: in one of several statuses', async () => {
    for (const _ of asks(12)) {
      const statuses = dice.maybe(
        [[...orderStatuses], orderStatuses.slice(1, 3), [dice.of(orderStatuses)], ['', '']],
        5,
      );
      await expectDeliveries(
        'deliveriesByStatuses',
        { statuses },
        ({ status }) => statuses === null || statuses.includes(status),
      );
    }
  });

  test('B4: with instructions and not cancelled', async () => {
    for (const _ of asks(6)) {
      await expectDeliveries(
        'deliveriesWithInstructions',
        {},
        ({ specialInstructions, cancelledAt }) => specialInstructions !== null && cancelledAt === null,
      );
    }
  });

  test('B5: of more than so many items, and between', async () => {
    for (const _ of asks(8)) {
      const [items, min, max] = [dice.below(8) - 1, dice.maybe([0, 1, 2, 5]), dice.maybe([0, 1, 3, 9])];
      await expectDeliveries('deliveriesWithMoreItems', { items }, (one) => one.items.length > items);
      await expectDeliveries(
        'deliveriesWithItemsBetween',
        { min, max },
        (one) => (min === null || one.items.length >= min) && (max === null || one.items.length <= max),
      );
    }
  });

  test('B6: of at least a total, or with at least a tip', async () => {
    for (const _ of asks(12)) {
      const [total, tip] = [dice.maybe(decimals), dice.maybe(decimals)];
      await expectDeliveries('highValueDeliveries', { total, tip }, (one) => {
        if (total === null && tip === null) return true;
        return (total !== null && one.total >= total) || (tip !== null && one.tip !== null && one.tip >= tip);
      });
    }
  });
});

test('B7: events of a delivery whose type begins so', async () => {
  for (const _ of asks(14)) {
    const [deliveryId, prefix, direction] = [
      dice.of(deliveryIds),
      dice.maybe([...eventTypes, 'STA', 's']),
      order(),
    ];
    const sign = direction === 'DESC' ? '-' : '';
    const right = sample.events
      .filter((one) => one.deliveryId === deliveryId && (prefix === null || one.eventType.startsWith(prefix)))
      .sort(by(`${sign}eventTimestamp`, `${sign}eventId`));
    await expectConnection(
      server,
      'deliveryEventsByType',
      { deliveryId, prefix, order: direction },
      right,
      dice,
    );
  }
});

describe('what the source scans for', () => {
  test('B8: restaurants whose cuisine contains a word', async () => {
    for (const keyword of asks(10).map(() => dice.of([...cuisines, 'a', 'Vegan', '本', '#', 'und']))) {
      const right = sample.restaurants
        .filter((one) => one.cuisineType.includes(keyword))
        .sort(by('name', 'restaurantId'));
      await expectConnection(server, 'restaurantsByCuisine', { keyword }, right, dice);
    }
  });

  test('B9: restaurants of at least a rating, active or not', async () => {
    for (const _ of asks(10)) {
      const [minRating, isActive] = [dice.maybe(decimals), dice.maybe([true, false])];
      const right = sample.restaurants
        .filter(
          (one) =>
            (minRating === null || one.rating >= minRating) &&
            (isActive === null || one.isActive === isActive),
        )
        .sort(by('name', 'restaurantId'));
      await expectConnection(server, 'highRatedRestaurants', { minRating, isActive }, right, dice);
    }
  });

  test('B10: drivers of a skill whose name begins so', async () => {
    for (const _ of asks(10)) {
      const [tag, prefix] = [dice.of(skills), dice.maybe([...names, 'Ca', 'De'])];
      const right = sample.drivers
        .filter((one) => one.tags.includes(tag) && (prefix === null || one.name.startsWith(prefix)))
        .sort(by('name', 'driverId'));
      await expectConnection(server, 'driversBySkill', { tag, prefix }, right, dice);
    }
  });

  test('B11: drivers who are available and experienced', async () => {
    for (const _ of asks(10)) {
      const args = {
        isAvailable: dice.maybe([true, false]),
        minDeliveries: dice.maybe(integers),
        minRating: dice.maybe(decimals),
      };
      const { isAvailable, minDeliveries, minRating } = args;
      const right = sample.drivers
        .filter(
          (one) =>
            (isAvailable === null || one.isAvailable === isAvailable) &&
            (minDeliveries === null || one.totalDeliveries >= minDeliveries) &&
            (minRating === null || one.rating >= minRating),
        )
        .sort(by('name', 'driverId'));
      await expectConnection(server, 'experiencedDrivers', args, right, dice);
    }
  });

  test('every request is a query of a known partition', async () => {
    await server.page('restaurantsByCuisine', { keyword: 'Thai', first: 10 });
    expect(new Set(server.operations)).toEqual(new Set(['Query']));
  });
});

test('what is written by a client is found by the filters', async () => {
  const fresh = await openDelivery();
  const input = {
    customerId: 'c',
    deliveryId: 'd',
    orderDate: '2024-02-29T00:00:00.000Z',
    restaurantId: 'r',
    status: 'PENDING',
    total: 12.5,
    deliveryFee: 0.5,
    items: [{ name: 'soup', quantity: 2 }],
    specialInstructions: '#3',
  };
  await fresh.ask('createDelivery', { input });
  const event = {
    deliveryId: 'd',
    eventId: 'e',
    eventTimestamp: '2024-02-29T00:00:00.000Z',
    eventType: 'STATUS#1',
  };
  await fresh.ask('createDeliveryEvent', { input: event });
  await fresh.ask('createRestaurant', {
    input: { restaurantId: 'r', name: '#', cuisineType: 'Thai', rating: 4.5, isActive: true },
  });
  await fresh.ask('createDriver', {
    input: {
      driverId: 'd',
      name: '#',
      tags: ['van', 'bike', 'van'],
      isAvailable: true,
      totalDeliveries: 0,
      rating: 0,
    },
  });
  const whole = { ...input, tip: null, cancelledAt: null, version: 1 };
  const asked = async (field: string, args: object) => (await fresh.page(field, { first: 5, ...args })).nodes;
  expect(await asked('deliveriesWithInstructions', { customerId: 'c' })).toEqual([whole]);
  expect(await asked('highValueDeliveries', { customerId: 'c', total: 13, tip: 1 })).toEqual([]);
  expect(await asked('deliveryEventsByType', { deliveryId: 'd', prefix: 'STATUS#' })).toMatchObject([event]);
  expect(await asked('highRatedRestaurants', { minRating: 4.5, isActive: true })).toHaveLength(1);
  expect(await asked('driversBySkill', { tag: 'bike' })).toMatchObject([{ tags: ['bike', 'van'] }]);
  await fresh.close();
});

test('meals that are ordered twice with one token are delivered once, with their first event', async () => {
  const fresh = await openDelivery();
  const input = {
    customerId: 'c',
    deliveryId: 'd',
    orderDate: '2024-02-29T00:00:00.000Z',
    restaurantId: 'r',
    status: 'NEW',
    total: 12.5,
    deliveryFee: 2,
    items: [{ name: 'Soup', quantity: 1 }],
  };
  const ordered = await fresh.ask('orderMeals', { input, token: 'one' });
  expect(await fresh.ask('orderMeals', { input, token: 'one' })).toEqual(ordered);
  const other = { ...input, total: 13 };
  expect(await fresh.codeOf('orderMeals', { input: other, token: 'one' })).toBe('IDEMPOTENCY_MISMATCH');
  expect(await fresh.codeOf('orderMeals', { input, token: 'two' })).toBe('ALREADY_EXISTS');
  const events = await fresh.page('deliveryEventsByType', { first: 5, deliveryId: 'd', prefix: '' });
  expect(events.nodes).toMatchObject([
    { eventId: 'first', eventType: 'PLACED', eventTimestamp: input.orderDate },
  ]);
  await fresh.close();
});
