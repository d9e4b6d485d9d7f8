import { notFound } from 'tableloom/runtime';
import type {
  AcceptanceRule,
  DeliveryStatusRule,
  NewShipmentRule,
  ShipmentStatusRule,
} from '../../generated/rules.js';
import { deliveryError } from './shared/delivery-error.js';

/** A new shipment is ready, and lies where couriers of its city find it. */
export const newShipment: NewShipmentRule = ({ args: { input } }) => ({
  ...input,
  totalWeight: input.packages.reduce((sum, { weight }) => sum + weight, 0),
  status: 'READY',
  availableCity: input.city,
});

/** What the warehouse says of a shipment that no courier has. */
export const shipmentStatus: ShipmentStatusRule = ({ args: { shipmentId, status }, current }) => {
  if (current.activeDelivery !== null) throw deliveryError('UNDER_WAY', shipmentId);
  if (status === 'IN_TRANSIT' || status === 'DELIVERED') throw deliveryError('NOT_A_STATUS_HERE', shipmentId);
  return { status, availableCity: status === 'READY' ? current.city : null };
};

/**
 * A courier takes a shipment: it leaves the list of its city and becomes the courier's only one under way, in one
 * write. Of several couriers one wins; a courier with another shipment under way is told UNIQUE_VIOLATION.
 */
export const acceptance: AcceptanceRule = async ({ args: { shipmentId, courierId }, context, current }) => {
  if (!(await context.loaders.courier.load({ courierId }))) throw notFound('Courier', { courierId });
  if (current.availableCity === null) throw deliveryError('NOT_AVAILABLE', shipmentId);
  return { status: 'IN_TRANSIT', courierId, activeDelivery: courierId, availableCity: null };
};

/** What the courier says: delivered, given up, or given back, which makes it ready for others. */
export const deliveryStatus: DeliveryStatusRule = ({ args: { shipmentId, courierId, status }, current }) => {
  if (current.activeDelivery !== courierId) throw deliveryError('NOT_YOURS', shipmentId);
  if (status === 'PENDING') throw deliveryError('NOT_A_STATUS_HERE', shipmentId);
  if (status === 'READY')
    return { status, courierId: null, activeDelivery: null, availableCity: current.city };
  return status === 'IN_TRANSIT' ? { status } : { status, activeDelivery: null };
};
