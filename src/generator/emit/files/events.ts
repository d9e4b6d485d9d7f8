/** events.ts: where events are stored, and the types that changes publish. */

import { entityOf, patternOf } from '../../plan/lookup/find.js';
import type { EventsPlan, EventTypePlan } from '../../plan/types/events.js';
import type { Plan } from '../../plan/types/plan.js';
import type { Doc } from '../fragment.js';
import { arrow, assigned, call, code, generic, object, property, quote, texts } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { codecOf, entityType, queryValue, runtime, runtimeType } from '../symbols.js';

export function eventsFile(plan: Plan, events: EventsPlan): SourceFile {
  const record = entityType(entityOf(plan, events.entity).names.record);
  const [example] = events.types;
  const types = events.types.map((type) => property(type.name, typeExpression(plan, type)));
  return {
    name: 'events.ts',
    data: {
      eventLog: assigned(
        code`export const eventLog: ${generic(runtimeType('EventLog'), [record])} =`,
        logExpression(plan, events),
      ),
      example: example?.name ?? 'TYPE',
      events: assigned('export const events =', object(types)),
    },
    declared: ['eventLog', 'events', 'by'],
  };
}

function logExpression(plan: Plan, events: EventsPlan): Doc {
  const entity = entityOf(plan, events.entity);
  const spread = events.types.filter(({ lanes }) => lanes > 1);
  return object([
    property('codec', codecOf(entity)),
    property('keepSeconds', String(events.seconds)),
    property('lanes', object(spread.map(({ name, lanes }) => property(name, String(lanes))))),
    property('read', arrow(['by'], readExpression(plan, events))),
  ]);
}

/** A type is text to the runtime; where the schema has an enum of them, it is one of its values. */
function readExpression(plan: Plan, events: EventsPlan): Doc {
  const { access } = patternOf(plan, events.pattern);
  if (access.kind !== 'query') throw new Error(`pattern ${events.pattern} is no query`);
  const { attributes, names } = entityOf(plan, events.entity);
  const isEnum = attributes.some(({ name, encoding }) => name === 'type' && encoding === 'enum');
  const record = entityType(names.record);
  const given = isEnum ? object(['...by', property('type', code`by.type as ${record}['type']`)]) : 'by';
  return call(queryValue(access.function), [given]);
}

function typeExpression(plan: Plan, { name, entity, fields, key, isRecreated }: EventTypePlan): Doc {
  const record = entityType(entityOf(plan, entity).names.record);
  return call(generic(runtime('eventType'), [record]), [
    'eventLog',
    quote(name),
    object([
      property('entity', quote(entity)),
      property('fields', texts(fields)),
      property('key', texts(key)),
      property('isRecreated', String(isRecreated)),
    ]),
  ]);
}
