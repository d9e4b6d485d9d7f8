/** What the role of the server has to allow that it did not, and the other way round. */

import { type Found, placeOf } from '../found.js';
import type { Permission, PermissionReport, Place } from '../report.js';
import type { Revision, Revisions } from '../revision.js';
import { permissionsOf } from './needs.js';

export function permissionsOfChange({ before, after }: Revisions): {
  readonly report: PermissionReport;
  readonly found: Found[];
} {
  const [was, is] = [permissionsOf(before), permissionsOf(after)];
  const [wasNamed, isNamed] = [namesIn(before), namesIn(after)];
  // A policy names tables as DynamoDB does.
  const idOf = ({ action, resource }: Permission, names: ReadonlyMap<string, string>) =>
    `${action} ${resource} ${names.get(tableOf(resource))}`;
  const known = new Set(was.all.map((one) => idOf(one, wasNamed)));
  const kept = new Set(is.all.map((one) => idOf(one, isNamed)));
  const added = is.all.filter((one) => !known.has(idOf(one, isNamed)));
  const removed = was.all.filter((one) => !kept.has(idOf(one, wasNamed)));
  // A table with another name is one finding, whatever is done there.
  const isRenamed = ({ resource }: Permission) => isNameOther(tableOf(resource), wasNamed, isNamed);
  const moved = [...isNamed].filter(([table]) => isNameOther(table, wasNamed, isNamed));
  const physical = (all: readonly Permission[], names: ReadonlyMap<string, string>) =>
    all.map((one) => (isRenamed(one) ? { ...one, resource: physicalOf(one, names) } : one));
  return {
    report: { added: physical(added, isNamed), removed: physical(removed, wasNamed), without: is.without },
    found: [
      ...moved.flatMap(([table, name]) =>
        renamedFound(
          after,
          table,
          { was: wasNamed.get(table) ?? '', is: name },
          physical(
            added.filter(({ resource }) => tableOf(resource) === table),
            isNamed,
          ),
        ),
      ),
      ...added
        .filter((one) => !isRenamed(one))
        .map(({ action, resource, because }): Found => {
          return {
            rule: 'permission-new',
            subject: `${action} ${resource}`,
            message: `The role of the server has to allow \`${action}\` on \`${resource}\`, for ${listed(because)}.`,
            at: placeOfFirst(after, because),
          };
        }),
      ...removed
        .filter((one) => !isRenamed(one))
        .map(({ action, resource }): Found => {
          return {
            rule: 'permission-gone',
            subject: `${action} ${resource}`,
            message: `Nothing needs \`${action}\` on \`${resource}\` any more.`,
            at: null,
          };
        }),
    ],
  };
}

function renamedFound(
  after: Revision,
  table: string,
  { was, is }: { readonly was: string; readonly is: string },
  added: readonly Permission[],
): Found[] {
  if (added.length === 0) return [];
  const resources = [...new Set(added.map(({ resource }) => resource))];
  const allowed = resources.map((resource) => {
    const actions = added.filter((one) => one.resource === resource).map(({ action }) => `\`${action}\``);
    return `On \`${resource}\`: ${actions.join(', ')}.`;
  });
  return [
    {
      rule: 'permission-new',
      subject: table,
      message: `Table \`${table}\` is \`${is}\` in DynamoDB, and was \`${was}\`: the role of the server has to allow on \`${is}\` all that it does there.`,
      notes: [...allowed, `Nothing needs \`${was}\` any more once no server of the old version runs.`],
      at: placeOf(after, 'after', after.model.tables.find((one) => one.name.text === table)?.name.at),
    },
  ];
}

function namesIn({ plan }: Revision): ReadonlyMap<string, string> {
  return new Map(plan.tables.map(({ name, physicalName }) => [name, physicalName]));
}

function tableOf(resource: string): string {
  return resource.split('.')[0] ?? '';
}

function isNameOther(
  table: string,
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): boolean {
  const [before, after] = [was.get(table), is.get(table)];
  return before !== undefined && after !== undefined && before !== after;
}

/** `web-shop.GSI1` */
function physicalOf({ resource }: Permission, names: ReadonlyMap<string, string>): string {
  const table = tableOf(resource);
  return `${names.get(table) ?? table}${resource.slice(table.length)}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `\`${name}\``);
  return `${shown.join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}

function placeOfFirst(after: Revision, [name]: readonly string[]): Place | null {
  const { patterns, mutations, transactions, subscriptions, rules } = after.model;
  const declared = [...patterns, ...mutations, ...transactions, ...subscriptions, ...rules];
  return placeOf(after, 'after', declared.find((one) => one.name.text === name)?.name.at);
}
