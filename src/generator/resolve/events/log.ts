/**
 * The entity with `events: true` in its full form: an append-only entity with every attribute of an event, a key by type
 * and day, and the pattern by which events are read one partition after another.
 */

import {
  type EntityModel,
  fieldNamed,
  type Model,
  type PatternModel,
  type Source,
  type TableModel,
  type TemplateModel,
  type TypeRef,
  type Word,
} from '../../model.js';
import { camel, constant } from '../../names.js';
import { settingsOf } from '../../settings.js';

/** Every attribute of an event, with its type; see `EventRecord` of the runtime. */
const types = {
  id: 'ID!',
  type: 'String!',
  entity: 'String!',
  entityId: 'ID!',
  revision: 'Int',
  actor: 'ID',
  before: 'JSON',
  after: 'JSON',
  timestamp: 'DateTime!',
  lane: 'String!',
  key: 'JSON!',
  previous: 'String',
  expiresAt: 'DateTime!',
} as const;

export type EventField = keyof typeof types;

export const eventFields = Object.keys(types) as readonly EventField[];

/** Those that hold fields of the record. */
export function isPartField(name: string): boolean {
  return name === 'before' || name === 'after' || name === 'key';
}

/** How long events are kept where nothing says. */
const usualSeconds = 30 * 86_400;

export function isEventField(name: string): name is EventField {
  return Object.hasOwn(types, name);
}

/** The model with its events in full; what is wrong with them is left to the checks. */
export function withEvents(model: Model): Model {
  const entity = model.entities.find(({ events }) => events);
  if (!entity) return model;
  const hasLanes = isSpread(model, entity);
  const full = fullEntity(model, entity, hasLanes);
  const pattern: Word = { text: `${camel(entity.name.text)}sOfDay`, at: entity.name.at };
  return {
    ...model,
    entities: model.entities.map((one) => (one === entity ? full : one)),
    patterns: [
      ...model.patterns.map((one) => withLanes(model, full, hasLanes, one)),
      dayPattern(full, pattern, hasLanes),
    ],
    eventLog: {
      entity: entity.name,
      pattern,
      seconds: entity.keep?.seconds ?? usualSeconds,
      refused: refusedKeys(entity),
      hasLanes,
    },
  };
}

/** Whether the key has the lane: it is pinned so, or some type is spread. */
function isSpread({ events }: Model, { key }: EntityModel): boolean {
  if (key.length > 0) return key.some(({ template }) => template.text.includes('{lane}'));
  return events.some(({ shards }) => (shards?.count ?? 1) > 1);
}

/** What an entity says of values that others would give or change. */
function refusedKeys(entity: EntityModel): Word[] {
  const { ttl, historyOf, singleton, name } = entity;
  const settings = settingsOf(entity).filter(({ text }) => text !== 'stored' && !isOwnExpiry(text, ttl));
  return [
    ...settings,
    ...(historyOf ? [{ text: 'historyOf', at: historyOf.at }] : []),
    ...(singleton ? [{ text: 'singleton', at: name.at }] : []),
  ];
}

function isOwnExpiry(key: string, ttl: Word | undefined): boolean {
  return key === 'ttl' && ttl?.text === 'expiresAt';
}

const nothing = {
  secret: [],
  generate: [],
  default: [],
  readDefault: [],
  renamed: [],
  normalize: [],
  encode: [],
  compute: [],
  unique: [],
  sets: [],
  references: [],
  movable: [],
  transitions: [],
  validate: [],
  singleton: false,
} as const satisfies Partial<EntityModel>;

function fullEntity(model: Model, entity: EntityModel, hasLanes: boolean): EntityModel {
  const declared = model.sdl.types.get(entity.name.text);
  const { at } = entity.events ?? entity.name;
  const hidden = eventFields.filter(
    (name) => !fieldNamed(declared, name) && !entity.stored.some((one) => one.name.text === name),
  );
  const table = tableOf(model, entity);
  // What is refused has no further consequences.
  const { identity: _identity, historyOf: _historyOf, ...rest } = entity;
  return {
    ...rest,
    stored: [
      ...entity.stored,
      ...hidden.map((name) => ({ name: { text: name, at: entity.name.at }, type: eventType(name) })),
    ],
    key: entity.key.length > 0 || !table ? entity.key : builtKey(model, entity, { table, hasLanes }),
    ...nothing,
    events: { at, types: model.events },
    immutable: true,
    ttl: { text: 'expiresAt', at },
  };
}

/** The type of an attribute of events. */
export function eventType(name: EventField): TypeRef & { readonly kind: 'named' } {
  const text = types[name];
  const nonNull = text.endsWith('!');
  return { kind: 'named', name: nonNull ? text.slice(0, -1) : text, nonNull };
}

export function tableOf(model: Model, { table }: EntityModel): TableModel | undefined {
  return table ? model.tables.find(({ name }) => name.text === table.text) : model.tables[0];
}

/** By type and day. Where other entities are in the table, a word tells events from them. */
function builtKey(
  model: Model,
  entity: EntityModel,
  { table, hasLanes }: { readonly table: TableModel; readonly hasLanes: boolean },
): TemplateModel[] {
  const isShared = model.entities.some((one) => one !== entity && tableOf(model, one) === table);
  const head = isShared ? `${constant(entity.name.text)}#` : '';
  const { at } = entity.name;
  const partition = `${head}{type}#{day(timestamp)}${hasLanes ? '#{lane}' : ''}`;
  const template = (attribute: Word, text: string) => ({
    attribute: { text: attribute.text, at },
    template: { text, at },
  });
  // Without a sort key there is no order, which is reported.
  if (!table.sort) return [template(table.partition, `${partition}#{timestamp}#{id}`)];
  return [template(table.partition, partition), template(table.sort, '{timestamp}#{id}')];
}

/** The pattern that the runtime reads events by. */
function dayPattern({ name }: EntityModel, pattern: Word, hasLanes: boolean): PatternModel {
  const { at } = name;
  const word = (text: string): Word => ({ text, at });
  const argument = (path: string): Source => ({ kind: 'argument', path: [path], at });
  return {
    name: pattern,
    cardinality: 'many',
    target: name,
    members: [],
    parents: [],
    where: ['type', ...(hasLanes ? ['lane'] : [])].map((field) => ({
      field: word(field),
      source: argument(field),
    })),
    narrow: [],
    sort: [{ field: word('timestamp'), descending: false }],
    range: {
      field: word('timestamp'),
      bounds: [{ operator: word('from'), source: argument('from') }],
    },
    bucket: { unit: word('day'), field: word('timestamp'), at },
    in: argument('day'),
    index: word('table'),
    when: [],
    key: [],
    consistent: true,
    page: { default: 1000, max: 1000, at },
  };
}

/**
 * A pattern that reads a type's days reads all of its lanes: those of the types that it names, or of any type where a caller
 * names it.
 */
function withLanes(
  { events }: Model,
  { name }: EntityModel,
  hasLanes: boolean,
  pattern: PatternModel,
): PatternModel {
  const { target, where, bucket, cardinality, index } = pattern;
  const [only, ...more] = where;
  const isOfType = only?.field.text === 'type' && more.length === 0;
  const isOfDay = bucket?.unit.text === 'day' && bucket.field.text === 'timestamp';
  const isOther = index !== undefined && index.text !== 'table';
  if (!hasLanes || !only || target.text !== name.text || cardinality === 'one') return pattern;
  if (!isOfType || !isOfDay || isOther || pattern.key.length > 0 || pattern.entry) return pattern;
  const named = (Array.isArray(only.each) ? only.each : [only.source]).flatMap((source) =>
    source.kind === 'literal' ? [String(source.value)] : [],
  );
  const counts = events
    .filter((type) => named.length === 0 || named.includes(type.name.text))
    .map(({ shards }) => shards?.count ?? 1);
  const { at } = only.field;
  const lanes = Array.from({ length: Math.max(1, ...counts) }, (_, lane) => ({
    kind: 'literal' as const,
    value: String(lane),
    at,
  }));
  const [first = { kind: 'literal' as const, value: '0', at }] = lanes;
  const each = lanes.length > 1 ? { each: lanes } : {};
  return { ...pattern, where: [only, { field: { text: 'lane', at }, source: first, ...each }] };
}
