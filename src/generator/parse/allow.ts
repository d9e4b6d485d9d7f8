/** `@allow` of the SDL -> model. */

import { type ASTNode, type DirectiveNode, Kind, type ValueNode } from 'graphql';
import type { Span } from '../diagnostics/diagnostic.js';
import { type AllowModel, allowDirective } from '../sdl-model.js';
import type { Word } from '../sources.js';

/** The directive, for a schema that does not define it. */
export const allowDefinition = `directive @${allowDirective}(roles: [String!], owner: [String!], rule: String) on OBJECT | FIELD_DEFINITION`;

/** The names of its arguments: a directive that has others is not ours. */
export const allowArguments: readonly string[] = ['roles', 'owner', 'rule'];

/** Of the directives of a type or field. Where there are several, the schema is refused. */
export function readAllow(
  directives: readonly DirectiveNode[],
  span: (node: ASTNode) => Span,
): AllowModel | undefined {
  const directive = directives.find(({ name }) => name.value === allowDirective);
  if (!directive) return undefined;
  const faults: AllowModel['faults'][number][] = [];
  const words = (name: string, kind: Kind.ENUM | Kind.STRING, hint: string): Word[] => {
    const value = directive.arguments?.find((one) => one.name.value === name)?.value;
    const values: readonly ValueNode[] = value?.kind === Kind.LIST ? value.values : value ? [value] : [];
    return values.flatMap((one) => {
      if (one.kind === kind) return { text: one.value, at: span(one) };
      const what = kind === Kind.ENUM ? 'the name of a role' : 'text';
      faults.push({ at: span(one), message: `\`${name}\` takes ${what}.`, hint });
      return [];
    });
  };
  const roles = words('roles', Kind.ENUM, 'Write names without quotes, as in `roles: [ADMIN]`.');
  const owner = words('owner', Kind.STRING, 'Write names in quotes, as in `owner: "id"`.');
  const [rule, ...more] = words('rule', Kind.STRING, 'Write a name in quotes, as in `rule: "mayRead"`.');
  for (const { at } of more)
    faults.push({ at, message: '`rule` takes one name.', hint: 'Write one rule that asks both.' });
  for (const { name } of directive.arguments ?? []) {
    if (allowArguments.includes(name.value)) continue;
    const message = `\`@${allowDirective}\` has no argument \`${name.value}\`.`;
    faults.push({ at: span(name), message, hint: 'Use `roles`, `owner` and `rule`.' });
  }
  return { at: span(directive), roles, owner, ...(rule ? { rule } : {}), faults };
}
