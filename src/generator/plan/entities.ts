/** What is stored of an entity: attributes, items and what its writes maintain. */

import type { CacheModel } from '../cache-model.js';
import { referencePlan } from '../layout/references.js';
import type { EntityLayout, Layout } from '../layout/types.js';
import { type Model, printType } from '../model.js';
import { entityNames } from '../names.js';
import { isPartField } from '../resolve/events/log.js';
import type { ResolvedAttribute } from '../resolve/resolved-model.js';
import { scalarEncoding } from '../scalars.js';
import { formOf } from './forms.js';
import type { AttributePlan, CachePlan, EntityPlan } from './types/storage.js';

export function entityPlan(whole: Model, { entities }: Layout, entity: EntityLayout): EntityPlan {
  const { model, table, attributes, items, keyFields, guards, aggregates } = entity;
  const references = entity.references.map((one) =>
    referencePlan(whole, model, one, entities.get(one.to)?.keyFields ?? []),
  );
  const revision = [...attributes.values()].find((one) => one.generated === 'revision')?.name ?? null;
  return {
    name: model.name.text,
    names: entityNames(model.name.text),
    table: table.name.text,
    attributes: Array.from(attributes.values(), (attribute) => ({
      ...attributePlan(whole, attribute),
      ...(model.events && isPartField(attribute.name) ? { isPart: true as const } : {}),
    })),
    items,
    guards,
    ...(aggregates.length > 0 ? { aggregates } : {}),
    ...(references.length > 0 ? { references } : {}),
    revision: model.immutable === true || model.historyOf ? null : revision,
    ttl: model.ttl && table.ttl ? { attribute: table.ttl.text, field: model.ttl.text } : null,
    ...(model.cache ? { cache: cachePlan(model.cache) } : {}),
    keyFields,
    historyOf: model.historyOf?.text ?? null,
    ...(model.historyOf && model.keep?.seconds !== undefined && table.ttl ? { expires: table.ttl.text } : {}),
  };
}

export function cachePlan({ seconds, stale, shared }: CacheModel): CachePlan {
  return { seconds, stale, ...(shared ? { shared: true } : {}) };
}

function attributePlan(
  { sdl }: Model,
  { name, type, at: _at, values: _values, ...rest }: ResolvedAttribute,
): AttributePlan {
  const elements = type.kind === 'list' ? { elements: type.of } : {};
  const form = formOf(sdl, type);
  const isAny = scalarEncoding(sdl, rest.of) === 'document';
  return {
    name,
    type: printType(type),
    ...elements,
    ...rest,
    ...(isAny ? { any: true } : {}),
    ...(form ? { form } : {}),
  };
}
