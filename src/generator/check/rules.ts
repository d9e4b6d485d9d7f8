/** Rules: each is used, in one role. */

import type { Span } from '../diagnostics.js';
import type { Word } from '../model.js';
import type { Facts } from './facts.js';
import { type Check, listed } from './row.js';

export const ruleChecks: readonly Check<Facts>[] = [
  {
    code: 'rule-unused',
    purpose: 'Every declared rule is asked.',
    *check(facts) {
      const named = new Set(namedRules(facts).map(({ word }) => word.text));
      for (const rule of facts.model.rules) {
        if (rule.for || named.has(rule.name.text)) continue;
        yield {
          at: rule.name.at,
          message: `Rule \`${rule.name.text}\` is asked by nothing.`,
          hint: 'Give it a field with `for: Type.field`, name it under `allow`, `visible`, `prepare`, `alongside` or `compute`, or remove it.',
        };
      }
    },
  },
  {
    code: 'rule-conflict',
    purpose: 'A rule has one role, and so one type.',
    *check(facts) {
      const roles = new Map<string, Map<string, Span>>();
      for (const { role, word } of namedRules(facts)) {
        const uses = roles.get(word.text) ?? new Map<string, Span>();
        roles.set(word.text, uses);
        if (!uses.has(role)) uses.set(role, word.at);
      }
      for (const [rule, uses] of roles) {
        const [first, second] = uses;
        if (!first || !second) continue;
        yield {
          at: second[1],
          message: `Rule \`${rule}\` has the roles ${listed(uses.keys())}: each has a type of its own.`,
          notes: [{ message: `as \`${first[0]}\``, at: first[1] }],
          hint: 'Write a rule for each; they can share code.',
        };
      }
    },
  },
];

/** Every mention of a rule, in the order of the YAML's parts. */
function namedRules({ model }: Facts): { readonly role: string; readonly word: Word }[] {
  const use = (role: string, word: Word | undefined) => (word ? [{ role, word }] : []);
  return [
    ...model.rules.flatMap((rule) => use('for', rule.for && rule.name)),
    ...model.entities.flatMap((entity) => entity.compute.flatMap(({ rule }) => use('compute', rule))),
    ...model.patterns.flatMap((pattern) => [
      ...use('allow', pattern.allow),
      ...use('visible', pattern.visible),
    ]),
    ...model.mutations.flatMap((mutation) => [
      ...use('allow', mutation.allow),
      ...use('prepare', mutation.prepare),
      ...use('alongside', mutation.alongside),
    ]),
    ...model.transactions.flatMap(({ allow }) => use('allow', allow)),
  ];
}
