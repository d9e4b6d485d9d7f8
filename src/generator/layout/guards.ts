/** The items that hold unique values: their keys are the values. */

import type { Model } from '../model.js';
import type { GuardPlan } from '../plan/types/storage.js';
import { exactHole } from '../resolve/holes.js';
import { keyTemplate } from '../resolve/templates.js';
import { type Basis, freeHead } from './basis.js';

export function guardsOf(model: Model, basis: Basis): GuardPlan[] {
  return basis.entity.unique.map(({ name, fields }) => {
    const words = fields.map((word) => word.text);
    return name ? sharedGuard(model, name.text, words, basis) : guard(words, basis);
  });
}

function guard(fields: readonly string[], basis: Basis): GuardPlan {
  const locked = basis.locked?.guards.get(fields.join('+'));
  const head = freeHead(basis, `UNIQUE#${basis.entity.name.text}.${fields.join('+')}`);
  const text = locked?.partition ?? textOf(head, fields, basis);
  return planned(fields, text, locked?.sort ?? 'UNIQUE', basis);
}

/** The guard of a constraint that entities share: its key does not say which of them owns it. */
function sharedGuard(model: Model, name: string, fields: readonly string[], basis: Basis): GuardPlan {
  const sharing = model.entities.filter((one) => one.unique.some((unique) => unique.name?.text === name));
  const expires = sharing.some(({ ttl }) => ttl) ? (basis.table.ttl?.text ?? null) : null;
  const text = textOf(`UNIQUE#${name}`, fields, basis);
  return { ...planned(fields, text, 'UNIQUE', basis), shared: { name, expires } };
}

function textOf(head: string, fields: readonly string[], { attributes }: Basis): string {
  return [head, ...fields.map((field) => exactHole(field, attributes))].join('#');
}

function planned(
  fields: readonly string[],
  partition: string,
  sort: string,
  { table, attributes }: Basis,
): GuardPlan {
  return {
    fields,
    partition: keyTemplate(table.partition.text, partition, attributes),
    sort: table.sort ? keyTemplate(table.sort.text, sort, attributes) : null,
    present: fields.filter((field) => attributes.get(field)?.nullable),
  };
}
