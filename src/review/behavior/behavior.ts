/** What the same request gets, or writes, otherwise than before, though the API is the same. */

import { getNamedType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import type { PatternPlan } from '../../generator/plan/types/access.js';
import type { SubscriptionPlan } from '../../generator/plan/types/events.js';
import type { EntityPlan } from '../../generator/plan/types/storage.js';
import type { FieldRef } from '../../generator/plan/types/values.js';
import type { MutationPlan, TransactionPlan, WrittenValue } from '../../generator/plan/types/writes.js';
import { spanOf } from '../api/places.js';
import { type Found, placeOf } from '../found.js';
import { type Pairs, paired } from '../pairs.js';
import type { Revision, Revisions } from '../revision.js';
import { eventsFacts, eventTypeFacts, subscriptionFacts } from './events.js';
import { differences, type Fact } from './facts.js';
import { patternFacts } from './patterns.js';
import { argumentsIn } from './words.js';
import { attributeFacts, mutationFacts, transactionFacts } from './writes.js';

export function behaviorFindings(revisions: Revisions): Found[] {
  const { before, after } = revisions;
  const [was, is] = [before.plan, after.plan];
  return [
    ...answering(was.patterns, is.patterns).flatMap((pair) => answerChanged(revisions, pair)),
    ...answering(was.mutations, is.mutations).flatMap((pair) => {
      const sides = {
        was: { each: pair.was.each, field: pair.was.field ?? transactionOf(before, pair.was)?.field ?? null },
        is: { each: pair.is.each, field: pair.is.field ?? transactionOf(after, pair.is)?.field ?? null },
      };
      const facts = mutationFacts(pair.was).map(renamesOf(after, [pair.is.entity]));
      const changes = changesOf(revisions, facts, mutationFacts(pair.is), sides);
      return writeChanged(revisions, pair.is.name, changes);
    }),
    ...answering(was.transactions ?? [], is.transactions ?? []).flatMap((pair) =>
      writeChanged(
        revisions,
        pair.is.name,
        changesOf(revisions, transactionFacts(pair.was), transactionFacts(pair.is), pair),
      ),
    ),
    ...eventsChanged(revisions),
    ...answering(was.subscriptions ?? [], is.subscriptions ?? []).flatMap((pair) =>
      deliveryChanged(revisions, pair),
    ),
    ...paired(was.entities, is.entities, ({ name }) => name).both.flatMap((pair) =>
      attributesChanged(revisions, pair),
    ),
  ];
}

interface Answering {
  readonly name: string;
  readonly field: FieldRef | null;
}

/** Those that answer the same field, else those of one name. */
function answering<One extends Answering>(before: readonly One[], after: readonly One[]): Pairs<One>['both'] {
  const fieldOf = ({ name, field }: One) => (field ? `${field.type}.${field.field}` : ` ${name}`);
  const byField = paired(before, after, fieldOf);
  const byName = paired(byField.gone, byField.added, ({ name }) => name);
  return [...byField.both, ...byName.both];
}

function transactionOf({ plan }: Revision, { name }: MutationPlan): TransactionPlan | undefined {
  return plan.transactions?.find(({ steps }) => steps.some(({ mutation }) => mutation === name));
}

interface Side {
  readonly field: FieldRef | null;
  readonly each?: WrittenValue | undefined;
}

function changesOf(
  { before, after }: Revisions,
  was: readonly Fact[],
  is: readonly Fact[],
  sides: { readonly was: Side; readonly is: Side },
): string[] {
  const knows =
    ({ schema }: Revision, { field }: Side, { each }: Side) =>
    ({ values = [] }: Fact) =>
      field === null ||
      values.flatMap((value) => argumentsIn(value, each)).every((path) => takes(schema, field, path));
  return differences(was, is, {
    before: knows(before, sides.was, sides.is),
    after: knows(after, sides.is, sides.was),
  });
}

/** Whether a request of a field can give an argument, or a field of an input below one. */
function takes(schema: Revision['schema'], { type, field }: FieldRef, path: readonly string[]): boolean {
  const owner = schema.getType(type);
  const [first = '', ...steps] = path;
  const found = isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[field] : undefined;
  let given = found?.args.find(({ name }) => name === first)?.type;
  for (const step of steps) {
    const input = given && getNamedType(given);
    given = isInputObjectType(input) ? input.getFields()[step]?.type : undefined;
  }
  return given !== undefined;
}

function answerChanged(
  revisions: Revisions,
  pair: { readonly was: PatternPlan; readonly is: PatternPlan },
): Found[] {
  const { before, after } = revisions;
  const { was, is } = pair;
  const renamed = renamesOf(after, [is.target, is.field?.type]);
  const facts = patternFacts(was, before.plan, after.plan).map(renamed);
  const changes = changesOf(revisions, facts, patternFacts(is, after.plan, before.plan), pair);
  return found(
    'answer-changed',
    is.name,
    `With the same request, \`${is.name}\` gives another answer than before.`,
    changes,
    declarationOf(after, is.name),
  );
}

function deliveryChanged(
  revisions: Revisions,
  pair: { readonly was: SubscriptionPlan; readonly is: SubscriptionPlan },
): Found[] {
  return found(
    'answer-changed',
    pair.is.name,
    `With the same request, \`${pair.is.name}\` delivers something else than before.`,
    changesOf(revisions, subscriptionFacts(pair.was), subscriptionFacts(pair.is), pair),
    declarationOf(revisions.after, pair.is.name),
  );
}

/** What events contain, and for how long there are any. */
function eventsChanged(revisions: Revisions): Found[] {
  const [was, is] = [revisions.before.plan.events, revisions.after.plan.events];
  if (!was || !is) return [];
  const always = { before: () => true, after: () => true };
  const types = paired(was.types, is.types, ({ name }) => name).both;
  return [
    ...writeChanged(revisions, is.entity, differences(eventsFacts(was), eventsFacts(is), always)),
    ...types.flatMap((pair) =>
      writeChanged(
        revisions,
        pair.is.name,
        differences(eventTypeFacts(pair.was), eventTypeFacts(pair.is), always),
      ),
    ),
  ];
}

function writeChanged(revisions: Revisions, name: string, changes: readonly string[]): Found[] {
  return found(
    'write-changed',
    name,
    `With the same request, \`${name}\` stores something else than before, or refuses in other cases.`,
    changes,
    declarationOf(revisions.after, name),
  );
}

function attributesChanged(
  { after }: Revisions,
  { was, is }: { readonly was: EntityPlan; readonly is: EntityPlan },
): Found[] {
  const pairs = paired(
    was.attributes,
    is.attributes,
    ({ name }) => name,
    ({ formerly = [] }) => formerly,
  ).both;
  const always = () => true;
  return pairs.flatMap((pair) => {
    const subject = `${is.name}.${pair.is.name}`;
    const changes = differences(attributeFacts(pair.was), attributeFacts(pair.is), {
      before: always,
      after: always,
    });
    const stored = after.model.entities
      .find(({ name }) => name.text === is.name)
      ?.stored.find(({ name }) => name.text === pair.is.name)?.name.at;
    const at = placeOf(after, 'after', spanOf(after.model.sdl, subject) ?? stored);
    return found(
      'write-changed',
      subject,
      `\`${subject}\` may be given, or gets by itself, other values than before.`,
      changes,
      at,
    );
  });
}

function found(
  rule: 'answer-changed' | 'write-changed',
  subject: string,
  message: string,
  notes: readonly string[],
  at: Found['at'],
): Found[] {
  return notes.length === 0 ? [] : [{ rule, subject, message, notes, at }];
}

function declarationOf(revision: Revision, name: string): Found['at'] {
  const { patterns, mutations, transactions, events, subscriptions } = revision.model;
  const declared = [...patterns, ...mutations, ...transactions, ...events, ...subscriptions].find(
    (one) => one.name.text === name,
  );
  return placeOf(revision, 'after', declared?.name.at);
}

/** A fact of before with the names that attributes have now. */
function renamesOf({ plan }: Revision, names: readonly (string | undefined)[]): (fact: Fact) => Fact {
  const formerly = plan.entities
    .filter(({ name }) => names.includes(name))
    .flatMap(({ attributes }) =>
      attributes.flatMap(({ name, formerly = [] }) => formerly.map((former) => ({ former, name }))),
    );
  const now = (text: string) =>
    formerly.reduce(
      (all, { former, name }) => all.replace(new RegExp(`(?<![$\\w])${former}\\b`, 'g'), name),
      text,
    );
  return (fact) => ({ ...fact, topic: now(fact.topic), text: now(fact.text) });
}
