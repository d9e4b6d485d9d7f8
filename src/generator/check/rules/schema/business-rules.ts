/** Rules: each is used, in one role. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import type { Word } from '../../../model.js';
import { accessRules, placedIn } from '../../../resolve/access/statements.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import { type Check, type Finding, listed } from '../../row.js';

export const ruleChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'rule-unused',
    *check(resolved) {
      const named = new Set(namedRules(resolved).map(({ word }) => word.text));
      for (const rule of resolved.model.rules) {
        if (rule.for || named.has(rule.name.text)) continue;
        yield {
          at: rule.name.at,
          message: `Rule \`${rule.name.text}\` is not used.`,
          hint: 'Add `for: Type.field`, name the rule under `allow`, `visible`, `prepare`, `alongside`, `compute` or `validate` or in `@allow`, or remove it.',
        };
      }
    },
  },
  {
    code: 'rule-conflict',
    *check(resolved) {
      const roles = new Map<string, Map<string, Span>>();
      for (const { role, word } of namedRules(resolved)) {
        const uses = roles.get(word.text) ?? new Map<string, Span>();
        roles.set(word.text, uses);
        if (!uses.has(role)) uses.set(role, word.at);
      }
      for (const [rule, uses] of roles) {
        const [first, second] = uses;
        if (!first || !second) continue;
        yield {
          at: second[1],
          message: `Rule \`${rule}\` has the roles ${listed(uses.keys())}, but each role has its own type.`,
          notes: [{ message: `as \`${first[0]}\``, at: first[1] }],
          hint: 'Write a rule for each role. They can share code.',
        };
      }
    },
  },
  {
    code: 'rule-writes',
    *check(resolved) {
      yield* dependenciesWithoutMutation(resolved);
      const { mutationType } = resolved.model.sdl;
      const alongside = new Set(resolved.model.mutations.map((mutation) => mutation.alongside?.text));
      for (const { name, for: field, writes } of resolved.model.rules) {
        const [first] = writes;
        if (!first) continue;
        if (field ? field.type !== mutationType : !alongside.has(name.text)) {
          yield {
            at: first.entity.at,
            message: `Rule \`${name.text}\` cannot write: it neither answers a mutation nor is named by \`alongside\`.`,
            notes: [{ message: 'the rule', at: name.at }],
            hint: 'Remove `writes`.',
          };
          continue;
        }
        for (const { kind, entity } of writes) {
          const model = resolved.entities.get(entity.text)?.model;
          const isMaintained = kind === 'update' || kind === 'upsert';
          if (!model || !(model.historyOf || (isMaintained && model.immutable === true))) continue;
          yield {
            at: entity.at,
            message: model.historyOf
              ? `Rule \`${name.text}\` cannot ${kind} \`${entity.text}\`, which the writes of \`${model.historyOf.text}\` maintain.`
              : `Rule \`${name.text}\` cannot ${kind} \`${entity.text}\`, which is immutable.`,
            notes: [{ message: 'the entity', at: model.name.at }],
            hint: model.historyOf ? 'Remove it.' : 'Use `create`, or remove it.',
          };
        }
      }
    },
  },
];

/** Rules that let writes depend on a record, where they take no part in any. */
function* dependenciesWithoutMutation({ model }: ResolvedModel): Iterable<Finding> {
  const { mutationType } = model.sdl;
  const named = new Set(
    [...model.mutations, ...model.transactions].flatMap((one) => [
      one.allow?.text,
      ...('kind' in one ? [one.prepare?.text, one.alongside?.text] : []),
    ]),
  );
  for (const { type, allow } of placedIn(model)) {
    if (type.name !== mutationType) continue;
    named.add(allow.rule?.text);
    named.add(model.access?.viewer.text);
  }
  for (const { name, for: field, dependsOn } of model.rules) {
    const [first] = dependsOn;
    if (!first || (field ? field.type === mutationType : named.has(name.text))) continue;
    yield {
      at: first.at,
      message: `No write can depend on \`${first.text}\` because of rule \`${name.text}\`: no mutation names the rule.`,
      notes: [{ message: 'the rule', at: name.at }],
      hint: 'Remove `dependsOn`.',
    };
  }
}

/** Every mention of a rule, in the order of the YAML's parts. */
function namedRules({ model }: ResolvedModel): { readonly role: string; readonly word: Word }[] {
  const use = (role: string, word: Word | undefined) => (word ? [{ role, word }] : []);
  const access = accessRules(model);
  return [
    ...model.rules.flatMap((rule) => use('for', rule.for && rule.name)),
    ...model.entities.flatMap((entity) => entity.compute.flatMap(({ rule }) => use('compute', rule))),
    ...model.entities.flatMap((entity) =>
      entity.validate.flatMap(({ validation }) =>
        validation.kind === 'rule' ? use('validate', validation.rule) : [],
      ),
    ),
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
    ...model.subscriptions.flatMap(({ allow, visible }) => [
      ...use('allow', allow),
      ...use('visible', visible),
    ]),
    ...use('viewer', access.viewer),
    ...access.allowing.flatMap((rule) => use('allow', rule)),
  ];
}
