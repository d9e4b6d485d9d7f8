/**
 * The key of an entity that pins none, from its identity: the fields that tell its records apart.
 *
 * The partition key has some of them and the sort key the others, so that the primary key also answers patterns that name
 * only a part of the identity. It chooses the division that needs the fewest other keys, then the one that answers the most
 * patterns, then the one with the most fields in the partition key, then the first.
 */

import { holeEncoding } from '../../encodings.js';
import type { Lock, LockedKey } from '../../lock.js';
import type { EntityModel, Model, PatternModel, TableModel, Word } from '../../model.js';
import { constant } from '../../names.js';
import { attributesOf } from '../../resolve/attributes.js';
import { queryPatterns } from '../../resolve/members.js';
import { isFault, parseTemplate } from '../../resolve/templates.js';
import { type Basis, basisOf, tableOf } from '../basis.js';
import { prefixOf, retiredPrefixes, unusedHead } from '../lock/claims.js';
import { isSameKey } from '../lock/slots.js';
import { fits, isPinned, isQuery, keyFieldsOf } from '../serving.js';
import type { Attributes } from '../types.js';
import { groupsFor } from './choosing.js';
import { collectionKeys } from './collections.js';

/**
 * The model with a key for each entity; one whose names are wrong is left to the checks. It takes the model before it is
 * resolved: attributes of histories and value paths depend on the keys.
 */
export function chooseKeys(model: Model, lock: Lock): Model {
  const names = new Set(model.entities.map((entity) => entity.name.text));
  const taken = new Set(retiredPrefixes(lock, names).map(({ prefix }) => prefix));
  const collections = collectionKeys(model, lock, taken);
  const entities = model.entities.map((entity) =>
    withKey(model, entity, { lock, taken, collection: collections.get(entity.name.text) }),
  );
  return { ...model, entities };
}

function withKey(
  model: Model,
  entity: EntityModel,
  {
    lock,
    taken,
    collection,
  }: {
    readonly lock: Lock;
    readonly taken: ReadonlySet<string>;
    /** The key with which it is in one partition with others that are read with it. */
    readonly collection: LockedKey | undefined;
  },
): EntityModel {
  const { name, identity } = entity;
  const table = tableOf(model, entity);
  if (entity.key.length > 0 || entity.historyOf || entity.singleton || !table) return entity;
  const kept = lock.entities.get(name.text)?.key;
  const usual = { partition: `${constant(name.text)}#{id}`, sort: table.sort ? 'METADATA' : null };
  const isMaintained = kept?.table === table.name.text;
  if (!identity && isMaintained && isSameKey(kept.key, usual)) return entity;
  const attributes = attributesOf(model, entity);
  if (isMaintained && stillHolds(kept.key, identity, attributes)) return pinned(entity, table, kept.key);
  const left = lock.isSealed && kept && prefixOf(kept.key);
  const type = unusedHead(constant(name.text), (head) => head === left || taken.has(head));
  if (!identity && type === constant(name.text) && !collection) return entity;
  const fields = identity?.map((word) => word.text) ?? ['id'];
  const whole = divided(type, fields, [], table);
  const isDivisible = fields.length > 1 && table.sort && fields.every((field) => isPlain(attributes, field));
  const shared = collection && isBuilt(collection, attributes) ? collection : undefined;
  if (!isDivisible && !shared)
    return !identity && !attributes.has('id') ? entity : pinned(entity, table, whole, attributes);
  const patterns = queryPatterns(model).filter((pattern) => pattern.target.text === name.text);
  const choice = (key: LockedKey) => {
    const candidate = pinned(entity, table, key, attributes);
    const basis = basisOf({ entity: candidate, table, attributes });
    return { candidate, ...keysNeeded(basis, patterns) };
  };
  const together = shared && choice(shared);
  const choices = isDivisible
    ? divisions(fields).map(([partition, sort]) => choice(divided(type, partition, sort, table)))
    : [choice(whole)];
  const [first, ...more] = choices;
  if (!first) return entity;
  const best = more.reduce(
    (best, one) =>
      one.needed < best.needed || (one.needed === best.needed && one.served > best.served) ? one : best,
    first,
  );
  return together && together.needed <= best.needed ? together.candidate : best.candidate;
}

/**
 * How many of an entity's patterns its primary key serves, and how few other keys are needed for those that pin none.
 * Patterns whose names are wrong are passed over.
 */
function keysNeeded(
  basis: Basis,
  patterns: readonly PatternModel[],
): { readonly served: number; readonly needed: number } {
  const { attributes, primary } = basis;
  const queries = patterns.filter(
    (pattern) =>
      pattern.entry === undefined &&
      isQuery(pattern, basis) &&
      [...keyFieldsOf([pattern]), ...(pattern.bucket ? [pattern.bucket.field.text] : [])].every((field) =>
        isPlain(attributes, field),
      ),
  );
  const left = queries.filter((pattern) => !fits(primary, pattern, attributes));
  const open = left.filter((pattern) => !isPinned(pattern));
  return { served: queries.length - left.length, needed: groupsFor(open, basis).length };
}

/** Every division of the identity, from the whole in the partition key; that is never empty. */
function divisions(fields: readonly string[]): [string[], string[]][] {
  const subsets = Array.from({ length: 2 ** fields.length - 1 }, (_set, at) =>
    fields.filter((_field, bit) => (at + 1) & (1 << bit)),
  );
  return subsets
    .sort((a, b) => b.length - a.length)
    .flatMap((partition) => {
      const rest = fields.filter((field) => !partition.includes(field));
      return orders(rest).map((sort): [string[], string[]] => [partition, sort]);
    });
}

/** All orders of up to four fields; of more the one that is written. */
function orders(fields: readonly string[]): string[][] {
  if (fields.length < 2 || fields.length > 4) return [[...fields]];
  return fields.flatMap((field) =>
    orders(fields.filter((one) => one !== field)).map((rest) => [field, ...rest]),
  );
}

/** The sort key begins with the type as well: index entries share the record's partition. */
function divided(
  type: string,
  partition: readonly string[],
  sort: readonly string[],
  table: TableModel,
): LockedKey {
  const holes = (fields: readonly string[]) => fields.map((field) => `#{${field}}`).join('');
  return {
    partition: `${type}${holes(partition)}`,
    sort: table.sort ? (sort.length > 0 ? `${type}${holes(sort)}` : 'METADATA') : null,
  };
}

function pinned(
  entity: EntityModel,
  table: TableModel,
  key: LockedKey,
  attributes?: Attributes,
): EntityModel {
  const at = placeOf(entity, attributes);
  const word = (text: string): Word => ({ text, at });
  const partition = { attribute: table.partition, template: word(key.partition) };
  const sort = table.sort && key.sort !== null ? [{ attribute: table.sort, template: word(key.sort) }] : [];
  return { ...entity, key: [partition, ...sort] };
}

/** A field of the identity that no key can have, if there is one: the checks report it there. */
function placeOf({ identity, name }: EntityModel, attributes?: Attributes) {
  const wrong =
    attributes && identity?.find(({ text }) => !isPlain(attributes, text) || attributes.get(text)?.nullable);
  return (wrong ?? identity?.[0] ?? name).at;
}

function isPlain(attributes: Attributes, field: string): boolean {
  const attribute = attributes.get(field);
  return attribute !== undefined && attribute.encoding !== 'document';
}

/** Whether the record has a value for each hole. */
function isBuilt({ partition, sort }: LockedKey, attributes: Attributes): boolean {
  return [partition, sort ?? 'METADATA'].map(parseTemplate).every(
    (parts) =>
      !isFault(parts) &&
      parts.every((part) => {
        const attribute = part.kind === 'hole' ? attributes.get(part.field) : undefined;
        return (
          part.kind === 'literal' ||
          (part.kind === 'hole' && attribute && holeEncoding(part.transform, attribute) !== undefined)
        );
      }),
  );
}

/** Whether a key of before tells the records apart by the same fields. */
function stillHolds(key: LockedKey, identity: readonly Word[] | undefined, attributes: Attributes): boolean {
  const parsed = [key.partition, key.sort ?? 'METADATA'].map(parseTemplate);
  const fields = parsed.flatMap((one) =>
    isFault(one) ? [] : one.flatMap((part) => (part.kind === 'hole' ? [part.field] : [])),
  );
  if (parsed.some(isFault) || !fields.every((field) => isPlain(attributes, field))) return false;
  const wanted = new Set(identity?.map((word) => word.text) ?? fields);
  return wanted.size === new Set(fields).size && fields.every((field) => wanted.has(field));
}
