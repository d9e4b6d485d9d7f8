/** Which fields of a record can be read before the record itself: those that depend only on its key. */

import { isLossy } from '../encodings.js';
import { allowedAt, isOfKey } from './lookup/allowed.js';
import type { PatternPlan, PrefetchPlan, QueryAccess } from './types/access.js';
import type { Plan } from './types/plan.js';
import type { EntityPlan, GuardPlan, KeyTemplate, SlotPlan, TemplatePart } from './types/storage.js';
import type { ValuePlan } from './types/values.js';

type Surroundings = Pick<Plan, 'entities' | 'resolvers' | 'authorization'>;
type CollectionPage = Extract<PrefetchPlan, { readonly kind: 'collection' }>['page'];

/** The patterns, each with how it is prefetched and which fields it can prefetch. */
export function withPrefetch(patterns: readonly PatternPlan[], around: Surroundings): readonly PatternPlan[] {
  const readByKey = new Set(patterns.filter(isByKey).map(({ target }) => target));
  const plans = new Map<PatternPlan, PrefetchPlan>();
  for (const pattern of patterns) {
    const parent = around.entities.find(({ name }) => name === pattern.field?.type);
    if (
      parent &&
      readByKey.has(parent.name) &&
      dependsOnKey(pattern, parent) &&
      isDecided(pattern, parent, around)
    )
      plans.set(pattern, collectionPrefetch(pattern, parent, around) ?? { kind: 'parallel' });
  }
  return patterns.map((pattern) => {
    const prefetch = plans.get(pattern);
    const starts = isByKey(pattern)
      ? [...plans.keys()].filter(({ field }) => field?.type === pattern.target).map(({ name }) => name)
      : [];
    return {
      ...pattern,
      ...(prefetch ? { prefetch } : {}),
      ...(starts.length > 0 ? { starts } : {}),
    };
  });
}

/** Whether a field reads one record by its key. */
function isByKey({ cardinality, access, field }: PatternPlan): boolean {
  return field !== null && cardinality === 'one' && access.kind === 'get' && !access.consistent;
}

/** Whether all that a pattern takes from its parent is in the parent's key. */
function dependsOnKey({ inputs, filterInputs, access }: PatternPlan, { keyFields }: EntityPlan): boolean {
  const values: ValuePlan[] = [...inputs, ...filterInputs].map(({ value }) => value);
  if (access.kind === 'typed') values.push(access.by);
  if (access.kind === 'through')
    values.push(...access.key.flatMap(({ value }) => (value.kind === 'through' ? [] : [value])));
  return values.every((value) => value.kind !== 'parent' || isOfKey(value, keyFields));
}

/** Whether something of `@allow` is known before the parent: a role, or who owns what its key names. */
function isDecided({ field }: PatternPlan, { keyFields }: EntityPlan, around: Surroundings): boolean {
  const allowed = field && allowedAt(around, field);
  return !allowed || allowed.roles.length > 0 || allowed.owner.some((one) => isOfKey(one, keyFields));
}

/** Undefined where the items are not in the parent's item collection, or what is between them cannot be counted. */
function collectionPrefetch(
  pattern: PatternPlan,
  parent: EntityPlan,
  { entities, resolvers }: Surroundings,
): PrefetchPlan | undefined {
  const { access, field } = pattern;
  const answer = resolvers.find((one) => one.type === field?.type && one.field === field.field)?.answer;
  const shape = answer?.kind === 'pattern' ? answer.shape : undefined;
  if (access.kind !== 'query' || pattern.cardinality !== 'many' || !isPlain(access)) return undefined;
  const entity = entities.find(({ name }) => name === access.entity);
  const item = entity?.items[access.item];
  const own = mainKey(parent);
  if (!entity || !item || !own?.sort || entity.table !== parent.table || entity.ttl !== null)
    return undefined;
  if (!isAlone(own.partition, parent) || !isSame(filledIn(access.partition, pattern), own.partition.parts))
    return undefined;
  const head = access.head.map((part) => (part.kind === 'literal' ? part.text : null));
  if (head.length === 0 || head.includes(null)) return undefined;
  const collection: Collection = { own, from: head.join(''), to: leading(own.sort) };
  if (isNested(collection.from, collection.to)) return undefined;
  let between = 0;
  for (const other of entities) {
    if (other.table !== parent.table) continue;
    for (const one of other.items) {
      const [slot] = one.slots;
      if (!slot || one === item || one === parent.items[0] || !mayLieBetween(slot, collection)) continue;
      const isParents =
        other === parent && one.role === 'entry' && isSame(slot.partition.parts, own.partition.parts);
      if (!isParents) return undefined;
      between += 1;
    }
    if (other.guards.some((guard) => mayLieBetween(guard, collection))) return undefined;
  }
  const page = pageAtParent(access, collection);
  // A list is read from its beginning.
  if (shape === 'list' && page === 'last') return undefined;
  return { kind: 'collection', page, head: collection.from, between };
}

/** Which page begins next to the parent: it is at one end of the query's order. */
function pageAtParent({ order, isInverted }: QueryAccess, { from, to }: Collection): CollectionPage {
  if (order.kind === 'chosen') return 'ordered';
  const isDescending = order.descending !== (isInverted === true);
  const isAbove = from < to;
  return isDescending === isAbove ? 'first' : 'last';
}

/** Reads one partition of the table, every item under the head, unfiltered. */
function isPlain(access: QueryAccess): boolean {
  return (
    access.index === null &&
    access.shards === null &&
    access.bucket === null &&
    access.filter === null &&
    access.multiAttribute === undefined &&
    !access.consistent &&
    // What processes share is looked up first, and the record cannot wait for that.
    access.cache?.shared !== true &&
    access.equals.every(({ each }) => each === undefined)
  );
}

function mainKey(entity: EntityPlan): SlotPlan | undefined {
  return entity.items[0]?.slots[0];
}

/** Whether a partition has only one record of the entity: the partition key holds all of its key fields, unabridged. */
function isAlone({ parts }: KeyTemplate, { keyFields }: EntityPlan): boolean {
  return keyFields.every((field) =>
    parts.some((part) => part.kind === 'hole' && part.field === field && !isLossy(part.encode)),
  );
}

/** A partition template as a pattern fills it: literals for the holes bound to one, the parent's names for the others. */
function filledIn({ parts }: KeyTemplate, { inputs }: PatternPlan): readonly TemplatePart[] {
  return parts.map((part): TemplatePart => {
    const value = part.kind === 'hole' ? inputs.find(({ name }) => name === part.field)?.value : undefined;
    if (
      part.kind !== 'hole' ||
      value === undefined ||
      value.kind === 'argument' ||
      value.kind === 'made' ||
      value.kind === 'each'
    )
      return part;
    if (value.kind === 'parent') return { ...part, field: value.path[0] ?? '' };
    const isItself = typeof value.value === 'string' && /^\w+$/.test(value.value);
    const isText = part.encode === 'enum' || part.encode === 'text';
    return isItself && isText ? { kind: 'literal', text: String(value.value) } : part;
  });
}

function isSame(a: readonly TemplatePart[], b: readonly TemplatePart[]): boolean {
  return textOf(a) === textOf(b);
}

function textOf(parts: readonly TemplatePart[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'literal') return part.text;
      // No literal has braces.
      return part.kind === 'hole' ? `{${part.encode} ${part.field}}` : '{shard}';
    })
    .join('');
}

interface Collection {
  readonly own: SlotPlan;
  /** What the sort keys of the query's items begin with, and what the parent's begins with. */
  readonly from: string;
  readonly to: string;
}

/** Whether an item with this key may be in the parent's partition, between the query's items and the parent. */
function mayLieBetween({ partition, sort }: SlotPlan | GuardPlan, { own, from, to }: Collection): boolean {
  if (!mayBeEqual(partition.parts, own.partition.parts)) return false;
  const head = leading(sort);
  if (isNested(head, from)) return true;
  const isLiteral = own.sort?.parts.every((part) => part.kind === 'literal') === true;
  // After a parent that sorts above them: longer than its whole sort key.
  if (isNested(head, to)) return !(isLiteral && from < to && head.length > to.length);
  const [low, high] = from < to ? [from, to] : [to, from];
  return low < head && head < high;
}

/** The literal text that every key of a template begins with. */
function leading(template: KeyTemplate | null): string {
  const [part] = template?.parts ?? [];
  return part?.kind === 'literal' ? part.text : '';
}

function isNested(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether two partition keys may be equal. No value contains `#`, so they are compared piece by piece. */
function mayBeEqual(a: readonly TemplatePart[], b: readonly TemplatePart[]): boolean {
  const [x, y] = [textOf(a).split('#'), textOf(b).split('#')];
  return (
    x.length === y.length &&
    x.every((piece, at) => {
      const other = y[at] ?? '';
      if (!piece.includes('{') && !other.includes('{')) return piece === other;
      return isNested(piece.replace(/\{.*/, ''), other.replace(/\{.*/, ''));
    })
  );
}
