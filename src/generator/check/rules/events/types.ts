/** Event types report what can be reported, and mutations publish those of their own records. */

import { nearest, suggestion } from '../../../diagnostics/suggest.js';
import type { EventTypeModel } from '../../../event-model.js';
import type { Model, MutationModel, Word } from '../../../model.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import type { LaidOut } from '../../laid-out.js';
import type { Check, Finding } from '../../row.js';

export const eventTypeChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'event-type',
    *check(resolved) {
      const { events, eventLog } = resolved.model;
      const [first] = events;
      if (first && !eventLog)
        yield {
          at: first.name.at,
          message: 'No entity stores events.',
          hint: 'Declare one with `events: true`, as in `entities: { Event: { events: true } }`.',
        };
      for (const type of events) yield* typeMistakes(resolved, type);
    },
  },
  {
    code: 'publish-type',
    *check(resolved) {
      for (const mutation of resolved.model.mutations)
        if (mutation.publish) yield* publishMistakes(resolved, mutation, mutation.publish);
      for (const { publishes } of resolved.model.rules)
        for (const type of publishes) yield* unknownType(resolved.model, type);
    },
  },
];

export const eventWarnings: readonly Check<LaidOut>[] = [
  {
    code: 'event-unused',
    severity: 'warning',
    *check({ model }) {
      const { mutationType } = model.sdl;
      const isPublishedByRule =
        model.rules.some((rule) => rule.for?.type === mutationType) ||
        model.mutations.some(({ alongside }) => alongside);
      const published = new Set(model.mutations.map(({ publish }) => publish?.text));
      for (const { name } of isPublishedByRule ? [] : model.events) {
        if (published.has(name.text)) continue;
        yield {
          at: name.at,
          message: `No mutation publishes \`${name.text}\`.`,
          hint: `Add \`publish: ${name.text}\` to a mutation, or remove the type.`,
        };
      }
    },
  },
];

function* typeMistakes(resolved: ResolvedModel, type: EventTypeModel): Generator<Finding> {
  const { model, entities } = resolved;
  const log = entities.get(model.eventLog?.entity.text ?? '');
  const of = entities.get(type.of.text);
  const values = model.sdl.types.get(log?.attributes.get('type')?.of ?? '');
  if (values?.kind === 'enum' && !values.values.includes(type.name.text))
    yield {
      at: type.name.at,
      message: `\`${values.name}\` has no value \`${type.name.text}\`.`,
      notes: [{ message: 'the enum', at: values.at }],
      hint: suggestion(type.name.text, values.values),
    };
  const isHistory = of?.model.historyOf !== undefined;
  if (!of || isHistory || of === log) {
    const candidates = [...entities.values()].filter((one) => one !== log && !one.model.historyOf);
    yield {
      at: type.of.at,
      message: !of
        ? `There is no entity \`${type.of.text}\`.`
        : `\`${type.of.text}\` ${isHistory ? 'is a history' : 'stores events'}, whose records no mutation writes.`,
      hint: suggestion(
        type.of.text,
        candidates.map(({ name }) => name),
      ),
    };
    return;
  }
  for (const field of type.fields) {
    const attribute = of.attributes.get(field.text);
    if (attribute && !attribute.secret) continue;
    yield {
      at: field.at,
      message: attribute
        ? `\`${of.name}.${field.text}\` is secret, but events are delivered to subscribers.`
        : `\`${of.name}\` has no attribute \`${field.text}\`.`,
      hint: attribute
        ? 'Remove it.'
        : suggestion(
            field.text,
            [...of.attributes.values()].filter(({ secret }) => !secret).map(({ name }) => name),
          ),
    };
  }
}

function* unknownType({ events }: Model, type: Word, entity = 'Entity'): Generator<Finding> {
  const names = events.map((one) => one.name.text);
  if (names.includes(type.text)) return;
  yield {
    at: type.at,
    message: `There is no event type \`${type.text}\`.`,
    hint:
      nearest(type.text, names) === undefined
        ? `Declare it: \`events: { ${type.text}: { of: ${entity} } }\`.`
        : suggestion(type.text, names),
  };
}

function* publishMistakes(
  { model }: ResolvedModel,
  { name, kind, entity, all }: MutationModel,
  publish: Word,
): Generator<Finding> {
  const type = model.events.find((one) => one.name.text === publish.text);
  if (!type) yield* unknownType(model, publish, entity.text);
  else if (type.of.text !== entity.text)
    yield {
      at: publish.at,
      message: `Mutation \`${name.text}\` writes \`${entity.text}\`, but \`${publish.text}\` reports changes of \`${type.of.text}\`.`,
      notes: [{ message: 'the event type', at: type.of.at }],
      hint: `Publish a type that is \`of: ${entity.text}\`.`,
    };
  if (kind === 'touch' || all)
    yield {
      at: publish.at,
      message:
        kind === 'touch'
          ? `Mutation \`${name.text}\` changes nothing but the time of expiry, so it publishes nothing.`
          : `Mutation \`${name.text}\` deletes in as many transactions as it takes, so it cannot publish.`,
      hint: 'Remove `publish`.',
    };
}
