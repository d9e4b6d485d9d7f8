/** What can be read of a record before the record is: fields that take no more of it than its key. */

import { isLossy } from '../encodings.js';
import type {
  EntityPlan,
  GuardPlan,
  KeyTemplate,
  PatternPlan,
  Plan,
  PrefetchPlan,
  QueryAccess,
  SlotPlan,
  TemplatePart,
  ValuePlan,
} from './types.js';

type Surroundings = Pick<Plan, 'entities' | 'resolvers'>;
type TogetherPage = Extract<PrefetchPlan, { readonly kind: 'together' }>['page'];

/** The patterns, each with what starts beside it and how it starts itself. */
export function withPrefetch(patterns: readonly PatternPlan[], around: Surroundings): readonly PatternPlan[] {
  const givenByKey = new Set(patterns.filter(isByKey).map(({ target }) => target));
  const plans = new Map<PatternPlan, PrefetchPlan>();
  for (const pattern of patterns) {
    const parent = around.entities.find(({ name }) => name === pattern.field?.type);
    if (parent && givenByKey.has(parent.name) && isOfKey(pattern, parent))
      plans.set(pattern, together(pattern, parent, around) ?? { kind: 'beside' });
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

/** Whether a pattern gives one record by its key, to a field. */
function isByKey({ cardinality, access, field }: PatternPlan): boolean {
  return field !== null && cardinality === 'one' && access.kind === 'get' && !access.consistent;
}

/** Whether a pattern takes nothing of its parent but fields of its key. */
function isOfKey({ inputs, filterInputs, access }: PatternPlan, { keyFields }: EntityPlan): boolean {
  const values: ValuePlan[] = [...inputs, ...filterInputs].map(({ value }) => value);
  if (access.kind === 'typed') values.push(access.by);
  if (access.kind === 'through')
    values.push(...access.key.flatMap(({ value }) => (value.kind === 'through' ? [] : [value])));
  return values.every(
    (value) =>
      value.kind !== 'parent' || (value.path.length === 1 && keyFields.includes(value.path[0] ?? '')),
  );
}

/** Where a query's items lie in the parent's own item collection, and what else may lie between is counted. */
function together(
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
  if (!isAlone(own.partition, parent) || !isSame(asked(access.partition, pattern), own.partition.parts))
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
  const page = pageBeside(access, collection);
  // A list is read from its beginning.
  if (shape === 'list' && page === 'last') return undefined;
  return { kind: 'together', page, head: collection.from, between };
}

/** Which end of the query's order the parent stands at. */
function pageBeside({ order, isInverted }: QueryAccess, { from, to }: Collection): TogetherPage {
  if (order.kind === 'chosen') return 'ordered';
  const isDescending = order.descending !== (isInverted === true);
  const isAbove = from < to;
  return isDescending === isAbove ? 'first' : 'last';
}

/** One partition of the table itself, all of what lies under the head, as it is. */
function isPlain(access: QueryAccess): boolean {
  return (
    access.index === null &&
    access.shards === null &&
    access.bucket === null &&
    access.filter === null &&
    access.multiAttribute === undefined &&
    !access.consistent &&
    access.equals.every(({ each }) => each === undefined)
  );
}

function mainKey(entity: EntityPlan): SlotPlan | undefined {
  return entity.items[0]?.slots[0];
}

/** Whether a partition holds one record of the entity: its key fields are all in the partition key, whole. */
function isAlone({ parts }: KeyTemplate, { keyFields }: EntityPlan): boolean {
  return keyFields.every((field) =>
    parts.some((part) => part.kind === 'hole' && part.field === field && !isLossy(part.encode)),
  );
}

/** A partition template as a pattern asks it: literals in the place of what is bound to one, fields called as the parent calls them. */
function asked({ parts }: KeyTemplate, { inputs }: PatternPlan): readonly TemplatePart[] {
  return parts.map((part): TemplatePart => {
    const value = part.kind === 'hole' ? inputs.find(({ name }) => name === part.field)?.value : undefined;
    if (part.kind !== 'hole' || value === undefined || value.kind === 'argument' || value.kind === 'made')
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
  /** What the sort keys of the query's items begin with, and what the parent's does. */
  readonly from: string;
  readonly to: string;
}

/** Whether an item of this key may stand in the parent's partition, and there between the query's items and the parent. */
function mayLieBetween({ partition, sort }: SlotPlan | GuardPlan, { own, from, to }: Collection): boolean {
  if (!mayMeet(partition.parts, own.partition.parts)) return false;
  const head = leading(sort);
  if (isNested(head, from)) return true;
  const isLiteral = own.sort?.parts.every((part) => part.kind === 'literal') === true;
  // Behind a parent that stands above: longer than its whole sort key.
  if (isNested(head, to)) return !(isLiteral && from < to && head.length > to.length);
  const [low, high] = from < to ? [from, to] : [to, from];
  return low < head && head < high;
}

/** The literal text that all keys of a template begin with. */
function leading(template: KeyTemplate | null): string {
  const [part] = template?.parts ?? [];
  return part?.kind === 'literal' ? part.text : '';
}

function isNested(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether two partition keys may be equal. No value holds `#`, so they are compared piece by piece. */
function mayMeet(a: readonly TemplatePart[], b: readonly TemplatePart[]): boolean {
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
