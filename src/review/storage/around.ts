/** What the comparers of storage share: both revisions, and the items that their plans make of sample records. */

import type { Span } from '../../generator/diagnostics/diagnostic.js';
import { normalizedBy } from '../../generator/layout/aggregates.js';
import { type Need, needsAgainst } from '../../generator/layout/lock/findings.js';
import type { Pending } from '../../generator/lock.js';
import { itemType } from '../../generator/plan/lookup/find.js';
import { queryOf } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { AttributePlan } from '../../generator/plan/types/storage.js';
import { spanOf } from '../api/places.js';
import { placeOf } from '../found.js';
import type { Finding, Place, SampleItem } from '../report.js';
import type { Revision, Revisions } from '../revision.js';
import { type SampledItem, sampleItems, type Wanted } from '../samples/items.js';
import { sampleRecord } from '../samples/records.js';
import { isSame } from './compare.js';

/** Nothing where neither plan has such an item. */
type Sampled = Pick<Finding, 'sample'>;

interface Items {
  readonly before: readonly SampledItem[];
  readonly after: readonly SampledItem[];
}

export class Around {
  readonly before: Revision;
  readonly after: Revision;
  /** What the lock says that records need. */
  readonly needs: readonly Need[];
  readonly #items: Items;
  #inLastShards: Items | undefined;

  constructor({ before, after }: Revisions) {
    this.before = before;
    this.after = after;
    this.needs = needsAgainst(before.lock, after);
    this.#items = sampledBy({ before, after });
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
    const own = this.#readOf(this.#items, entity, pattern);
    if (!isSame(own.before, own.after)) return sampled(own.before, own.after);
    // Its shard is there no more.
    this.#inLastShards ??= sampledBy(this, { shard: 'last' });
    const { before: was, after: is } = this.#readOf(this.#inLastShards, entity, pattern);
    return sampled(was, is);
  }

  /** A record as it was stored without a value, and as it is stored now. */
  without(entity: string, field: string): Sampled {
    const { [field]: _none, ...before } = this.#item('before', entity) ?? {};
    return sampled(this.#item('before', entity) && before, this.#item('after', entity));
  }

  /** A record with a value that is none any more. */
  losing(entity: string, field: string, value: unknown): Sampled {
    const { plan } = this.before;
    const isList = this.#attribute('before', entity, field)?.list ?? false;
    const given = { [field]: isList ? [value] : value };
    const before = itemIn(sampleItems(plan, { given }), entity);
    const { [field]: _none, ...after } = before ?? {};
    return sampled(before, before && after);
  }

  /** A record of which somebody writes a value with a capital, between spaces, as both plans store it. */
  normalizing(entity: string, field: string): Sampled {
    const stored = (side: 'before' | 'after') => {
      const { plan } = this[side];
      const own = plan.entities.find(({ name }) => name === entity);
      const value = own && sampleRecord(plan, own)[field];
      if (typeof value !== 'string') return this.#item(side, entity);
      const written = ` ${value.slice(0, 1).toUpperCase()}${value.slice(1)} `;
      const steps = this.#attribute(side, entity, field)?.normalize ?? [];
      return itemIn(sampleItems(plan, { given: { [field]: normalizedBy(steps, written) } }), entity);
    };
    return sampled(stored('before'), stored('after'));
  }

  #attribute(side: 'before' | 'after', entity: string, field: string): AttributePlan | undefined {
    const own = this[side].plan.entities.find(({ name }) => name === entity);
    return own?.attributes.find(({ name }) => name === field);
  }

  #item(side: 'before' | 'after', id: string): SampleItem | null {
    return itemIn(this.#items[side], id);
  }

  #readOf({ before, after }: Items, entity: string, pattern: string) {
    return {
      before: this.#read('before', before, entity, pattern),
      after: this.#read('after', after, entity, pattern),
    };
  }

  #read(
    side: 'before' | 'after',
    items: readonly SampledItem[],
    entity: string,
    pattern: string,
  ): SampleItem | null {
    const id = readBy(this[side].plan, entity, pattern);
    if (typeof id === 'string') return itemIn(items, id);
    const own = items.filter((one) => one.entity === entity && one.role === 'main');
    const found = own.find(({ slots }) =>
      slots.some(({ index, partition }) => index === id.index && partition.template === id.partition),
    );
    return found?.attributes ?? itemIn(items, entity);
  }
}

function sampledBy({ before, after }: Revisions, wanted: Wanted = {}): Items {
  return { before: sampleItems(before.plan, wanted), after: sampleItems(after.plan, wanted) };
}

function itemIn(items: readonly SampledItem[], id: string): SampleItem | null {
  return items.find((one) => one.id === id)?.attributes ?? null;
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
    ? itemType(entity, item)
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
