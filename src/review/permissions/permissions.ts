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
  const report = { added, removed, without: is.without };
  return {
    report,
    found: [
      ...report.added.map((one): Found => {
        const { action, resource, because } = one;
        return {
          rule: 'permission-new',
          subject: `${action} ${resource}`,
          message: `The role of the server has to allow \`${action}\` on \`${resource}\`, for ${listed(because)}.`,
          notes: renamed(tableOf(resource), wasNamed, isNamed),
          at: placeOfFirst(after, because),
        };
      }),
      ...report.removed.map(
        ({ action, resource }): Found => ({
          rule: 'permission-gone',
          subject: `${action} ${resource}`,
          message: `Nothing needs \`${action}\` on \`${resource}\` any more.`,
          notes: renamed(tableOf(resource), wasNamed, isNamed),
          at: null,
        }),
      ),
    ],
  };
}

function namesIn({ plan }: Revision): ReadonlyMap<string, string> {
  return new Map(plan.tables.map(({ name, physicalName }) => [name, physicalName]));
}

function tableOf(resource: string): string {
  return resource.split('.')[0] ?? '';
}

function renamed(
  table: string,
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): readonly string[] {
  const [before, after] = [was.get(table), is.get(table)];
  if (before === undefined || after === undefined || before === after) return [];
  return [`In DynamoDB its table was called \`${before}\`, and is called \`${after}\` now.`];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `\`${name}\``);
  return `${shown.join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}

function placeOfFirst(after: Revision, [name]: readonly string[]): Place | null {
  const { patterns, mutations, transactions, rules } = after.model;
  const declared = [...patterns, ...mutations, ...transactions, ...rules];
  return placeOf(after, 'after', declared.find((one) => one.name.text === name)?.name.at);
}
