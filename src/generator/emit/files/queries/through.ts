/** Patterns through a join: how an item of the join leads on, and what the edges carry of it. */

import { pageTypeName } from '../../../names.js';
import { entityOf } from '../../../plan/lookup/find.js';
import type { PatternPlan, QueryAccess, ThroughAccess, ThroughValue } from '../../../plan/types/access.js';
import type { Plan } from '../../../plan/types/plan.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { recordType } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import { flatText } from '../../print.js';
import {
  arrow,
  call,
  code,
  generic,
  globalOf,
  literal,
  literalUnion,
  object,
  operation,
  property,
  quote,
  union,
} from '../../printer.js';
import { codecOf, entityType, keyValue, runtimeType } from '../../symbols.js';
import { asStored, attributeOf, readExpression, unless } from '../shared.js';

type Through = PatternPlan & { readonly access: ThroughAccess };

/** Whether the query itself gives what the joins lead to. Of one join the resolver takes the second step. */
export function leadsOn(pattern: PatternPlan): pattern is Through {
  return pattern.access.kind === 'through' && pattern.cardinality === 'many';
}

/** What a query through a join gives, and how its items lead there. */
export interface ThroughQuery {
  readonly target: EntityPlan;
  /** What its edges carry; null where that is nothing. */
  readonly edge: Doc | null;
  readonly covering: Doc;
}

export function throughQuery(plan: Plan, access: ThroughAccess): ThroughQuery {
  const join = entityOf(plan, access.join.entity);
  const names = access.edge?.attributes ?? [];
  const attributes = join.attributes.filter((one) => names.includes(one.name));
  const edge = object(attributes.map((one) => property(one.name, readExpression(one))));
  return {
    target: entityOf(plan, access.entity),
    edge: names.length > 0 ? edgeType(entityType(join.names.record), names) : null,
    covering: object([
      property('kind', quote('through')),
      property('join', codecOf(join)),
      property('keyOf', keyFunction(plan, access)),
      ...(attributes.length > 0 ? [property('edge', arrow([itemOf(join)], edge))] : []),
    ]),
  };
}

/** The parameter that takes an item of an entity. */
function itemOf({ names }: EntityPlan): Doc {
  return code`item: ${generic(runtimeType('Attributes'), [entityType(names.record)])}`;
}

/** The key an item of the join leads to; undefined where an attribute of it has no value. */
function keyFunction(plan: Plan, access: ThroughAccess): Doc {
  const target = entityOf(plan, access.entity);
  const missing = access.key.flatMap(({ value }) =>
    value.kind === 'through' && value.nullable ? [`item.${value.attribute} == null`] : [],
  );
  const key = keyObject(access.key, ({ name, value }) => {
    if (value.kind === 'literal') return literal(value.value);
    if (value.kind === 'through') return code`item.${value.attribute} as ${presentType(target, name)}`;
    return asStored(target, name, `by.${name}`);
  });
  const absent = missing.length === 0 ? null : operation(missing, '||');
  return arrow(
    [itemOf(entityOf(plan, access.join.entity))],
    unless(absent, call(keyValue(target.names.keyBuilder), [key])),
  );
}

/** What an attribute holds where it has a value. */
export function presentType(entity: EntityPlan, field: string): Doc {
  const attribute = attributeOf(entity, field);
  return attribute ? recordType({ ...attribute, nullable: false }) : 'string';
}

/** `{ id: through.userId }`, by the name of the target's key field. */
export function keyObject(key: readonly ThroughValue[], expression: (value: ThroughValue) => Doc): Doc {
  return object(key.map((one) => property(one.name, expression(one))));
}

/** What the query is given for the target's key alone. */
export function throughMembers(plan: Plan, pattern: PatternPlan, access: QueryAccess): Doc[] {
  if (!leadsOn(pattern)) return [];
  const target = entityOf(plan, pattern.access.entity);
  return pattern.access.key.flatMap(({ name, value }) =>
    (value.kind === 'argument' || value.kind === 'parent') && !access.equals.some((one) => one.field === name)
      ? [code`readonly ${name}: ${presentType(target, name)}`]
      : [],
  );
}

/** The attributes of the join that the edges carry, as a type. */
function edgeType(record: Doc, attributes: readonly string[]): Doc {
  return generic(globalOf('Pick'), [record, literalUnion(attributes)]);
}

export interface EdgePage {
  readonly name: string;
  readonly record: string;
  readonly edge: Doc;
}

/** The type of a page of each connection whose edges have attributes; of several joins, a union. */
export function edgePages(plan: Plan): EdgePage[] {
  const pages = new Map<string, { name: string; record: string; edges: Map<string, Doc> }>();
  for (const { access, cardinality } of plan.patterns) {
    if (access.kind !== 'through' || !access.edge || cardinality !== 'many') continue;
    const name = pageTypeName(access.edge.connection);
    const { record } = entityOf(plan, access.entity).names;
    const page = pages.get(name) ?? { name, record, edges: new Map<string, Doc>() };
    const join = entityOf(plan, access.join.entity).names.record;
    const edge = edgeType(join, access.edge.attributes);
    page.edges.set(flatText(edge), edge);
    pages.set(name, page);
  }
  return [...pages.values()].map(({ edges, ...page }) => ({ ...page, edge: union([...edges.values()]) }));
}
