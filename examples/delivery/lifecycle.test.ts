/** Shipments through random lives, held against a model: after every step each index says what is so. */

import { expect, test } from 'vitest';
import { Dice } from '../../test/support/dice.js';
import { awkwardTexts, by, moments } from '../../test/support/examples.js';
import { runs } from '../../test/support/runs.js';
import { statuses } from './test/sample.js';
import { openDelivery } from './test/server.js';

const couriers = ['#', 'a', 'a#b', '😀'] as const;
const cities = ['', '#', 'Porto'] as const;
type Status = (typeof statuses)[number];

interface Life {
  readonly shipmentId: string;
  readonly city: string;
  readonly createdAt: string;
  status: Status;
  courierId: string | null;
  isActive: boolean;
}

/** What becomes of a shipment: the code of the error, or undefined. */
class Model {
  readonly lives = new Map<string, Life>();

  set({ shipmentId, status }: { shipmentId: string; status: Status }): string | undefined {
    const life = this.#life(shipmentId);
    if (life.isActive) return 'UNDER_WAY';
    if (status === 'IN_TRANSIT' || status === 'DELIVERED') return 'NOT_A_STATUS_HERE';
    const isFinished = life.status === 'DELIVERED' || life.status === 'CANCELLED';
    if (isFinished && status !== life.status) return 'GUARD_FAILED';
    life.status = status;
    return undefined;
  }

  accept({ shipmentId, courierId }: { shipmentId: string; courierId: string }): string | undefined {
    const life = this.#life(shipmentId);
    if (life.status !== 'READY') return 'NOT_AVAILABLE';
    if (this.active(courierId)) return 'UNIQUE_VIOLATION';
    Object.assign(life, { status: 'IN_TRANSIT', courierId, isActive: true });
    return undefined;
  }

  report(asked: { shipmentId: string; courierId: string; status: Status }): string | undefined {
    const life = this.#life(asked.shipmentId);
    const { status } = asked;
    if (!life.isActive || life.courierId !== asked.courierId) return 'NOT_YOURS';
    if (status === 'PENDING') return 'NOT_A_STATUS_HERE';
    life.status = status;
    if (status !== 'IN_TRANSIT') life.isActive = false;
    if (status === 'READY') life.courierId = null;
    return undefined;
  }

  active(courierId: string): Life | undefined {
    return [...this.lives.values()].find((one) => one.isActive && one.courierId === courierId);
  }

  #life(shipmentId: string): Life {
    const life = this.lives.get(shipmentId);
    if (!life) throw new Error(`there is no ${shipmentId}`);
    return life;
  }
}

test('an index holds what it should after every step', async () => {
  const server = await openDelivery();
  const dice = new Dice(97);
  const model = new Model();
  const person = { name: '', email: '', phone: '', city: '' };
  for (const courierId of couriers)
    await server.ask('createCourier', { input: { courierId, ...person, vehicleType: '' } });
  const ids = (lives: Iterable<Life>, ...order: string[]) =>
    [...lives].sort(by(...order)).map(({ shipmentId }) => shipmentId);
  const asked = async (field: string, args: object) => {
    const { nodes } = await server.page(field, { first: 100, ...args }, ['shipmentId']);
    return nodes.map(({ shipmentId }) => shipmentId);
  };
  const all = () => [...model.lives.values()];

  const fresh = [...awkwardTexts];
  for (let step = 0; step < runs(140); step++) {
    const kind = model.lives.size === 0 ? 0 : dice.below(8);
    const shipmentId = fresh[0];
    if (kind === 0 && shipmentId !== undefined) {
      fresh.shift();
      const [city, createdAt] = [dice.of(cities), dice.of(moments)];
      const names = { recipientId: '#', recipientName: '', warehouseId: '#', warehouseName: '' };
      const places = { origin: '', destination: '', city };
      await server.ask('createShipment', {
        input: { shipmentId, ...names, packages: [], ...places, createdAt },
      });
      model.lives.set(shipmentId, {
        shipmentId,
        city,
        createdAt,
        status: 'READY',
        courierId: null,
        isActive: false,
      });
    } else {
      const life = dice.of(all());
      // Mostly who has it: else nearly every report would be refused.
      const isTheirs = life.courierId !== null && dice.below(4) > 0;
      const courierId = isTheirs ? (life.courierId ?? '') : dice.of(couriers);
      const status = dice.of(statuses);
      const args = { shipmentId: life.shipmentId, courierId, status };
      const rare = status === 'CANCELLED' && dice.below(3) > 0 ? 'READY' : status;
      const set = { shipmentId: args.shipmentId, status: rare };
      const accept = { shipmentId: args.shipmentId, courierId };
      if (kind <= 2) expect(await server.codeOf('updateShipmentStatus', set)).toBe(model.set(set));
      else if (kind <= 4) expect(await server.codeOf('acceptDelivery', accept)).toBe(model.accept(accept));
      else expect(await server.codeOf('updateDeliveryStatus', args)).toBe(model.report(args));
    }
    for (const city of cities) {
      const right = all().filter((one) => one.status === 'READY' && one.city === city);
      expect(await asked('availableShipmentsByCity', { city })).toEqual(
        ids(right, 'createdAt', 'shipmentId'),
      );
    }
    for (const courierId of couriers) {
      const own = all().filter((one) => one.courierId === courierId);
      expect(await asked('courierShipments', { courierId })).toEqual(
        ids(own, 'status', 'createdAt', 'shipmentId'),
      );
      const active = (await server.ask('courierActiveDelivery', { courierId })) as {
        shipmentId: string;
      } | null;
      expect(active?.shipmentId).toBe(model.active(courierId)?.shipmentId);
    }
    const status = dice.of(statuses);
    const right = all().filter((one) => one.status === status);
    expect(await asked('recipientShipments', { recipientId: '#', status })).toEqual(
      ids(right, 'createdAt', 'shipmentId'),
    );
    expect(await asked('warehouseShipments', { warehouseId: '#', status })).toEqual(
      ids(right, 'createdAt', 'shipmentId'),
    );
  }
  expect(new Set(all().map((one) => one.status)).size).toBeGreaterThan(3);
  await server.close();
});
