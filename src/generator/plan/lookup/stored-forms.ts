/**
 * What records are stored as, as data: what `tableloom migrate` notes in a table, and servers of another version read there.
 * The runtime's `StoredForm`, which says what its parts are.
 */

import { createHash } from 'node:crypto';
import { declaredValues } from '../../encodings/declared.js';
import { type HoleEncoding, runtimeEncoding } from '../../encodings.js';
import type { Plan } from '../types/plan.js';
import type {
  AttributePlan,
  EntityPlan,
  ItemPlan,
  KeyTemplate,
  ReferencePlan,
  SlotPlan,
  TemplatePart,
} from '../types/storage.js';
import { entityOf, itemType, referencesTo } from './find.js';

export type StoredForm = ReturnType<typeof storedForm>;

export function storedForms(plan: Plan): StoredForm[] {
  return plan.entities.map((entity) => storedForm(plan, entity));
}

/**
 * Tells versions of a form apart: 12 characters. How long a history keeps its versions is no part of it: each server deletes by what
 * it declares itself.
 */
export function formHash(plan: Plan, entity: EntityPlan): string {
  const form = storedForm(plan, entity);
  const versions = form.versions.map(({ keep: _keep, ...version }) => version);
  const text = JSON.stringify({ ...form, versions });
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

export function storedForm(plan: Plan, entity: EntityPlan) {
  const { name, keyFields, items, guards, aggregates = [], references = [], revision, ttl } = entity;
  const [main] = items;
  const [own, ...indexes] = main?.slots ?? [];
  if (!own) throw new Error(`${name} has no main item`);
  const computed = entity.attributes.flatMap((one) => (one.computed === undefined ? [] : [one.name]));
  return {
    name,
    table: tableOf(plan, entity.table),
    key: slotForm(own, own),
    keyFields,
    indexes: indexes.map((slot) => slotForm(slot, own)),
    reads: Object.fromEntries(entity.attributes.flatMap(readsOf)),
    required: entity.attributes
      .filter(({ nullable, set, generated }) => !nullable && !set && generated !== 'revision')
      .map((one) => one.name),
    entries: items.filter(({ role }) => role === 'entry').map((item) => entryForm(entity, item)),
    versions: items.filter(({ role }) => role === 'version').map((item) => versionForm(plan, item)),
    guards: guards.map((guard) => ({
      field: guard.fields.join('+'),
      ...(guard.shared && { constraint: guard.shared.name }),
      ...(guard.shared?.expires && { expires: guard.shared.expires }),
      ...(guard.message !== undefined && { message: guard.message }),
      key: keyForm(guard, guard),
    })),
    counters: [
      ...aggregates.flatMap(({ kind, name: of, field, cap, range, shards, ...aggregate }) =>
        kind === 'sequence'
          ? []
          : [
              {
                name: of,
                ...(field !== null && { field }),
                ...(cap !== null && { max: cap }),
                ...(range && { range: shards === null ? range : { kind: range, shards } }),
                key: keyForm({ ...aggregate, shards }, aggregate),
              },
            ],
      ),
      ...references.flatMap(({ counter, present, ...reference }) =>
        counter ? [{ name: `${name}.${reference.name}`, key: keyForm(counter, { present, when: [] }) }] : [],
      ),
    ],
    references: references.map((reference) => referenceForm(plan, reference)),
    referencedBy: referencesTo(plan, name).flatMap(({ child, reference }) => {
      const { counter, onDelete, fields } = reference;
      if (!counter || onDelete === 'leave') return [];
      const named = new Map(fields.map(({ key, field }) => [field, key]));
      return [
        {
          by: `${child.name}.${reference.name}`,
          onDelete,
          table: tableOf(plan, child.table),
          key: keyForm(counter, { present: [], when: [] }, named),
        },
      ];
    }),
    ...(referencesTo(plan, name).some(({ reference }) => reference.onDelete === 'cascade') && {
      cascades: true as const,
    }),
    ...(revision !== null && { revision }),
    ...(ttl !== null && { ttl }),
    ...(computed.length > 0 && { computed }),
  };
}

function tableOf({ tables }: Plan, name: string) {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name} in the plan`);
  return { name, partition: table.partition, ...(table.sort !== null && { sort: table.sort }) };
}

function readsOf({ name, formerly, readsDefault, default: preset, normalize }: AttributePlan) {
  if (!formerly && !readsDefault && normalize.length === 0) return [];
  const form = {
    ...(formerly && { formerly }),
    ...(readsDefault && { default: preset }),
    ...(normalize.length > 0 && { normalize: normalize as readonly ('trim' | 'lowercase')[] }),
  };
  return [[name, form] as const];
}

function entryForm(entity: EntityPlan, item: ItemPlan) {
  return {
    type: itemType(entity, item),
    attributes: held(entity, item),
    keys: item.slots.map((slot) => slotForm(slot, item.slots[0])),
  };
}

function held({ attributes }: EntityPlan, { covering }: ItemPlan): string[] {
  const names = attributes.map(({ name }) => name);
  return covering.kind === 'all' ? names : names.filter((name) => covering.attributes.includes(name));
}

function versionForm(plan: Plan, item: ItemPlan) {
  const history = entityOf(plan, item.for ?? '');
  const [main] = history.items;
  const { keep } = item;
  const kept =
    keep &&
    ('versions' in keep
      ? { versions: keep.versions }
      : { expires: { seconds: keep.seconds, ttl: history.expires ?? '' } });
  return {
    entity: history.name,
    attributes: history.attributes.map(({ name }) => name),
    keys: (main?.slots ?? []).map((slot) => slotForm(slot, main?.slots[0])),
    ...(kept && { keep: kept }),
  };
}

function referenceForm(plan: Plan, { name, to, fields, present }: ReferencePlan) {
  const other = entityOf(plan, to);
  const named = new Map(fields.map(({ key, field }) => [key, field]));
  const [own] = other.items[0]?.slots ?? [];
  if (!own) throw new Error(`${to} has no main item`);
  return {
    name,
    to: {
      name: to,
      table: tableOf(plan, other.table),
      ...(other.ttl !== null && { ttl: other.ttl.attribute }),
      ...(referencesTo(plan, to).some(({ reference }) => reference.onDelete === 'cascade') && {
        cascades: true as const,
      }),
    },
    key: keyForm(own, { present, when: [] }, named),
  };
}

/** A local index has the table's partition key: only its sort key is its own. */
function slotForm(slot: SlotPlan, own: SlotPlan | undefined) {
  const isLocal = slot.index !== null && slot.partition.attribute === own?.partition.attribute;
  const key = keyForm({ ...slot, partition: isLocal ? null : slot.partition }, slot);
  return slot.index === null ? key : { index: slot.index, ...key };
}

interface Keys {
  readonly partition: KeyTemplate | null;
  readonly sort: KeyTemplate | null;
  readonly shards?: number | null;
}

/** @param named what the fields of the templates are called in the record */
export function keyForm(
  { partition, sort, shards = null }: Keys,
  { present, when }: Pick<SlotPlan, 'present' | 'when'>,
  named?: ReadonlyMap<string, string>,
) {
  const part = (one: TemplatePart): PartForm => {
    if (one.kind === 'literal') return one.text;
    if (one.kind === 'shard') return { shards: shards ?? 1 };
    return { field: named?.get(one.field) ?? one.field, encode: encodeForm(one.encode) };
  };
  const templates = [partition, sort].flatMap((one) => one ?? []);
  return {
    attributes: Object.fromEntries(templates.map(({ attribute, parts }) => [attribute, parts.map(part)])),
    ...(present.length > 0 && { present }),
    ...(when.length > 0 && { when }),
  };
}

type PartForm =
  | string
  | { readonly field: string; readonly encode: EncodeForm }
  | { readonly shards: number };
type EncodeForm = readonly [name: string, ...of: readonly (string | number)[]];

function encodeForm(encode: HoleEncoding): EncodeForm {
  const values = declaredValues(encode);
  if (values) return ['declared', ...values];
  const [name = '', digits] = runtimeEncoding(encode).split(/[()]/);
  return digits === undefined ? [name] : [name, Number(digits)];
}
