/** A few thousand records full of awkward values, the same at every run: what is right is worked out from them. */

import type { Write } from 'tableloom/runtime';
import { Dice } from '../../../test/support/dice.js';
import { awkwardTexts, decimals, integers, moments } from '../../../test/support/examples.js';
import {
  courierWrites,
  deliveryEventWrites,
  deliveryWrites,
  driverWrites,
  productWrites,
  ratingWrites,
  recipientWrites,
  restaurantWrites,
  shipmentWrites,
  warehouseWrites,
} from '../generated/writes.js';
import { now } from './server.js';

export const cities = ['', '#', 'Porto', 'Porto#', 'Porto#MENU', 'porto', '東京', '😀'] as const;
export const categories = ['', '#', 'Food', 'Foods', 'food', 'Food#1', '$S'] as const;
export const statuses = ['PENDING', 'READY', 'IN_TRANSIT', 'DELIVERED', 'CANCELLED'] as const;
export const names = [...awkwardTexts, 'Café', 'Cafe', 'Cafeteria', 'Depot', 'Depot 10', 'Depot 2'] as const;
export const warehouseIds = [...awkwardTexts, 'w1', 'w10', 'w2'];
export const recipientIds = [...awkwardTexts.slice(0, 12), 'r1', 'r10'];
/** None is empty: a courier's id is a key as it is, in ActiveDelivery. */
export const courierIds = ['#', '##', '$S', 'a', 'a#', 'a#b', 'ab', '日本', '😀', 'c1', 'c10', 'c2'] as const;

const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => awkwardTexts[at] ?? `${prefix}${at}`);

export function parcels(seed: number) {
  const dice = new Dice(seed);
  const person = () => ({
    name: dice.of(names),
    email: `${dice.below(1e6)}@example.com`,
    phone: dice.of(awkwardTexts),
    city: dice.of(cities),
  });
  const recipients = recipientIds.map((recipientId) => ({ recipientId, ...person() }));
  const couriers = courierIds.map((courierId) => ({
    courierId,
    ...person(),
    vehicleType: dice.of(['BIKE', '']),
  }));
  const warehouses = ids('warehouse ', 500).map((warehouseId) => ({
    warehouseId,
    name: dice.of(names),
    address: dice.maybe(awkwardTexts),
    city: dice.of(cities),
    category: dice.of(categories),
    rating: dice.of(decimals),
    processingTime: dice.of(integers),
    createdAt: dice.maybe(moments),
  }));
  const products = ids('product ', 900).map((productId) => ({
    warehouseId: dice.of(warehouseIds),
    productId,
    category: dice.of(categories),
    description: dice.of(awkwardTexts),
    price: dice.of(decimals),
    available: dice.below(2) === 0,
    city: dice.of(cities),
  }));
  const ratings = ids('rating ', 600).map((ratingId) => ({
    warehouseId: dice.of(warehouseIds),
    ratingId,
    recipientName: dice.of(names),
    feedback: dice.of(awkwardTexts),
    score: dice.of(integers),
    createdAt: dice.of(moments),
  }));
  const busy = new Set<string>();
  const shipments = ids('shipment ', 900).map((shipmentId) => {
    const status = dice.of(statuses);
    const isTaken = status === 'IN_TRANSIT' || status === 'DELIVERED';
    const courierId = isTaken ? dice.of(courierIds) : null;
    const isActive = status === 'IN_TRANSIT' && courierId !== null && !busy.has(courierId);
    if (isActive) busy.add(courierId);
    const city = dice.of(cities);
    return {
      shipmentId,
      recipientId: dice.of(recipientIds),
      recipientName: dice.of(names),
      warehouseId: dice.of(warehouseIds),
      warehouseName: dice.of(names),
      status,
      packages: Array.from({ length: dice.below(3) }, () => ({
        description: dice.of(awkwardTexts),
        weight: dice.of(decimals),
      })),
      totalWeight: dice.of(decimals),
      origin: dice.of(awkwardTexts),
      destination: dice.of(awkwardTexts),
      city,
      courierId,
      availableCity: status === 'READY' ? city : null,
      activeDelivery: isActive ? courierId : null,
      createdAt: dice.of(moments),
    };
  });
  const writes: Write<unknown>[] = [
    ...recipients.map((one) => recipientWrites.create(one)),
    ...couriers.map((one) => courierWrites.create(one)),
    ...warehouses.map((one) => warehouseWrites.create(one)),
    ...products.map((one) => productWrites.create(one)),
    ...ratings.map((one) => ratingWrites.create(one)),
    ...shipments.map((one) => shipmentWrites.create(one)),
  ];
  return {
    writes,
    recipients: recipients.map((one) => ({ ...one, createdAt: now, version: 1 })),
    couriers: couriers.map((one) => ({ ...one, createdAt: now, version: 1 })),
    warehouses: warehouses.map(first),
    products: products.map(first),
    ratings,
    shipments: shipments.map((one) => ({ ...one, updatedAt: now, version: 1 })),
  };
}

export const customerIds = ['', '#', 'a', 'a#b', '😀'] as const;
export const deliveryIds = ['', '#', 'a', 'a#EVENT', '日本'] as const;
export const orderStatuses = ['', 'PENDING', 'pending', 'OUT#1', 'DELIVERED', 'CANCELLED'] as const;
export const eventTypes = ['', '#', 'STATUS', 'STATUS_CHANGED', 'status', 'STAT', '😀', '😀x'] as const;
export const cuisines = [
  'Thai',
  'Thai#Vegan',
  'vegan',
  '日本料理',
  '😀',
  '',
  '$S',
  'Pizza und Thai',
] as const;
export const skills = ['', 'bike', 'Bike', 'bike#2', '冷', '😀', 'van'] as const;

export function meals(seed: number) {
  const dice = new Dice(seed);
  const deliveries = ids('delivery ', 800).map((deliveryId) => ({
    customerId: dice.of(customerIds),
    deliveryId,
    orderDate: dice.of(moments),
    restaurantId: dice.of(awkwardTexts),
    status: dice.of(orderStatuses),
    total: dice.of(decimals),
    deliveryFee: dice.of(decimals),
    tip: dice.maybe(decimals),
    items: Array.from({ length: dice.below(7) }, () => ({
      name: dice.of(awkwardTexts),
      quantity: dice.of(integers),
    })),
    specialInstructions: dice.maybe(awkwardTexts, 2),
    cancelledAt: dice.maybe(moments, 2),
  }));
  const events = ids('event ', 500).map((eventId) => ({
    deliveryId: dice.of(deliveryIds),
    eventId,
    eventTimestamp: dice.of(moments),
    eventType: dice.of(eventTypes),
    description: dice.maybe(awkwardTexts),
  }));
  const restaurants = ids('restaurant ', 450).map((restaurantId) => ({
    restaurantId,
    name: dice.of(names),
    cuisineType: dice.of(cuisines),
    rating: dice.of(decimals),
    isActive: dice.below(2) === 0,
  }));
  const drivers = ids('driver ', 450).map((driverId) => ({
    driverId,
    name: dice.of(names),
    tags: skills.filter(() => dice.below(3) === 0),
    isAvailable: dice.below(2) === 0,
    totalDeliveries: dice.of(integers),
    rating: dice.of(decimals),
  }));
  const writes: Write<unknown>[] = [
    ...deliveries.map((one) => deliveryWrites.create(one)),
    ...events.map((one) => deliveryEventWrites.create(one)),
    ...restaurants.map((one) => restaurantWrites.create(one)),
    ...drivers.map((one) => driverWrites.create(one)),
  ];
  return {
    writes,
    deliveries: deliveries.map(first),
    events,
    restaurants: restaurants.map(first),
    drivers: drivers.map((one) => first({ ...one, tags: [...one.tags].sort() })),
  };
}

/** As it is stored at first. */
function first<R extends object>(record: R): R & { readonly version: number } {
  return { ...record, version: 1 };
}
