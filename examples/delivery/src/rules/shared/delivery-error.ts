import { GraphQLError } from 'graphql';

/** What a shipment may answer instead of doing what it is asked, as `extensions.code`. */
const messages = {
  NOT_AVAILABLE: 'No courier may take this shipment now.',
  UNDER_WAY: 'A courier has this shipment; it is theirs to report.',
  NOT_YOURS: 'This courier is not under way with this shipment.',
  NOT_A_STATUS_HERE: 'A shipment cannot be given this status here.',
} as const;

export type DeliveryErrorCode = keyof typeof messages;

export function deliveryError(code: DeliveryErrorCode, shipmentId: string): GraphQLError {
  return new GraphQLError(messages[code], { extensions: { code, shipmentId } });
}
