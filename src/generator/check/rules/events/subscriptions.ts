/** Subscriptions answer a field that can carry what is delivered, and select events by what those have. */

import { suggestion } from '../../../diagnostics/suggest.js';
import type { SubscriptionModel } from '../../../event-model.js';
import { namedType, printType, type SdlField, type Word } from '../../../model.js';
import { eventConditionFields } from '../../../plan/types/events.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import { reportedBy } from '../../../resolve/events/attributes.js';
import { type Payload, payloadOf } from '../../../resolve/events/payload.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt, isSameType } from '../../../resolve/sdl.js';
import { typedValue } from '../../../resolve/value-paths.js';
import { type Check, type Finding, listed } from '../../row.js';

export const subscriptionChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'subscription-field',
    *check(resolved) {
      for (const subscription of resolved.model.subscriptions) yield* fieldMistakes(resolved, subscription);
    },
  },
  {
    code: 'subscription-payload',
    *check(resolved) {
      const { model } = resolved;
      for (const subscription of model.subscriptions) {
        const field = fieldAt(model, subscription.for);
        const isOf = subscription.for?.type === model.sdl.subscriptionType;
        if (field && isOf && isDeclared(resolved, subscription))
          yield* payloadMistakes(resolved, subscription, field);
      }
    },
  },
  {
    code: 'subscription-filter',
    *check(resolved) {
      for (const subscription of resolved.model.subscriptions)
        if (isDeclared(resolved, subscription)) yield* filterMistakes(resolved, subscription);
    },
  },
];

/** Whether all of its types are known, and what they report. */
function isDeclared({ model, entities }: ResolvedModel, { on }: SubscriptionModel): boolean {
  const isKnown = ({ text }: Word) => {
    const type = model.events.find(({ name }) => name.text === text);
    return type !== undefined && entities.has(type.of.text);
  };
  return on.length > 0 && on.every(isKnown);
}

function* fieldMistakes(resolved: ResolvedModel, subscription: SubscriptionModel): Generator<Finding> {
  const { model } = resolved;
  const { name, on, for: path, since } = subscription;
  const { subscriptionType } = model.sdl;
  if (path && path.type !== subscriptionType && fieldAt(model, path))
    yield {
      at: path.at,
      message: `Subscription \`${name.text}\` delivers events, but \`${path.type}.${path.field}\` is not a field of \`${subscriptionType ?? 'Subscription'}\`.`,
      hint: 'Move the field to that type.',
    };
  if (on.length === 0)
    yield {
      at: name.at,
      message: `Subscription \`${name.text}\` delivers no events.`,
      hint: 'Name event types under `on`.',
    };
  const types = model.events.map((type) => type.name.text);
  for (const type of on)
    if (!types.includes(type.text))
      yield {
        at: type.at,
        message: `There is no event type \`${type.text}\`.`,
        hint: suggestion(type.text, types) ?? 'Declare it under `events`.',
      };
  if (since?.kind === 'argument' && since.path.length > 1)
    yield {
      at: since.at,
      message: `\`$${since.path.join('.')}\` is a part of an argument, but a client resumes by an argument of its own.`,
      hint: 'Add an argument `since: String`, and write `since: $since`.',
    };
  const value = since && typedValue(resolved, path, since);
  if (value && !value.isNullable)
    yield {
      at: since.at,
      message: `\`$${since.kind === 'argument' ? since.path.join('.') : ''}\` is \`${printType(value.type)}\`, but who subscribes for the first time has no cursor.`,
      notes: [{ message: 'declared here', at: value.at }],
      hint: 'Make it nullable, without `!`.',
    };
}

function* payloadMistakes(
  resolved: ResolvedModel,
  subscription: SubscriptionModel,
  field: SdlField,
): Generator<Finding> {
  const { name } = subscription;
  const payload = payloadOf(resolved, subscription);
  const notes = [{ message: 'the subscription', at: name.at }];
  if (!payload) {
    yield {
      at: field.at,
      message: `Subscription \`${name.text}\` delivers a cursor with each event, but \`${subscription.for?.type}.${field.name}\` is \`${printType(field.type)}\`.`,
      notes,
      hint: `Make it an object type of its own, as in \`type UserChange { cursor: String!, user: User }\`.`,
    };
    return;
  }
  const { type, cursors, others } = payload;
  if (cursors.length !== 1)
    yield {
      at: cursors[1]?.at ?? type.at,
      message:
        cursors.length === 0
          ? `\`${type.name}\` has no field for the cursor of a delivery.`
          : `\`${type.name}\` has several fields of type \`String!\`, of which one is the cursor of a delivery.`,
      notes,
      hint: cursors.length === 0 ? 'Add `cursor: String!`.' : 'Keep one of them.',
    };
  for (const other of others) yield { ...otherField(resolved, subscription, payload, other), notes };
}

/** Why a field of the payload is not delivered. */
function otherField(
  resolved: ResolvedModel,
  subscription: SubscriptionModel,
  { type, event }: Payload,
  field: SdlField,
): Finding {
  const path = `\`${type.name}.${field.name}\``;
  const named = namedType(field.type);
  const log = resolved.model.eventLog?.entity.text;
  const reported = reportedBy(resolved, subscription).map(({ name }) => name);
  const isPart = named === log || reported.includes(named);
  if (isPart && named === log && event && event !== field)
    return {
      at: field.at,
      message: `${path} is a second field for the event.`,
      hint: `Remove it, or \`${event.name}\`.`,
    };
  if (isPart)
    return {
      at: field.at,
      message: `${path} is \`${printType(field.type)}\`, but a delivery has one \`${named}\`, or none where it is gone or not of the event.`,
      hint: `Make it \`${named}\`, without arguments.`,
    };
  return {
    at: field.at,
    message: `Nothing delivers ${path}: the events are of ${listed(reported)}.`,
    hint: `Answer it with a pattern or a rule, or remove it.`,
  };
}

function* filterMistakes(resolved: ResolvedModel, subscription: SubscriptionModel): Generator<Finding> {
  const fields = comparisonsOf(subscription.filter).map(({ field }) => field);
  for (const field of fields) yield* fieldOfFilter(resolved, subscription, field);
}

function* fieldOfFilter(
  resolved: ResolvedModel,
  subscription: SubscriptionModel,
  field: Word,
): Generator<Finding> {
  const { model, entities } = resolved;
  if (eventConditionFields.includes(field.text)) return;
  const types = model.events.filter(({ name }) => subscription.on.some(({ text }) => text === name.text));
  const isKey = (entity: string) => entities.get(entity)?.keyFields?.includes(field.text) === true;
  const without = types.filter(
    ({ of, fields }) => !isKey(of.text) && !fields.some(({ text }) => text === field.text),
  );
  const [first] = without;
  if (first) {
    const isAttribute = entities.get(first.of.text)?.attributes.has(field.text);
    const common = [...eventConditionFields, ...commonFields(resolved, types)];
    yield {
      at: field.at,
      message: `Events of type \`${first.name.text}\` have no \`${field.text}\`.`,
      notes: [{ message: 'the event type', at: first.name.at }],
      hint: isAttribute
        ? `Add it to \`fields\` of ${listed(without.map(({ name }) => name.text))}.`
        : suggestion(field.text, common),
    };
    return;
  }
  const [one, ...more] = types.map(({ of }) => of.text);
  const typeIn = (entity: string | undefined) => entities.get(entity ?? '')?.attributes.get(field.text)?.type;
  const [own, other] = [typeIn(one), more.find((entity) => !sameType(typeIn(one), typeIn(entity)))];
  const differs = typeIn(other);
  if (own && differs)
    yield {
      at: field.at,
      message: `\`${one}.${field.text}\` is \`${printType(own)}\`, but \`${other}.${field.text}\` is \`${printType(differs)}\`.`,
      hint: 'Give both the same type, or write a subscription for each.',
    };
}

function sameType(a: SdlField['type'] | undefined, b: SdlField['type'] | undefined): boolean {
  return !a || !b || isSameType(a, b);
}

function commonFields(
  { entities }: ResolvedModel,
  types: ResolvedModel['model']['events'],
): readonly string[] {
  const [first = [], ...more] = types.map(({ of, fields }) => [
    ...(entities.get(of.text)?.keyFields ?? []),
    ...fields.map(({ text }) => text),
  ]);
  return first.filter((field) => more.every((others) => others.includes(field)));
}
