/** The actions that writes of records are authorized as: those of a transaction each by itself. */

import { entityOf, referencesTo } from '../../generator/plan/lookup/find.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { EntityPlan, ItemPlan, SlotPlan } from '../../generator/plan/types/storage.js';
import type { DeclaredWrite } from '../../generator/plan/types/writes.js';
import type { Need } from './need.js';

export interface WriteOf extends DeclaredWrite {
  /** The fields that an update may set; left out, all that may change. */
  readonly sets?: ReadonlySet<string>;
  /** Others are part of its transaction: where it changes nothing, it is checked. */
  readonly isWithOthers?: boolean;
}

/** Above so many attributes the whole item is put in the place of an update. */
const mostUpdated = 100;

export function needsOfWrite(plan: Plan, write: WriteOf): Need[] {
  const entity = entityOf(plan, write.entity);
  const needs = new Needs(plan, entity);
  switch (write.kind) {
    case 'create':
      needs.create();
      break;
    case 'delete':
      needs.read();
      needs.delete();
      break;
    case 'update':
    case 'touch':
      needs.read();
      needs.update(write);
      break;
    case 'upsert':
    case 'put':
      needs.read();
      needs.create();
      needs.update({ ...write, ...(write.kind === 'put' ? { sets: undefined } : {}) });
      break;
  }
  return needs.all;
}

class Needs {
  readonly all: Need[] = [];
  readonly #plan: Plan;
  readonly #entity: EntityPlan;

  constructor(plan: Plan, entity: EntityPlan) {
    this.#plan = plan;
    this.#entity = entity;
  }

  /** Several are read by one request. */
  read(): void {
    this.#add('GetItem', 'BatchGetItem');
  }

  create(): void {
    const { items, guards, ttl, aggregates = [], references = [] } = this.#entity;
    this.#add('PutItem');
    if (aggregates.length > 0) this.#add('UpdateItem');
    if (aggregates.some(({ kind }) => kind === 'sequence')) this.read();
    this.#versions();
    for (const { to, counter } of references) {
      this.#addIn(entityOf(this.#plan, to).table, 'ConditionCheckItem');
      if (counter) this.#add('UpdateItem');
    }
    // An expired record under its key is replaced, and what belonged to it goes.
    if (ttl && (guards.length > 0 || items.some(({ role }) => role === 'entry'))) this.#add('DeleteItem');
  }

  update({
    sets,
    isWithOthers,
  }: Pick<WriteOf, 'isWithOthers'> & { readonly sets?: ReadonlySet<string> | undefined }): void {
    const { attributes, items, guards, keyFields, aggregates = [], references = [] } = this.#entity;
    const changing = new Set(
      attributes.flatMap(({ name, immutable, generated, computed }) => {
        const isAlways = generated === 'touch' || generated === 'revision' || computed !== undefined;
        const isSet =
          (sets?.has(name) ?? true) && !immutable && generated === null && !keyFields.includes(name);
        return isAlways || isSet ? [name] : [];
      }),
    );
    const mayChange = (fields: readonly string[]) => fields.some((field) => changing.has(field));
    this.#add('UpdateItem');
    if (attributes.length > mostUpdated) this.#add('PutItem');
    if (isWithOthers) this.#add('ConditionCheckItem');
    if (attributes.some(({ name, movable }) => movable && (sets?.has(name) ?? true))) {
      this.create();
      this.delete();
    }
    this.#versions();
    for (const item of items) {
      if (item.role !== 'entry') continue;
      const place = item.slots.slice(0, 1).flatMap(fieldsOf);
      if (mayChange([...place, ...carriedBy(this.#entity, item), ...item.slots.flatMap(fieldsOf)]))
        this.#add('PutItem');
      if (mayChange(place)) this.#add('DeleteItem');
    }
    if (guards.some(({ fields, when }) => mayChange([...fields, ...when.map(({ field }) => field)])))
      this.#add('PutItem', 'DeleteItem');
    for (const { to, fields, counter } of references) {
      if (!mayChange(fields.map(({ field }) => field))) continue;
      this.#addIn(entityOf(this.#plan, to).table, 'ConditionCheckItem');
      if (counter) this.#add('UpdateItem');
    }
    if (aggregates.length > 0) this.#add('UpdateItem');
  }

  /** With the records that go with it. */
  delete(seen: ReadonlySet<string> = new Set()): void {
    const { name, aggregates = [], references = [] } = this.#entity;
    this.#add('DeleteItem');
    if (aggregates.some(({ kind }) => kind !== 'sequence') || references.some(({ counter }) => counter))
      this.#add('UpdateItem');
    for (const { child, reference } of referencesTo(this.#plan, name)) {
      if (reference.counter) this.#addIn(child.table, 'DeleteItem');
      if (reference.onDelete !== 'cascade' || seen.has(child.name)) continue;
      // A record whose dependents take several transactions is marked first, and checked with each.
      this.#add('UpdateItem');
      this.read();
      const found = this.#plan.patterns.find((one) => one.name === reference.foundBy)?.access;
      if (found?.kind === 'query') this.all.push({ action: 'Query', table: child.table, index: found.index });
      const children = new Needs(this.#plan, child);
      children.read();
      children.delete(new Set([...seen, name]));
      this.all.push(...children.all);
    }
  }

  /** Where versions of an earlier record have the numbers of new ones, the last of them is searched for. */
  #versions(): void {
    const versions = this.#entity.items.filter(({ role }) => role === 'version');
    if (versions.length === 0) return;
    this.#add('PutItem', 'Query');
    if (versions.some(({ keep }) => keep && 'versions' in keep)) this.#add('DeleteItem');
  }

  #add(...actions: readonly Need['action'][]): void {
    this.#addIn(this.#entity.table, ...actions);
  }

  #addIn(table: string, ...actions: readonly Need['action'][]): void {
    for (const action of actions) this.all.push({ action, table, index: null });
  }
}

/** The fields that decide where an item is, and whether it is there. */
function fieldsOf({ partition, sort, present, when }: SlotPlan): string[] {
  return [
    ...[partition, ...(sort ? [sort] : [])].flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : [])),
    ),
    ...present,
    ...when.map(({ field }) => field),
  ];
}

function carriedBy({ attributes }: EntityPlan, { covering }: ItemPlan): readonly string[] {
  return covering.kind === 'some' ? covering.attributes : attributes.map(({ name }) => name);
}
