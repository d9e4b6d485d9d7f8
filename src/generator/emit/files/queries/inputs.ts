/** The inputs of a query function. */

import type { PatternPlan, QueryAccess } from '../../../plan/types/access.js';
import type { Plan } from '../../../plan/types/plan.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { givenType, readonlyList, recordType } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import {
  code,
  generic,
  globalOf,
  intersection,
  literalUnion,
  objectType,
  typedParameter,
} from '../../printer.js';
import { entityType, runtimeType } from '../../symbols.js';
import { attributeOf } from '../shared.js';
import { givenBounds } from './bounds.js';
import { filterMembers } from './filters.js';
import { isListOfBuckets } from './partitions.js';
import { presentType, throughMembers } from './through.js';

interface Asked {
  readonly entity: EntityPlan;
  readonly access: QueryAccess;
  /** Several entities are read: the values are of no one record. */
  readonly isMixed: boolean;
}

/** Fields a caller gives values for: all that the pattern itself does not. */
export function freeFields({ inputs }: PatternPlan, { equals }: QueryAccess) {
  const constants = new Set(inputs.filter(({ value }) => value.kind === 'literal').map(({ name }) => name));
  return equals.filter(({ field, each }) => !constants.has(field) && (!each || each === 'list'));
}

/** `by: Pick<User, 'status'> & { readonly from?: … }`; none where there are no inputs. */
export function byParameter(plan: Plan, pattern: PatternPlan, asked: Asked): Doc[] {
  const { entity, access, isMixed } = asked;
  const free = freeFields(pattern, access);
  // A record without the value is in no index: there is no asking for it.
  const certain = free.filter(
    ({ field, each }) => !isMixed && !each && !attributeOf(entity, field)?.nullable,
  );
  const required = [
    ...throughMembers(plan, pattern, access),
    ...free
      .filter((one) => !certain.includes(one))
      .map(({ field, each }) => requiredMember(entity, field, each)),
    ...(access.bucket?.reads.kind === 'given'
      ? [`readonly bucket: ${isListOfBuckets(access) ? 'readonly string[]' : 'string'}`]
      : []),
  ];
  const members = [...required, ...optionalMembers(pattern, asked)];
  const fields = certain.map(({ field }) => field);
  const parts = [
    ...(fields.length > 0
      ? [generic(globalOf('Pick'), [entityType(entity.names.record), literalUnion(fields)])]
      : []),
    ...(members.length > 0 ? [boundsType(asked, members.length) ?? objectType(members)] : []),
  ];
  if (parts.length === 0) return [];
  const isOptional = fields.length === 0 && required.length === 0;
  const by = typedParameter('by', intersection(parts));
  return [isOptional ? code`${by} = {}` : by];
}

function requiredMember(entity: EntityPlan, field: string, each: unknown): Doc {
  const type = presentType(entity, field);
  if (!each) return code`readonly ${field}: ${type}`;
  const attribute = attributeOf(entity, field);
  return code`readonly ${field}: ${readonlyList(type, { isWord: attribute?.list !== true })}`;
}

/** `RangeBounds<'from' | 'to', string>`, where the bounds are all there is to give. */
function boundsType({ entity, access: { range } }: Asked, members: number): Doc | null {
  const bounds = givenBounds({ range });
  // A prefix is text, whatever the field is.
  if (!range || members < 2 || bounds.length !== members || bounds.includes('prefix')) return null;
  return generic(runtimeType('RangeBounds'), [literalUnion(bounds), boundType(entity, range.field)]);
}

function optionalMembers(pattern: PatternPlan, { entity, access }: Asked): Doc[] {
  const { narrow, range, order, bucket, filter } = access;
  const optional = (name: string, type: Doc) => code`readonly ${name}?: ${type} | null | undefined`;
  return [
    ...(narrow?.parts ?? []).map(({ hole }) => optional(hole.field, boundType(entity, hole.field))),
    ...givenBounds(access).map((bound) =>
      optional(bound, bound === 'prefix' || !range ? 'string' : boundType(entity, range.field)),
    ),
    ...(order.kind === 'chosen' ? [optional('order', "'ASC' | 'DESC'")] : []),
    ...(bucket?.reads.kind === 'across' ? [code`readonly now?: ${globalOf('Date')}`] : []),
    ...filterMembers(pattern, entity, filter),
  ];
}

function boundType(entity: EntityPlan, field: string): Doc {
  const attribute = attributeOf(entity, field);
  if (!attribute) return 'string';
  return attribute.encoding === 'time'
    ? givenType({ ...attribute, nullable: false })
    : recordType({ ...attribute, nullable: false });
}
