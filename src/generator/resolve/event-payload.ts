/** What a subscription's field delivers: a cursor, the event, the records as they are now. */

import type { SubscriptionModel } from '../event-model.js';
import { namedType, type SdlField, type SdlType } from '../model.js';
import { reportedBy } from './event-attributes.js';
import type { ResolvedNames } from './resolved-model.js';
import { fieldAt } from './sdl.js';

export interface Payload {
  readonly type: SdlType;
  /** Its only field of type `String!`; undefined where there is none, or there are several. */
  readonly cursor: SdlField | undefined;
  readonly event: SdlField | undefined;
  readonly records: readonly { readonly field: SdlField; readonly entity: string }[];
  /** Fields that nothing delivers. */
  readonly others: readonly SdlField[];
}

/** Undefined where the field's type is no object type of its own. */
export function payloadOf(names: ResolvedNames, subscription: SubscriptionModel): Payload | undefined {
  const { model, entities } = names;
  const found = fieldAt(model, subscription.for)?.type;
  const type = found?.kind === 'named' ? model.sdl.types.get(found.name) : undefined;
  if (type?.kind !== 'object' || entities.has(type.name)) return undefined;
  const log = model.eventLog?.entity.text;
  const reported = new Set(reportedBy(names, subscription).map(({ name }) => name));
  const one = (field: SdlField) =>
    field.type.kind === 'named' && !field.type.nonNull && field.arguments.length === 0;
  const cursors = type.fields.filter(({ type: own }) => own.nonNull && isString(own));
  const events = type.fields.filter((field) => one(field) && namedType(field.type) === log);
  const records = type.fields.filter((field) => one(field) && reported.has(namedType(field.type)));
  const [cursor] = cursors;
  const [event] = events;
  const delivered = new Set([cursor, event, ...records]);
  return {
    type,
    cursor: cursors.length === 1 ? cursor : undefined,
    event,
    records: records.map((field) => ({ field, entity: namedType(field.type) })),
    others: type.fields.filter((field) => !delivered.has(field)),
  };
}

function isString(type: SdlField['type']): boolean {
  return type.kind === 'named' && type.name === 'String';
}
