/** What the comparers of storage share: both revisions, and the items that their plans make of sample records. */

import type { Span } from '../../generator/diagnostics/diagnostic.js';
import { type Need, needsAgainst } from '../../generator/layout/lock/findings.js';
import type { Pending } from '../../generator/lock.js';
import { queryOf } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import { spanOf } from '../api/places.js';
import { placeOf } from '../found.js';
import type { Finding, Place, SampleItem } from '../report.js';
import type { Revision, Revisions } from '../revision.js';
import { type SampledItem, sampleItems } from '../samples/items.js';

/** Nothing where neither plan has such an item. */
type Sampled = Pick<Finding, 'sample'>;

export class Around {
  readonly before: Revision;
  readonly after: Revision;
  /** What the lock says that records need. */
  readonly needs: readonly Need[];
  readonly #items: { readonly before: readonly SampledItem[]; readonly after: readonly SampledItem[] };

  constructor({ before, after }: Revisions) {
    this.before = before;
    this.after = after;
    this.needs = needsAgainst(before.lock, after);
    this.#items = { before: sampleItems(before.plan), after: sampleItems(after.plan) };
  }

  /** Whether somebody has dealt with what records need, or says that it does not matter. Of a draft nothing is pending. */
  isAccepted(code: string, name: string): boolean {
    const { before, after, needs } = this;
    const isIt = (one: Pick<Pending, 'code' | 'name'>) => one.code === code && one.name === name;
    if (!before.lock.isSealed || !after.lock.isSealed) return false;
    return needs.some(({ pending }) => isIt(pending)) && !after.lock.pending.some(isIt);
  }

  /** Of the SDL, before too, or of access-patterns.yaml. */
  place(path: string): Place | null {
    const { before, after } = this;
    return (
      placeOf(after, 'after', spanOf(after.model.sdl, path)) ??
      placeOf(before, 'before', spanOf(before.model.sdl, path)) ??
      placeOf(after, 'after', declared(after, path)) ??
      placeOf(before, 'before', declared(before, path))
    );
  }

  /** The item with an id, as both plans store it. */
  item(id: string): Sampled {
    return sampled(this.#item('before', id), this.#item('after', id));
  }

  /** The item of an entity that a pattern reads, as both plans store it. */
  read(entity: string, pattern: string): Sampled {
    return sampled(this.#read('before', entity, pattern), this.#read('after', entity, pattern));
  }

  /** A record as it was stored without a value, and as it is stored now. */
  without(entity: string, field: string): Sampled {
    const { [field]: _none, ...before } = this.#item('before', entity) ?? {};
    return sampled(this.#item('before', entity) && before, this.#item('after', entity));
  }

  /** A record with a value that it keeps. */
  staying(entity: string, field: string, value: unknown): Sampled {
    const before = this.#item('before', entity);
    const item = before && { ...before, [field]: value };
    return sampled(item, item);
  }

  #item(side: 'before' | 'after', id: string): SampleItem | null {
    return this.#items[side].find((one) => one.id === id)?.attributes ?? null;
  }

  #read(side: 'before' | 'after', entity: string, pattern: string): SampleItem | null {
    const id = readBy(this[side].plan, entity, pattern);
    if (typeof id === 'string') return this.#item(side, id);
    const own = this.#items[side].filter((one) => one.entity === entity && one.role === 'main');
    const found = own.find(({ slots }) =>
      slots.some(({ index, partition }) => index === id.index && partition.template === id.partition),
    );
    return found?.attributes ?? this.#item(side, entity);
  }
}

/** The item that a pattern reads: its id, or the key of the record by which it is found. */
function readBy(
  plan: Plan,
  name: string,
  pattern: string,
): string | { readonly index: string | null; readonly partition: string } {
  const entity = plan.entities.find((one) => one.name === name);
  const access = plan.patterns.find((one) => one.name === pattern)?.access;
  if (!entity || !access) return name;
  if (access.kind === 'aggregate') return `aggregate ${access.aggregate}`;
  if (access.kind === 'unique') return `guard ${name}.${access.fields.join('+')}`;
  const query =
    access.kind === 'mixed' ? access.members.find((one) => one.entity === name)?.access : queryOf(access);
  const item = query && entity.items[query.item];
  if (!query || !item) return name;
  return item.role === 'entry'
    ? `${name}.${item.for}`
    : { index: query.index, partition: query.partition.text };
}

function sampled(before: SampleItem | null, after: SampleItem | null): Sampled {
  return before || after ? { sample: { before, after } } : {};
}

/** What only access-patterns.yaml has: an entity, an attribute under `stored`, a pattern, a table, an index. */
function declared({ model }: Revision, path: string): Span | undefined {
  const [name = '', part] = path.split('.');
  const entity = model.entities.find((one) => one.name.text === name);
  const stored = entity?.stored.find((one) => one.name.text === part)?.name.at;
  const table = model.tables.find((one) => one.name.text === name);
  const index = table?.indexes.find((one) => one.name.text === part)?.name.at;
  const pattern = model.patterns.find((one) => one.name.text === name)?.name.at;
  return stored ?? index ?? entity?.name.at ?? table?.name.at ?? pattern;
}
