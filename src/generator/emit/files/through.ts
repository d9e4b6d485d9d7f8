/** Patterns through a join: how an item of the join leads on, and what the edges carry of it. */

import { pageTypeName } from '../../names.js';
import { entityOf } from '../../plan/lookup/find.js';
import type { PatternPlan, QueryAccess, ThroughAccess, ThroughValue } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import { group, literal, quote } from '../code.js';
import { typeOfField } from './queries.js';
import { asStored, readExpression } from './shared.js';

type Through = PatternPlan & { readonly access: ThroughAccess };

/** Whether the query itself gives what the joins lead to. Of one join the resolver takes the second step. */
export function leadsOn(pattern: PatternPlan): pattern is Through {
  return pattern.access.kind === 'through' && pattern.cardinality === 'many';
}

export function throughView(plan: Plan, access: ThroughAccess) {
  const target = entityOf(plan, access.entity);
  const join = entityOf(plan, access.join.entity);
  const edge = access.edge?.attributes ?? [];
  const attributes = join.attributes.filter((one) => edge.includes(one.name));
  const properties = [
    "kind: 'through'",
    `join: ${join.names.codec}`,
    `keyOf: ${keyFunction(plan, access)}`,
    ...(attributes.length > 0
      ? [
          `edge: (item) => (${group(
            '{',
            attributes.map((one) => `${one.name}: ${readExpression(one)}`),
            '}',
            4,
            16,
          )})`,
        ]
      : []),
  ];
  return {
    record: [target.names.record, ...(edge.length > 0 ? [edgeType(plan, access)] : [])].join(', '),
    codec: target.names.codec,
    covering: `{\n${properties.map((one) => `    ${one},`).join('\n')}\n  }`,
  };
}

/** The key an item of the join leads to; undefined where an attribute of it has no value. */
function keyFunction(plan: Plan, access: ThroughAccess): string {
  const target = entityOf(plan, access.entity);
  const nullable = access.key.flatMap(({ value }) =>
    value.kind === 'through' && value.nullable ? [`item.${value.attribute} == null`] : [],
  );
  const key = keyObject(access.key, (one) => {
    const { name, value } = one;
    if (value.kind === 'literal') return literal(value.value);
    if (value.kind === 'through') return `item.${value.attribute} as ${typeOfField(target, name, false)}`;
    return asStored(target, name, `by.${name}`);
  });
  const call = `${target.names.keyBuilder}(${key})`;
  return nullable.length === 0
    ? `(item) => ${call}`
    : `(item) => (${nullable.join(' || ')} ? undefined : ${call})`;
}

/** `{ id: through.userId }`, by the name of the target's key field. */
export function keyObject(key: readonly ThroughValue[], expression: (value: ThroughValue) => string): string {
  return `{ ${key
    .map((one) => {
      const value = expression(one);
      return value === one.name ? value : `${one.name}: ${value}`;
    })
    .join(', ')} }`;
}

/** What the query is given for the target's key alone. */
export function throughMembers(plan: Plan, pattern: PatternPlan, access: QueryAccess): string[] {
  if (!leadsOn(pattern)) return [];
  const target = entityOf(plan, pattern.access.entity);
  return pattern.access.key.flatMap(({ name, value }) =>
    (value.kind === 'argument' || value.kind === 'parent') && !access.equals.some((one) => one.field === name)
      ? [`readonly ${name}: ${typeOfField(target, name, false)}`]
      : [],
  );
}

/** The attributes of the join that the edges carry, as a type. */
function edgeType(plan: Plan, access: ThroughAccess): string {
  const join = entityOf(plan, access.join.entity);
  return `Pick<${join.names.record}, ${(access.edge?.attributes ?? []).map(quote).join(' | ')}>`;
}

/** The type of a page of each connection whose edges have attributes; of several joins, a union. */
export function edgePages(plan: Plan): { name: string; record: string; edge: string }[] {
  const pages = new Map<string, { name: string; record: string; edges: Set<string> }>();
  for (const { access, cardinality } of plan.patterns) {
    if (access.kind !== 'through' || !access.edge || cardinality !== 'many') continue;
    const name = pageTypeName(access.edge.connection);
    const { record } = entityOf(plan, access.entity).names;
    const page = pages.get(name) ?? { name, record, edges: new Set<string>() };
    page.edges.add(edgeType(plan, access));
    pages.set(name, page);
  }
  return [...pages.values()].map(({ edges, ...page }) => ({ ...page, edge: [...edges].join(' | ') }));
}
