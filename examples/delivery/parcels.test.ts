/** Part A of the design on a real engine, held against an oracle in memory. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dice } from '../../test/support/dice.js';
import {
  awkwardTexts,
  by,
  decimals,
  type ExampleServer,
  expectConnection,
  moments,
} from '../../test/support/examples.js';
import { runs } from '../../test/support/runs.js';
import {
  categories,
  cities,
  courierIds,
  names,
  parcels,
  recipientIds,
  statuses,
  warehouseIds,
} from './test/sample.js';
import { now, openDelivery } from './test/server.js';

const sample = parcels(13);
const dice = new Dice(26);
let server: ExampleServer;

beforeAll(async () => {
  server = await openDelivery();
  await server.load(sample.writes);
});
afterAll(() => server.close());

const times = <T>(usual: number, make: () => T): T[] => Array.from({ length: runs(usual) }, make);
const order = () => dice.maybe(['ASC', 'DESC'] as const);
const between = (at: string, from: string | null, until: string | null) =>
  (from === null || at >= from) && (until === null || at < until);

describe('reads', () => {
  test('A1: recipient, courier, warehouse, shipment by id', async () => {
    for (const one of sample.recipients)
      expect(await server.ask('recipient', { recipientId: one.recipientId })).toEqual(one);
    for (const one of sample.couriers)
      expect(await server.ask('courier', { courierId: one.courierId })).toEqual(one);
    for (const one of times(40, () => dice.of(sample.warehouses)))
      expect(await server.ask('warehouse', { warehouseId: one.warehouseId })).toEqual(one);
    for (const one of times(40, () => dice.of(sample.shipments)))
      expect(await server.ask('shipment', { shipmentId: one.shipmentId })).toEqual(one);
    expect(await server.ask('recipient', { recipientId: 'nobody' })).toBeNull();
    expect(server.operations).toEqual(['GetItem']);
  });

  test('A2: warehouses of a city and category, by rating, either way', async () => {
    for (const [city, category] of times(12, () => [dice.of(cities), dice.of(categories)])) {
      const direction = order();
      const sign = direction === 'DESC' ? '-' : '';
      const right = sample.warehouses
        .filter((one) => one.city === city && one.category === category)
        .sort(by(`${sign}rating`, `${sign}warehouseId`));
      await expectConnection(
        server,
        'warehousesByCityCategory',
        { city, category, order: direction },
        right,
        dice,
      );
    }
  });

  test('A3: those of at least a rating, a decimal', async () => {
    for (const minRating of times(16, () => dice.of(decimals))) {
      const [city, category] = [dice.of(cities), dice.of(categories)];
      const right = sample.warehouses
        .filter((one) => one.city === city && one.category === category && one.rating >= minRating)
        .sort(by('-rating', '-warehouseId'));
      const args = { city, category, minRating };
      await expectConnection(server, 'warehousesByCityCategoryWithMinRating', args, right, dice);
    }
  });

  test('A2: INCLUDE: what the index holds takes no further read', async () => {
    const args = { city: 'Porto', category: 'Food', first: 5 };
    await server.page('warehousesByCityCategory', args, ['warehouseId', 'name', 'rating', 'processingTime']);
    expect(server.operations).toEqual(['Query']);
    await server.page('warehousesByCityCategory', args, ['address']);
    expect(server.operations).toEqual(['Query', 'BatchGetItem']);
  });

  test('A4: warehouses of a city whose name begins so; KEYS_ONLY, the rest is read by key', async () => {
    for (const prefix of times(16, () => dice.of([...names, 'Ca', 'De', 'Depot 1', 'é']))) {
      const city = dice.of(cities);
      const right = sample.warehouses
        .filter((one) => one.city === city && one.name.startsWith(prefix))
        .sort(by('name', 'warehouseId'));
      await expectConnection(server, 'searchWarehousesByName', { city, prefix }, right, dice);
    }
    const args = { city: 'Porto', prefix: 'De', first: 5 };
    await server.page('searchWarehousesByName', args);
    expect(server.operations).toEqual(['Query', 'BatchGetItem']);
  });

  test('A5: products of a warehouse: all, of a category, of categories that begin so', async () => {
    for (const warehouseId of times(14, () => dice.of(warehouseIds))) {
      const category = dice.maybe(categories);
      const own = sample.products
        .filter((one) => one.warehouseId === warehouseId)
        .sort(by('category', 'productId'));
      const right = own.filter((one) => category === null || one.category === category);
      await expectConnection(server, 'warehouseProducts', { warehouseId, category }, right, dice);
      const prefix = dice.of([...categories, 'F', 'Fo', '$']);
      const beginning = own.filter((one) => one.category.startsWith(prefix));
      await expectConnection(
        server,
        'warehouseProductsOfCategories',
        { warehouseId, prefix },
        beginning,
        dice,
      );
    }
  });

  test('A6: products of a city and category', async () => {
    for (const [city, category] of times(14, () => [dice.of(cities), dice.of(categories)])) {
      const right = sample.products
        .filter((one) => one.city === city && one.category === category)
        .sort(by('productId', 'warehouseId'));
      await expectConnection(server, 'productsByCityCategory', { city, category }, right, dice);
    }
    const args = { city: 'Porto', category: 'Food', first: 3 };
    await server.page('productsByCityCategory', args, ['productId', 'price', 'description']);
    expect(server.operations).toEqual(['Query']);
  });

  test('A7: ratings of a warehouse by time, either way', async () => {
    for (const warehouseId of times(14, () => dice.of(warehouseIds))) {
      const direction = order();
      const [since, until] = [dice.maybe(moments, 2), dice.maybe(moments, 2)];
      const sign = direction === 'DESC' ? '-' : '';
      const right = sample.ratings
        .filter((one) => one.warehouseId === warehouseId && between(one.createdAt, since, until))
        .sort(by(`${sign}createdAt`, `${sign}ratingId`));
      const args = { warehouseId, since, until, order: direction };
      await expectConnection(server, 'warehouseRatings', args, right, dice);
    }
  });

  test.each([
    ['A8: shipments of a recipient', 'recipientShipments', 'recipientId', recipientIds],
    ['A10: shipments of a courier', 'courierShipments', 'courierId', courierIds],
  ] as const)(
    '%s: all by status and time, or of one status with a range of time',
    async (_, field, key, ids) => {
      for (const id of times(16, () => dice.of(ids))) {
        const status = dice.maybe(statuses);
        const [since, until] =
          status === null ? [null, null] : [dice.maybe(moments, 2), dice.maybe(moments, 2)];
        const right = sample.shipments
          .filter(
            (one) =>
              one[key] === id &&
              (status === null || one.status === status) &&
              between(one.createdAt, since, until),
          )
          .sort(by('status', 'createdAt', 'shipmentId'));
        await expectConnection(server, field, { [key]: id, status, since, until }, right, dice);
      }
      const astray = { [key]: ids[0], since: moments[3], first: 3 };
      expect(await server.codeOf(field, astray)).toBe('BAD_INPUT');
    },
  );

  test('A9: shipments of a warehouse in a status', async () => {
    for (const [warehouseId, status] of times(20, () => [dice.of(warehouseIds), dice.of(statuses)])) {
      const direction = order();
      const sign = direction === 'DESC' ? '-' : '';
      const right = sample.shipments
        .filter((one) => one.warehouseId === warehouseId && one.status === status)
        .sort(by(`${sign}createdAt`, `${sign}shipmentId`));
      const args = { warehouseId, status, order: direction };
      await expectConnection(server, 'warehouseShipments', args, right, dice);
    }
  });

  test('A11: shipments of a city a courier may take', async () => {
    for (const city of [...cities, 'nowhere']) {
      const direction = order();
      const sign = direction === 'DESC' ? '-' : '';
      const right = sample.shipments
        .filter((one) => one.availableCity === city)
        .sort(by(`${sign}createdAt`, `${sign}shipmentId`));
      await expectConnection(server, 'availableShipmentsByCity', { city, order: direction }, right, dice);
    }
  });

  test('A12: the delivery a courier is under way with', async () => {
    for (const courierId of courierIds) {
      const right = sample.shipments.find((one) => one.activeDelivery === courierId) ?? null;
      expect(await server.ask('courierActiveDelivery', { courierId })).toEqual(right);
    }
  });
});

describe('writes', () => {
  /** A shipment from creation on, in tables of its own. */
  async function opened() {
    const fresh = await openDelivery();
    for (const courierId of ['c#1', 'c2'])
      await fresh.ask('createCourier', {
        input: { courierId, name: 'n', email: 'e', phone: '', city: '#', vehicleType: 'BIKE' },
      });
    const input = (shipmentId: string) => ({
      shipmentId,
      recipientId: 'r',
      recipientName: '',
      warehouseId: 'w',
      warehouseName: '',
      packages: [
        { description: '', weight: 1.5 },
        { description: '#', weight: 0.25 },
      ],
      origin: '',
      destination: '',
      city: '#',
      createdAt: moments[5],
    });
    const create = (shipmentId: string) => fresh.ask('createShipment', { input: input(shipmentId) });
    const available = async () => {
      const page = await fresh.page('availableShipmentsByCity', { city: '#', first: 50 });
      return page.nodes.map(({ shipmentId }) => shipmentId);
    };
    const active = async (courierId: string) => {
      const found = await fresh.ask('courierActiveDelivery', { courierId });
      return (found as { readonly shipmentId: string } | null)?.shipmentId ?? null;
    };
    const ofCourier = async (courierId: string) => {
      const page = await fresh.page('courierShipments', { courierId, first: 50 });
      return page.nodes.map(({ shipmentId, status }) => `${shipmentId} ${status}`);
    };
    return { fresh, create, available, active, ofCourier };
  }

  test('AW1 to AW6: put each; twice is an error', async () => {
    const { fresh, create } = await opened();
    const person = { name: 'n', email: 'e', phone: '', city: '' };
    const puts = {
      createRecipient: { recipientId: '', ...person },
      createWarehouse: { warehouseId: '', name: '', city: '', category: '', rating: -0.5, processingTime: 0 },
      createProduct: {
        warehouseId: '#',
        productId: '#',
        category: '',
        description: '',
        price: 1e-7,
        available: false,
        city: '',
      },
      createRating: {
        warehouseId: '',
        ratingId: '',
        recipientName: '',
        feedback: '',
        score: -1,
        createdAt: '2024-02-29T23:59:59.999Z',
      },
    };
    for (const [field, input] of Object.entries(puts)) {
      expect(await fresh.ask(field, { input })).toMatchObject(input);
      expect(await fresh.codeOf(field, { input })).toBe('ALREADY_EXISTS');
    }
    expect(await create('s')).toMatchObject({ status: 'READY', totalWeight: 1.75, availableCity: '#' });
    expect(await create('s').catch((error: unknown) => error)).toMatchObject({ code: 'ALREADY_EXISTS' });
    await fresh.close();
  });

  test('AW7: the status of a shipment; it is available while it is ready', async () => {
    const { fresh, create, available } = await opened();
    await create('s1');
    await create('s2');
    expect(await available()).toEqual(['s1', 's2']);
    const set = (status: string) => ({ shipmentId: 's1', status });
    await fresh.ask('updateShipmentStatus', set('PENDING'));
    expect(await available()).toEqual(['s2']);
    const ofStatus = async (status: string) => {
      const page = await fresh.page('recipientShipments', { recipientId: 'r', status, first: 9 });
      return page.nodes.map(({ shipmentId }) => shipmentId);
    };
    expect([await ofStatus('PENDING'), await ofStatus('READY')]).toEqual([['s1'], ['s2']]);
    await fresh.ask('updateShipmentStatus', set('READY'));
    expect(await available()).toEqual(['s1', 's2']);
    expect(await fresh.codeOf('updateShipmentStatus', set('DELIVERED'))).toBe('NOT_A_STATUS_HERE');
    await fresh.ask('updateShipmentStatus', set('CANCELLED'));
    expect(await fresh.codeOf('updateShipmentStatus', set('READY'))).toBe('GUARD_FAILED');
    expect(await available()).toEqual(['s2']);
    await fresh.close();
  });

  test('AW8 and AW9: accepted, the indexes follow; delivered, they follow again', async () => {
    const { fresh, create, available, active, ofCourier } = await opened();
    for (const id of ['s1', 's2', 's3']) await create(id);
    const accept = (shipmentId: string, courierId: string) => ({ shipmentId, courierId });
    const report = (shipmentId: string, courierId: string, status: string) => ({
      shipmentId,
      courierId,
      status,
    });
    expect(await fresh.ask('acceptDelivery', accept('s1', 'c#1'))).toMatchObject({
      status: 'IN_TRANSIT',
      courierId: 'c#1',
      activeDelivery: 'c#1',
      availableCity: null,
      updatedAt: now,
      version: 2,
    });
    expect(await available()).toEqual(['s2', 's3']);
    expect([await active('c#1'), await active('c2')]).toEqual(['s1', null]);
    expect(await ofCourier('c#1')).toEqual(['s1 IN_TRANSIT']);

    expect(await fresh.codeOf('acceptDelivery', accept('s1', 'c2'))).toBe('NOT_AVAILABLE');
    expect(await fresh.codeOf('acceptDelivery', accept('s2', 'c#1'))).toBe('UNIQUE_VIOLATION');
    expect(await fresh.codeOf('acceptDelivery', accept('s2', 'nobody'))).toBe('NOT_FOUND');
    expect(await fresh.codeOf('updateShipmentStatus', { shipmentId: 's1', status: 'READY' })).toBe(
      'UNDER_WAY',
    );
    expect(await fresh.codeOf('updateDeliveryStatus', report('s1', 'c2', 'DELIVERED'))).toBe('NOT_YOURS');
    expect(await available()).toEqual(['s2', 's3']);

    await fresh.ask('updateDeliveryStatus', report('s1', 'c#1', 'DELIVERED'));
    expect([await active('c#1'), await available()]).toEqual([null, ['s2', 's3']]);
    expect(await ofCourier('c#1')).toEqual(['s1 DELIVERED']);

    await fresh.ask('acceptDelivery', accept('s2', 'c#1'));
    await fresh.ask('updateDeliveryStatus', report('s2', 'c#1', 'READY'));
    expect([await active('c#1'), await available()]).toEqual([null, ['s2', 's3']]);
    expect(await ofCourier('c#1')).toEqual(['s1 DELIVERED']);
    await fresh.close();
  });

  test('couriers race for a shipment, and a courier for two: one wins, and no index says otherwise', async () => {
    const { fresh, create, available, active } = await opened();
    for (let round = 0; round < runs(6); round++) {
      const [one, other] = [`one ${round}`, `other ${round}`];
      await create(one);
      await create(other);
      const tries = await Promise.all([
        fresh.codeOf('acceptDelivery', { shipmentId: one, courierId: 'c#1' }),
        fresh.codeOf('acceptDelivery', { shipmentId: one, courierId: 'c2' }),
        fresh.codeOf('acceptDelivery', { shipmentId: other, courierId: 'c#1' }),
      ]);
      const taken = [await active('c#1'), await active('c2')];
      expect(tries.filter((code) => code === undefined)).toHaveLength(
        taken.filter((id) => id !== null).length,
      );
      expect(new Set(taken).size).toBe(2);
      expect((await available()).sort()).toEqual([one, other].filter((id) => !taken.includes(id)).sort());
      for (const [at, courierId] of ['c#1', 'c2'].entries()) {
        const shipmentId = taken[at];
        if (shipmentId)
          await fresh.ask('updateDeliveryStatus', { shipmentId, courierId, status: 'DELIVERED' });
      }
      for (const shipmentId of await available())
        await fresh.ask('updateShipmentStatus', { shipmentId, status: 'CANCELLED' });
    }
    await fresh.close();
  });

  test('a courier without a name for a key takes nothing', async () => {
    const { fresh, create, available } = await opened();
    await create('s');
    await fresh.ask('createCourier', {
      input: { courierId: '', name: '', email: '', phone: '', city: '', vehicleType: '' },
    });
    expect(await fresh.codeOf('acceptDelivery', { shipmentId: 's', courierId: '' })).toBe('KEY_INVALID');
    expect(await available()).toEqual(['s']);
    await fresh.close();
  });
});

test('the sample holds what is awkward', () => {
  expect(new Set(sample.shipments.map((one) => one.shipmentId)).size).toBe(sample.shipments.length);
  for (const text of awkwardTexts) expect(warehouseIds).toContain(text);
});
