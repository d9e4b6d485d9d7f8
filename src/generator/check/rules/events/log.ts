/** The entity with `events: true`: it has the attributes of events, and a key by which they are read. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { printType } from '../../../model.js';
import { type EventField, eventFields, eventType, isEventField } from '../../../resolve/events/log.js';
import {
  holesIn,
  type ResolvedAttribute,
  type ResolvedEntity,
  type ResolvedModel,
  transformIn,
} from '../../../resolve/resolved-model.js';
import { isFault } from '../../../resolve/templates.js';
import { scalarEncoding } from '../../../scalars.js';
import { type Check, type Finding, listed } from '../../row.js';

/** In seconds. */
const [leastKept, mostKept] = [3600, 3650 * 86_400];

export const eventLogChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'event-log',
    *check(resolved) {
      const { model } = resolved;
      const [first, ...more] = model.entities.filter(({ events }) => events);
      for (const { name, events } of more)
        yield {
          at: events?.at ?? name.at,
          message: `\`${name.text}\` cannot store the project’s events: \`${first?.name.text}\` does.`,
          notes: [{ message: 'the other one', at: first?.name.at ?? name.at }],
          hint: 'Remove `events` from one of them.',
        };
      const log = logOf(resolved);
      if (!log) return;
      yield* settings(resolved, log);
      yield* attributes(resolved, log);
      yield* otherWriters(resolved, log);
    },
  },
  {
    code: 'event-key',
    *check(resolved) {
      const log = logOf(resolved);
      if (!log) return;
      yield* keyMistakes(resolved, log);
      for (const { entity, role, part, template } of resolved.templates)
        if (
          entity.table === log.table &&
          role !== 'index' &&
          part === 'partition' &&
          template.text.startsWith('#')
        )
          yield {
            at: template.at,
            message:
              'Partition keys that begin with `#` are those of markers, which deleted records leave of their events.',
            hint: 'Begin it with a word.',
          };
    },
  },
];

/** Undefined where the entity is none, which is reported. */
function logOf({ model, entities }: ResolvedModel): ResolvedEntity | undefined {
  return entities.get(model.eventLog?.entity.text ?? '');
}

function* settings(
  { model }: ResolvedModel,
  { name, model: entity, table }: ResolvedEntity,
): Generator<Finding> {
  const at = entity.events?.at ?? entity.name.at;
  for (const key of model.eventLog?.refused ?? [])
    yield {
      at: key.at,
      message: `\`${name}\` stores events, which are written whole and never changed, so it cannot have \`${key.text}\`.`,
      hint: `Remove \`${key.text}\`.`,
    };
  if (entity.keep?.versions !== undefined)
    yield {
      at: entity.keep.at,
      message: `\`keep\` of \`${name}\` is a number, but events are kept for a time.`,
      hint: 'Write a duration, as in `keep: 30d`.',
    };
  const seconds = entity.keep?.seconds;
  if (seconds !== undefined && (seconds < leastKept || seconds > mostKept))
    yield {
      at: entity.keep?.at ?? at,
      message: `Events are kept for one hour at least, so that subscribers can resume, and for ten years at most.`,
      hint: 'Write a duration from `1h` to `3650d`.',
    };
  if (table && !table.ttl)
    yield {
      at,
      message: `Events expire, but table \`${table.name.text}\` has no \`ttl\` attribute.`,
      notes: [{ message: 'the table', at: table.name.at }],
      hint: 'Add `ttl: ttl` to the table.',
    };
  if (table && !table.sort)
    yield {
      at,
      message: `Events are read in the order of their times, but table \`${table.name.text}\` has no sort key.`,
      notes: [{ message: 'the table', at: table.name.at }],
      hint: 'Store them in a table with a sort key.',
    };
  const own = model.patterns.find((one) => one.name === model.eventLog?.pattern);
  const other = model.patterns.find((one) => one !== own && one.name.text === own?.name.text);
  if (other)
    yield {
      at: other.name.at,
      message: `\`${other.name.text}\` is the name of the pattern by which events are read.`,
      hint: 'Rename the pattern.',
    };
}

function* attributes(resolved: ResolvedModel, { name, attributes: all }: ResolvedEntity): Generator<Finding> {
  for (const attribute of all.values()) {
    if (!isEventField(attribute.name)) {
      yield {
        at: attribute.at,
        message: `\`${name}.${attribute.name}\` is not an attribute of events, so nothing fills it.`,
        hint: `Remove it, or answer it with a pattern or a rule. Events have ${listed(eventFields)}.`,
      };
      continue;
    }
    const wanted = printType(eventType(attribute.name));
    if (isFit(resolved, attribute, attribute.name)) continue;
    yield {
      at: attribute.at,
      message: `\`${name}.${attribute.name}\` is \`${printType(attribute.type)}\`, but events have \`${wanted}\`.`,
      hint: `Make it \`${wanted}\`.`,
    };
  }
}

/** Whether the type holds what is stored: also an enum of the types or entities, and any scalar of that kind. */
function isFit(
  { model }: ResolvedModel,
  { type, encoding, of }: ResolvedAttribute,
  name: EventField,
): boolean {
  const wanted = eventType(name);
  if (type.kind === 'list' || type.nonNull !== wanted.nonNull) return false;
  if (encoding === 'enum') return name === 'type' || name === 'entity';
  if (encoding === 'document' && scalarEncoding(model.sdl, of) !== 'document') return false;
  return encoding === scalarEncoding(model.sdl, wanted.name);
}

function* otherWriters({ model }: ResolvedModel, { name }: ResolvedEntity): Generator<Finding> {
  const hint = 'Publish the change that it reports: `publish` of a mutation.';
  for (const { name: mutation, entity } of model.mutations)
    if (entity.text === name)
      yield {
        at: entity.at,
        message: `Mutation \`${mutation.text}\` cannot write \`${name}\`: events are written with the changes that they report.`,
        hint,
      };
  for (const { name: rule, writes } of model.rules)
    for (const { entity } of writes)
      if (entity.text === name)
        yield {
          at: entity.at,
          message: `Rule \`${rule.text}\` cannot write \`${name}\`: events are written with the changes that they report.`,
          hint,
        };
}

function* keyMistakes({ model, templates }: ResolvedModel, log: ResolvedEntity): Generator<Finding> {
  const isSpread = model.events.some(({ shards }) => (shards?.count ?? 1) > 1);
  for (const template of templates) {
    // What is built serves.
    if (template.entity !== log || !log.table?.sort || template.role !== 'main' || isFault(template.parsed))
      continue;
    const { part, parsed } = template;
    const holes = holesIn(template).map((hole) => ({
      field: hole.field,
      as: transformIn(log, hole) ?? 'plain',
    }));
    const has = (field: string, as: string) => holes.some((hole) => hole.field === field && hole.as === as);
    const [first] = parsed;
    const isOfDay =
      has('type', 'plain') &&
      has('timestamp', 'day') &&
      (!isSpread || has('lane', 'plain')) &&
      holes.length === 2 + Number(has('lane', 'plain'));
    const isInOrder = first?.kind === 'hole' && first.field === 'timestamp' && has('id', 'plain');
    const at: Span = template.template.at;
    if (part === 'partition' && !isOfDay)
      yield {
        at,
        message: `The partition key of \`${log.name}\` must contain \`{type}\`, \`{day(timestamp)}\`${isSpread ? ', `{lane}`' : ''} and no other attribute: events are read by type and day.`,
        hint: `Write \`{type}#{day(timestamp)}${isSpread ? '#{lane}' : ''}\`, or remove \`key\`.`,
      };
    if (part === 'sort' && !(isInOrder && has('timestamp', 'plain')))
      yield {
        at,
        message: `The sort key of \`${log.name}\` must begin with \`{timestamp}\` and contain \`{id}\`: events are read in the order of their times, and several may have the same.`,
        hint: 'Write `{timestamp}#{id}`, or remove `key`.',
      };
  }
}
