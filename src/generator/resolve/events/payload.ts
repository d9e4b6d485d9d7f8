/** What a subscription's field delivers: a cursor, the event, the records as they are now. */

import type { SubscriptionModel } from '../../event-model.js';
import { namedType, type SdlField, type SdlType } from '../../model.js';
import { isAnswered, type ResolvedNames } from '../resolved-model.js';
import { fieldAt } from '../sdl.js';
import { reportedBy } from './attributes.js';

export interface Payload {
  readonly type: SdlType;
  /** Its fields of type `String!`: there is to be one. */
  readonly cursors: readonly SdlField[];
  readonly cursor: SdlField | undefined;
  readonly event: SdlField | undefined;
  readonly records: readonly { readonly field: SdlField; readonly entity: string }[];
  /** Fields that nothing delivers or answers. */
  readonly others: readonly SdlField[];
}

/** Undefined where the field has another type than an object type that is no entity. */
export function payloadOf(names: ResolvedNames, subscription: SubscriptionModel): Payload | undefined {
  const { model, entities } = names;
  const found = fieldAt(model, subscription.for)?.type;
  const type = found?.kind === 'named' ? model.sdl.types.get(found.name) : undefined;
  if (type?.kind !== 'object' || entities.has(type.name)) return undefined;
  const log = model.eventLog?.entity.text;
  const reported = new Set(reportedBy(names, subscription).map(({ name }) => name));
  const own = type.fields.filter((field) => !isAnswered(names, type.name, field.name));
  const one = (field: SdlField) =>
    field.type.kind === 'named' && !field.type.nonNull && field.arguments.length === 0;
  const cursors = own.filter((field) => field.type.nonNull && isString(field.type));
  const events = own.filter((field) => one(field) && namedType(field.type) === log);
  const records = own.filter((field) => one(field) && reported.has(namedType(field.type)));
  const [cursor] = cursors;
  const [event] = events;
  const delivered = new Set([...cursors, event, ...records]);
  return {
    type,
    cursors,
    cursor,
    event,
    records: records.map((field) => ({ field, entity: namedType(field.type) })),
    others: own.filter((field) => !delivered.has(field)),
  };
}

function isString(type: SdlField['type']): boolean {
  return type.kind === 'named' && type.name === 'String';
}
