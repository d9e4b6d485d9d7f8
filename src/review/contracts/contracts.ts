/** What hand-written rules take, return and write. */

import { plural } from '../../budget/plural.js';
import { type Found, placeOf } from '../found.js';
import { paired } from '../pairs.js';
import type { Revision, Revisions } from '../revision.js';

type Rule = Revision['plan']['rules'][number];

export function contractFindings({ before, after }: Revisions): Found[] {
  const { all } = paired(before.plan.rules, after.plan.rules, ({ name }) => name);
  return all.flatMap(({ was, is, one }) => {
    if (!was) return [added(after, one)];
    return is ? changed({ before, after }, was, is) : [gone(before, was)];
  });
}

function added(after: Revision, rule: Rule): Found {
  return {
    rule: 'rule-new',
    subject: rule.name,
    message: `Rule \`${rule.name}\` ${[...contractOf(after, rule).lines].join(', ')}.`,
    at: placeIn(after, 'after', rule.name),
    remedy: `Run \`tableloom scaffold\`, which writes a stub into ${rule.file}.ts, and write the rule.`,
  };
}

function gone(before: Revision, { name, file }: Rule): Found {
  return {
    rule: 'rule-gone',
    subject: name,
    message: `Nothing names rule \`${name}\` of ${file}.ts any more.`,
    at: placeIn(before, 'before', name),
  };
}

function changed({ before, after }: Revisions, was: Rule, is: Rule): Found[] {
  const [old, now] = [contractOf(before, was), contractOf(after, is)];
  const lost = [...old.lines].filter((line) => !now.lines.has(line));
  const won = [...now.lines].filter((line) => !old.lines.has(line));
  if (lost.length + won.length === 0) return [];
  // One more field to guard, one more value that it may set: the rule serves as it is.
  const servesAsItIs =
    lost.length === 0 &&
    won.every((line) => /^(guards|filters|is called|may give) |^may set `.*[^!]`$/.test(line));
  return [
    {
      rule: 'rule-contract-changed',
      subject: is.name,
      ...(servesAsItIs && { severity: 'note' }),
      message: servesAsItIs
        ? `Rule \`${is.name}\` serves as it is, and its contract has more.`
        : `Rule \`${is.name}\` has another contract.`,
      notes: [...lost.map((line) => `No longer: it ${line}.`), ...won.map((line) => `New: it ${line}.`)],
      at: placeIn(after, 'after', is.name),
    },
  ];
}

/** A line for each thing that the rule takes, gives, writes or costs. */
function contractOf(
  { plan, schema }: Revision,
  { use, file, writes = [], publishes = [], dependsOn = [], asks = {} }: Rule,
) {
  const signature = ({ type, field }: { readonly type: string; readonly field: string }) => {
    const found = schema.getType(type);
    const definition = found && 'getFields' in found ? found.getFields()[field] : undefined;
    const given =
      definition && 'args' in definition ? definition.args.map((one) => `${one.name}: ${one.type}`) : [];
    return `\`${type}.${field}${given.length > 0 ? `(${given.join(', ')})` : ''}: ${definition?.type}\``;
  };
  const mutationLine = (name: string) => {
    const mutation = plan.mutations.find((one) => one.name === name);
    const answered = mutation?.field ? ` ${signature(mutation.field)}` : ` \`${name}\``;
    return { entity: mutation?.entity, answered };
  };
  const uses = (): string[] => {
    switch (use.kind) {
      case 'field':
        return [`answers ${signature(use.field)}`];
      case 'allow':
        return use.fields.map((field) => `guards ${signature(field)}`);
      case 'viewer':
        return use.roles.map((role) => `may give the role \`${role}\``);
      case 'visible':
        return use.targets.map((target) => `filters records of \`${target}\``);
      case 'prepare':
        return use.mutations.flatMap((name) => {
          const { entity, answered } = mutationLine(name);
          return [`prepares${answered}`, ...attributesOf(plan, entity)];
        });
      case 'alongside':
        return use.mutations.map((name) => `is called in the transaction of${mutationLine(name).answered}`);
      case 'validate':
        return use.attributes.map(({ entity, field }) => `validates \`${typed(plan, entity, field)}\``);
      case 'compute':
        return use.attributes.map(({ entity, field }) => `computes \`${typed(plan, entity, field)}\``);
    }
  };
  const { gets, once, requests } = asks;
  return {
    lines: new Set([
      ...uses(),
      `is in ${file}.ts`,
      ...writes.map(({ kind, entity }) => `may ${kind} \`${entity}\``),
      ...publishes.map((type) => `may publish \`${type}\``),
      ...dependsOn.map((entity) => `depends on a record of \`${entity}\``),
      ...(gets === undefined
        ? []
        : [`reads ${plural(gets, 'record')} by key${once === undefined ? '' : `, shared as \`${once}\``}`]),
      ...(requests === undefined ? [] : [`sends ${plural(requests, 'request')}`]),
    ]),
  };
}

/** What a rule that prepares values may set. */
function attributesOf({ entities }: Revision['plan'], name: string | undefined): string[] {
  const entity = entities.find((one) => one.name === name);
  return (entity?.attributes ?? []).flatMap((attribute) =>
    attribute.generated === null ? [`may set \`${entity?.name}.${attribute.name}: ${attribute.type}\``] : [],
  );
}

function typed({ entities }: Revision['plan'], entity: string, field: string): string {
  const attributes = entities.find(({ name }) => name === entity)?.attributes ?? [];
  return `${entity}.${field}: ${attributes.find(({ name }) => name === field)?.type}`;
}

/** Where it is declared; else where it is named first. */
function placeIn(revision: Revision, which: 'before' | 'after', name: string) {
  const { model } = revision;
  const declared = model.rules.find((one) => one.name.text === name)?.name;
  const named = [
    ...model.patterns.flatMap(({ allow, visible }) => [allow, visible]),
    ...model.mutations.flatMap(({ allow, prepare, alongside }) => [allow, prepare, alongside]),
    ...model.transactions.map(({ allow }) => allow),
    ...model.subscriptions.flatMap(({ allow, visible }) => [allow, visible]),
    model.access?.viewer,
  ].find((word) => word?.text === name);
  return placeOf(revision, which, (declared ?? named ?? { at: model.at }).at);
}
