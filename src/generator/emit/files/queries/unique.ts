/** The functions in queries.ts of patterns that find a record by a unique value. */

import type { PatternPlan, UniqueAccess } from '../../../plan/types/access.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { keyComment } from '../../expressions.js';
import {
  arrow,
  assigned,
  call,
  code,
  comment,
  generic,
  globalOf,
  intersection,
  literal,
  literalUnion,
  object,
  objectType,
  property,
  quote,
  typedParameter,
} from '../../printer.js';
import { codecOf, entityType, keyValue, runtime, runtimeType } from '../../symbols.js';
import { asStored, attributeOf, guardFunction } from '../shared.js';
import { presentType } from './through.js';

export function uniqueView(entity: EntityPlan, pattern: PatternPlan, { fields }: UniqueAccess) {
  const guard = entity.guards.find((one) => one.fields.join() === fields.join());
  if (!guard) throw new Error(`pattern ${pattern.name} has no guard`);
  const constants = new Map(
    pattern.inputs.flatMap(({ name, value }) => (value.kind === 'literal' ? [[name, value.value]] : [])),
  );
  const free = fields.filter((name) => !constants.has(name));
  const certain = free.filter((name) => !attributeOf(entity, name)?.nullable);
  const others = free.filter((name) => !certain.includes(name));
  const shape = [
    ...(certain.length > 0
      ? [generic(globalOf('Pick'), [entityType(entity.names.record), literalUnion(certain)])]
      : []),
    ...(others.length > 0
      ? [objectType(others.map((name) => code`readonly ${name}: ${presentType(entity, name)}`))]
      : []),
  ];
  const values = fields.map((name) =>
    property(
      name,
      constants.has(name) ? literal(constants.get(name) ?? null) : asStored(entity, name, `by.${name}`),
    ),
  );
  const body = call(runtime('uniqueLookup'), [
    quote(pattern.name),
    codecOf(entity),
    keyValue(guardFunction(entity, guard)),
    object(values),
  ]);
  const returns = generic(runtimeType('UniqueLookup'), [entityType(entity.names.record)]);
  const parameters = shape.length === 0 ? [] : [typedParameter('by', intersection(shape))];
  const field = pattern.field ? `${pattern.field.type}.${pattern.field.field}` : pattern.name;
  return {
    name: pattern.name,
    comment: comment(`${field}: the owner of ${keyComment(guard)}, with strong consistency.`),
    declaration: assigned(`export const ${pattern.name} =`, arrow(parameters, body, { returns })),
  };
}
