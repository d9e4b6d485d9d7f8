/** No two records share a key, and no query reads what is not its own (promise P3). */

import type { Note, Span } from '../../../diagnostics/diagnostic.js';
import { finiteValues, textInHole } from '../../../encodings.js';
import { tokenKey } from '../../../layout/items.js';
import { constraintOf } from '../../../layout/serving.js';
import type { EntityLayout, Layout } from '../../../layout/types.js';
import type { Model, PatternModel } from '../../../model.js';
import type { ItemPlan, KeyTemplate, SlotPlan, TemplatePart } from '../../../plan/types/storage.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import type { LaidOut } from '../../laid-out.js';
import { type KeyShape, type Overlap, overlapOf, type Piece, printValues } from '../../overlap/overlap.js';
import { Beginnings } from '../../overlap/prefixes.js';
import { projectionOf } from '../../projection.js';
import type { Check, Finding } from '../../row.js';

export const keyChecks: readonly Check<LaidOut>[] = [
  {
    code: 'keys-collide',
    check: collisions,
  },
  {
    code: 'keys-overlap',
    check: overlaps,
  },
  {
    code: 'consistent-index',
    eachMember: true,
    *check({ model, layout }) {
      for (const pattern of model.patterns) {
        const entity = layout.entities.get(pattern.target.text);
        const index = layout.reads.get(pattern.name.text)?.slot.index;
        const isGlobal = entity?.table.indexes.some(
          ({ name, kind }) => name.text === index && kind !== 'local',
        );
        if (!pattern.consistent || !isGlobal) continue;
        yield {
          at: pattern.index?.at ?? pattern.name.at,
          message: `Pattern \`${pattern.name.text}\` requests consistent reads of ${index}, a global index, which DynamoDB does not offer.`,
          hint:
            pattern.cardinality === 'one' && entity && constraintOf(pattern, entity.guards)
              ? 'Write `index: unique` in its place: the guard of the unique value is read consistently.'
              : 'Remove `consistent`, or read the table or a local index.',
        };
      }
    },
  },
  {
    code: 'sparse-unsaid',
    eachMember: true,
    check: sparse,
  },
  {
    code: 'filter-not-projected',
    check: unprojected,
  },
];

/** One kind of item under the table's own key or in an index. */
interface Place {
  readonly entity: EntityLayout;
  readonly item: ItemPlan | undefined;
  readonly index: string | null;
  /** Undefined for a guard, token, aggregate or counter. */
  readonly slot: SlotPlan | undefined;
  readonly shape: KeyShape;
  readonly attributes: { readonly partition: string; readonly sort: string | null };
  /** `User`, `the entry of usersByStatus`, `the guard of email`. */
  readonly what: string;
  readonly at: Span;
  /** Of a guard, the constraint that entities share: their keys are equal on purpose. */
  readonly shared?: string;
}

function* collisions({ model, layout }: LaidOut): Generator<Finding> {
  for (const places of byIndex(model, layout).values()) {
    const earlier = new Beginnings<Place>();
    for (const other of places) {
      if (other.index !== null) continue;
      const alike = earlier.alike(other.shape.partition);
      earlier.add(other.shape.partition, other);
      for (const one of alike) {
        if (one.shared !== undefined && one.shared === other.shared) continue;
        const overlap = overlapOf(one.shape, other.shape);
        if (overlap.kind === 'apart') continue;
        yield {
          at: other.at,
          message:
            overlap.kind === 'overlap'
              ? `${capital(other.what)} can have the key of ${one.what}: ${witness(overlap, one, other)}.`
              : `${capital(other.what)} may have the key of ${one.what}: a value is used twice in a key, so the check cannot rule it out.`,
          notes: [{ message: one.what, at: one.at }],
          hint: 'Begin one of the keys with a word that no other key begins with.',
        };
      }
    }
  }
}

function* overlaps({ model, layout }: LaidOut): Generator<Finding> {
  const places = new Map(
    [...byIndex(model, layout)].map(([name, all]) => {
      const beginnings = new Beginnings<Place>();
      for (const place of all) beginnings.add(place.shape.partition, place);
      return [name, beginnings] as const;
    }),
  );
  const reported = new Set<string>();
  for (const pattern of model.patterns) {
    const read = layout.reads.get(pattern.name.text);
    const entity = layout.entities.get(pattern.target.text);
    if (!read || !entity) continue;
    const item = entity.items[read.item];
    const region = regionOf(model, pattern, read.slot);
    const reader = item && whatOf(entity, item, read.slot);
    for (const place of places.get(indexName(entity, read.slot.index))?.alike(region.partition) ?? []) {
      if (place.item === item && (!place.slot || isSameSlot(place.slot, read.slot))) continue;
      const overlap = overlapOf(region, place.shape);
      if (overlap.kind === 'apart') continue;
      // Each pair is reported once, whichever of the two is read, and by however many patterns.
      const identity = JSON.stringify([read.slot.index, ...[reader, place.what].sort()]);
      if (reported.has(identity)) continue;
      reported.add(identity);
      yield {
        at: pattern.name.at,
        message: `Pattern \`${pattern.name.text}\` would also read ${place.what}${sampleOf(overlap, place)}.`,
        notes: overlapNotes(pattern, place),
        hint: 'Begin one of the keys with a word that no other key begins with.',
      };
    }
  }
}

/** Several keys of one item may lie on one index, each under its own conditions. */
function isSameSlot(a: SlotPlan, b: SlotPlan): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function sampleOf(overlap: Overlap, place: Place): string {
  if (overlap.kind !== 'overlap') return ', as far as can be shown';
  const values = printValues(overlap.b, place.shape);
  const key = keyText(place, overlap.partition, overlap.sort);
  return `: ${values.length > 0 ? `one with ${values.join(', ')}` : 'it'} is stored under ${key}, which the pattern reads`;
}

function overlapNotes(pattern: PatternModel, place: Place): Note[] {
  return place.at === pattern.name.at ? [] : [{ message: place.what, at: place.at }];
}

/** The values of both sides, and the key they share. */
function witness(overlap: Overlap & { kind: 'overlap' }, one: Place, other: Place): string {
  const side = (place: Place, values: ReadonlyMap<string, string>) => {
    const printed = printValues(values, place.shape);
    return `${place.what}${printed.length > 0 ? ` with ${printed.join(', ')}` : ''}`;
  };
  return `${side(one, overlap.a)} and ${side(other, overlap.b)} both have ${keyText(one, overlap.partition, overlap.sort)}`;
}

function keyText({ attributes }: Place, partition: string, sort: string | null): string {
  const parts = [`${attributes.partition} = ${JSON.stringify(partition)}`];
  if (sort !== null && attributes.sort !== null) parts.push(`${attributes.sort} = ${JSON.stringify(sort)}`);
  return parts.join(', ');
}

/** The items of each table and of each of its indexes. */
function byIndex(model: Model, layout: Layout): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const entity of layout.entities.values()) {
    for (const place of placesOf(model, entity)) {
      const name = indexName(entity, place.index);
      const known = places.get(name);
      if (known) known.push(place);
      else places.set(name, [place]);
    }
  }
  return places;
}

function indexName(entity: EntityLayout, index: string | null): string {
  return `${entity.table.name.text} ${index ?? ''}`;
}

function placesOf(model: Model, entity: EntityLayout): Place[] {
  // A version is the main item of its history, which is an entity of its own.
  const items = entity.items.filter((item) => item.role !== 'version');
  const places = items.flatMap((item) =>
    item.slots.map(
      (slot): Place => ({
        entity,
        item,
        index: slot.index,
        slot,
        shape: {
          partition: pieces(model, slot.partition, slot),
          sort: slot.sort && pieces(model, slot.sort, slot),
        },
        attributes: { partition: slot.partition.attribute, sort: slot.sort?.attribute ?? null },
        what: whatOf(entity, item, slot),
        get at() {
          return placeOf(model, entity, item, slot);
        },
      }),
    ),
  );
  const others = [
    ...guardsOf(entity),
    ...aggregatesOf(model, entity),
    ...countersOf(entity),
    ...tokenPlaces(model, entity),
  ];
  return [...places, ...others.map((one) => otherPlace(model, entity, one))];
}

function whatOf(entity: EntityLayout, item: ItemPlan, slot: SlotPlan): string {
  const what = item.role === 'entry' ? `the entry of \`${item.for}\`` : `\`${entity.model.name.text}\``;
  return slot.for === undefined ? what : `${what} under the key of \`${slot.for}\``;
}

/** The key of a guard, token, aggregate or counter. */
interface OtherItem extends Pick<Place, 'what' | 'at' | 'shared'> {
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  readonly shards?: number | null;
}

function otherPlace(model: Model, entity: EntityLayout, item: OtherItem): Place {
  const { partition, sort, shards = null, ...said } = item;
  const { table } = entity;
  return {
    entity,
    item: undefined,
    index: null,
    slot: undefined,
    shape: { partition: pieces(model, partition, { shards }), sort: sort && pieces(model, sort) },
    attributes: { partition: table.partition.text, sort: table.sort?.text ?? null },
    ...said,
  };
}

/** The items that hold unique values. */
function guardsOf({ model, guards }: EntityLayout): OtherItem[] {
  return guards.map(({ fields, partition, sort, shared }) => {
    const said = model.unique.find((one) => one.fields.every((word, at) => word.text === fields[at]));
    return {
      partition,
      sort,
      what: `the guard of unique \`${fields.join('+')}\``,
      at: said?.fields[0]?.at ?? model.name.at,
      ...(shared ? { shared: `unique ${shared.name}` } : {}),
    };
  });
}

/** The idempotency tokens of mutations that begin with this entity. */
function tokenPlaces(model: Model, entity: EntityLayout): OtherItem[] {
  const name = entity.model.name.text;
  const [first] = [
    ...model.mutations.filter((one) => one.entity.text === name),
    ...model.transactions.filter(({ steps }) => steps[0]?.entity.text === name),
  ].flatMap(({ idempotent }) => idempotent ?? []);
  if (!first) return [];
  const what = 'the idempotency keys';
  return [{ ...tokenKey(entity.table), what, at: first.token.at, shared: what }];
}

/** The items that hold numbers. */
function aggregatesOf(model: Model, { model: declared, aggregates }: EntityLayout): OtherItem[] {
  return aggregates.map(({ kind, name, shared, partition, sort, shards }) => {
    const isSequence = kind === 'sequence';
    const field = declared.generate.find((one) => isSequence && one.field.text === name)?.field;
    const pattern = model.patterns.find((one) => !isSequence && one.name.text === name)?.name;
    return {
      partition,
      sort,
      shards,
      what: isSequence ? `the sequence \`${declared.name.text}.${name}\`` : `the aggregate \`${name}\``,
      at: (field ?? pattern ?? declared.name).at,
      ...(shared ? { shared: `sequence ${shared}` } : {}),
    };
  });
}

/** The items that count the records that name one. */
function countersOf({ references }: EntityLayout): OtherItem[] {
  return references.flatMap(({ model: { name }, counter }) =>
    counter ? [{ ...counter, what: `the counter of reference \`${name.text}\``, at: name.at }] : [],
  );
}

/** Where the key is written: its pinned template, else what it was built for. */
function placeOf(model: Model, entity: EntityLayout, item: ItemPlan, slot: SlotPlan): Span {
  const pattern = model.patterns.find((one) => one.name.text === (slot.for ?? item.for));
  if (slot.index === null) {
    const key = item.role === 'entry' ? pattern?.entry?.key : entity.model.key;
    return key?.[0]?.template.at ?? pattern?.name.at ?? entity.model.name.at;
  }
  const own = entity.model.keys.find(({ index }) => index.text === slot.index)?.key[0];
  if (own && slot.for === undefined) return own.template.at;
  const pinning =
    pattern ??
    model.patterns.find(
      (one) => one.target.text === entity.model.name.text && one.index?.text === slot.index,
    );
  return pinning?.key[0]?.template.at ?? pinning?.name.at ?? entity.model.name.at;
}

/** What a pattern reads of an index: its partitions, and the sort keys that begin as all of its answers do. */
function regionOf(model: Model, pattern: PatternModel, slot: SlotPlan): KeyShape {
  const constants = new Map(
    pattern.where.flatMap(({ field, source, each }) =>
      source.kind === 'literal' && !each ? [[field.text, String(source.value)] as const] : [],
    ),
  );
  const fix = (piece: Piece): Piece => {
    if (piece.kind !== 'hole' || !finiteValues(piece.encode, piece.values)) return piece;
    const constant = constants.get(piece.field);
    const text = constant === undefined ? undefined : textInHole(piece.encode, constant);
    return text === undefined ? piece : { kind: 'literal', text };
  };
  const partition = pieces(model, slot.partition, slot).map(fix);
  if (!slot.sort) return { partition, sort: null };
  const bound = new Set(pattern.where.map((binding) => binding.field.text));
  const isOpen = (part: TemplatePart) =>
    part.kind === 'shard' || (part.kind === 'hole' && !bound.has(part.field));
  const end = slot.sort.parts.findIndex(isOpen);
  const sort = pieces(model, slot.sort, slot).map(fix);
  return { partition, sort: end === -1 ? sort : [...sort.slice(0, end), { kind: 'rest' }] };
}

function pieces(model: Model, template: KeyTemplate, slot?: Pick<SlotPlan, 'shards'>): Piece[] {
  return template.parts.map((part): Piece => {
    if (part.kind === 'literal') return part;
    if (part.kind === 'shard') return { kind: 'shard', count: slot?.shards ?? 1 };
    const values = part.enum === null ? [] : (model.sdl.types.get(part.enum)?.values ?? []);
    return { kind: 'hole', field: part.field, encode: part.encode, values };
  });
}

/** A record without a value for a hole is not in the index; equality on the hole asks for no such record. */
function* sparse({ model, layout }: LaidOut): Generator<Finding> {
  for (const pattern of model.patterns) {
    const entity = layout.entities.get(pattern.target.text);
    const read = layout.reads.get(pattern.name.text);
    const item = read && entity?.items[read.item];
    if (!item) continue;
    const slots = item.role === 'entry' ? item.slots : [read.slot];
    const said = new Set([...pattern.where, ...pattern.when].map((one) => one.field.text));
    const unsaid = [...new Set(slots.flatMap((slot) => slot.present))].filter((field) => !said.has(field));
    const [first] = unsaid;
    if (first === undefined) continue;
    const sorted = pattern.sort.find((one) => one.field.text === first)?.field.at;
    const field =
      entity.model && model.sdl.types.get(pattern.target.text)?.fields.find((one) => one.name === first);
    yield {
      at: sorted ?? pattern.name.at,
      message: `Pattern \`${pattern.name.text}\` leaves out every \`${pattern.target.text}\` without \`${first}\`, which is nullable and part of the key.`,
      ...(field ? { notes: [{ message: 'the field', at: field.at }] } : {}),
      hint: `Declare it with \`when: { ${unsaid.map((one) => `${one}: present`).join(', ')} }\`, or make it non-null.`,
    };
  }
}

function* unprojected({ model, layout }: LaidOut): Generator<Finding> {
  for (const pattern of model.patterns) {
    const projection = projectionOf(layout, pattern);
    if (!projection) continue;
    const { index, entry, inEntry, inIndex } = projection;
    for (const { field } of comparisonsOf(pattern.filter)) {
      const isEntry = !inEntry(field.text);
      if (!isEntry && inIndex(field.text)) continue;
      const where = isEntry ? `the entry of \`${entry}\`` : `index \`${index?.name.text}\``;
      yield {
        at: field.at,
        message: `Pattern \`${pattern.name.text}\` filters by \`${field.text}\`, which ${where} does not contain.`,
        ...(isEntry ? {} : { notes: [{ message: 'the index', at: index?.name.at ?? field.at }] }),
        hint: `Add it to ${isEntry ? '`include` of the entry' : '`project` of the index'}.`,
      };
    }
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
