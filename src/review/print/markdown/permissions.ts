/** Actions on tables and indexes that the role of the server needs, or needs no more. */

import type { Permission, PermissionReport } from '../../report.js';
import { block } from './table.js';

export function permissionsText({ added, removed, without }: PermissionReport): string {
  const rows = (all: readonly Permission[], sign: string) =>
    all.map(({ action, resource, because }) => [
      `${sign} \`${action}\``,
      resource,
      because.map((name) => `\`${name}\``).join(', '),
    ]);
  const changed = [...rows(added, '+'), ...rows(removed, '-')];
  if (changed.length === 0) return '';
  const unknown =
    without.length === 0
      ? ''
      : `What these write is not declared, and not among them: ${without.map((one) => `\`${one}\``).join(', ')}.`;
  const table = block('What the policy of the role gains and loses:', ['action', 'on', 'for'], changed);
  return [table, unknown].filter((part) => part !== '').join('\n\n');
}
