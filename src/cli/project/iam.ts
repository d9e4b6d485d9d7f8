/** The policy of a server's role in IAM's words: the least that the plan needs. */

import type { TableloomRun } from '../../generator/preset.js';
import { permissionsOf } from '../../review/permissions/needs.js';
import type { Permission } from '../../review/report.js';

/** Variables of table names are those of the environment; `*` stands for any that is not set. */
export function iamPolicy(
  { plan, model }: Pick<TableloomRun, 'plan' | 'model'>,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const named = new Map(
    plan.tables.map(({ name, physicalName }) => [
      name,
      physicalName.replace(/\$\{([^}]*)\}/g, (_, variable: string) => environment[variable] || '*'),
    ]),
  );
  const arnOf = ({ resource }: Permission) => {
    const [table = '', index] = resource.split('.');
    return `arn:aws:dynamodb:*:*:table/${named.get(table)}${index === undefined ? '' : `/index/${index}`}`;
  };
  const actions = new Map<string, string[]>();
  for (const one of permissionsOf({ plan, model }).all)
    actions.set(arnOf(one), [...(actions.get(arnOf(one)) ?? []), one.action]);
  // What is allowed the same is one statement.
  const statements = new Map<string, string[]>();
  for (const [arn, all] of actions) {
    const key = all.join();
    statements.set(key, [...(statements.get(key) ?? []), arn]);
  }
  const policy = {
    Version: '2012-10-17',
    Statement: [...statements].map(([all, Resource]) => ({
      Effect: 'Allow',
      Action: all.split(','),
      Resource,
    })),
  };
  return `${JSON.stringify(policy, null, 2)}\n`;
}
