/** Actions on tables and indexes that the role of the server needs, or needs no more. */

import type { Permission, PermissionReport } from '../../report.js';
import { code } from '../markdown/inline.js';
import { type Detail, tableOf } from './detail.js';

export function permissionDetails({ added, removed, without }: PermissionReport): Detail[] {
  const rows = (all: readonly Permission[], sign: string) =>
    all.map(({ action, resource, because }) => [
      `${sign} \`${action}\``,
      resource,
      because.map(code).join(', '),
    ]);
  const changed = [...rows(added, '+'), ...rows(removed, '-')];
  const table = tableOf('What the policy of the role gains and loses:', ['action', 'on', 'for'], changed);
  if (changed.length === 0 || without.length === 0) return table;
  const text = `What these write is not declared, and not among them: ${without.map(code).join(', ')}.`;
  return [...table, { kind: 'sentence', text }];
}
