/** The data of access.md: who may use each field, for reviewers; and of directives.graphql, for editors. */

import {
  type Allowed,
  type AuthorizationPlan,
  type AuthorizedField,
  type AuthorizedType,
  accessFor,
} from '../../plan/types/authorization.js';
import type { ValuePlan } from '../../plan/types/values.js';

export function accessView({ roles, types }: AuthorizationPlan) {
  const isPlain = ({ isRoot, fields }: AuthorizedType) => !isRoot && fields.every(saysNothing);
  return {
    columns: row([...roles, 'nobody']),
    rule: row([...roles, ''].map(() => '---')),
    types: types
      .filter((type) => !isPlain(type))
      .map((type) => ({
        name: type.name,
        open: type.isRoot ? null : type.open,
        rows: grouped(type.fields.map((field) => [field.name, cellsOf(type, field, roles)] as const)),
      })),
    plain: types.filter(isPlain).map((type) => ({
      name: type.name,
      fields: listed(type.fields.map(({ name }) => name)),
      cells: row([...roles, null].map((role) => reachCell(type, role))),
      open: type.open === null ? '' : `\`${type.open}\``,
    })),
  };
}

function saysNothing({ allowed, rules, answeredBy, isExternal }: AuthorizedField): boolean {
  return !allowed && rules.length === 0 && answeredBy === undefined && !isExternal;
}

/** A cell for each role and for nobody, and what else decides. */
function cellsOf(type: AuthorizedType, field: AuthorizedField, roles: readonly string[]): string {
  const { allowed, rules, answeredBy, isExternal } = field;
  const cells = [...roles, null].map((role) => (allowed ? cellOf(allowed, role) : reachCell(type, role)));
  const further = [
    ...(allowed ? [] : ['no `@allow`']),
    ...rules.map((rule) => `rule \`${rule}\` is called, too`),
    ...(answeredBy === undefined ? [] : ['a rule answers it']),
    ...(isExternal ? ['external'] : []),
  ];
  return row([...cells, further.join('; ')]);
}

function cellOf(allowed: Allowed, role: string | null): string {
  const access = accessFor(allowed, role);
  if (access !== 'maybe') return access === 'yes' ? 'yes' : '–';
  return [
    ...(role === null || allowed.owner.length === 0
      ? []
      : [`own (${allowed.owner.map(ownerText).join(', ')})`]),
    ...(allowed.rule === null ? [] : [`rule \`${allowed.rule}\``]),
  ].join(', ');
}

/** `id`, of an argument `$id`. */
function ownerText(value: ValuePlan): string {
  if (value.kind !== 'argument' && value.kind !== 'parent') return '';
  return `${value.kind === 'argument' ? '$' : ''}${value.path.join('.')}`;
}

function reachCell({ reachedBy }: AuthorizedType, role: string | null): string {
  return reachedBy.includes(role) ? 'yes' : '–';
}

/** Fields of which the same is said are one row, where the first of them is. */
function grouped(fields: readonly (readonly [name: string, cells: string])[]) {
  const rows = new Map<string, string[]>();
  for (const [name, cells] of fields) rows.set(cells, [...(rows.get(cells) ?? []), name]);
  return Array.from(rows, ([cells, names]) => ({ fields: listed(names), cells }));
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function row(cells: readonly string[]): string {
  return cells.join(' | ');
}
