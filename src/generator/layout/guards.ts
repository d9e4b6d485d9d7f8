/** The items that hold unique values: their keys are the values. */

import type { Model, UniqueModel } from '../model.js';
import { type GuardPlan, printValues } from '../plan/types/storage.js';
import { exactHole } from '../resolve/holes.js';
import { keyTemplate } from '../resolve/templates.js';
import { type Basis, freeHead } from './basis.js';
import { whenOf } from './serving.js';

export function guardsOf(model: Model, basis: Basis): GuardPlan[] {
  return basis.entity.unique.map((unique) =>
    unique.name ? sharedGuard(model, unique.name.text, unique, basis) : guard(unique, basis),
  );
}

/** What the lock calls the guard: the fields, and of which records it is. */
export function guardName({ shared, fields, present, when }: GuardPlan): string {
  const conditions = [
    ...when.map(({ field, values }) => `${field} ${printValues(values)}`),
    ...(present.some((field) => !fields.includes(field)) ? [`${present.join(' and ')} present`] : []),
  ];
  const name = `${shared ? `${shared.name}.` : ''}${fields.join('+')}`;
  return conditions.length > 0 ? `${name} for ${conditions.join(', ')}` : name;
}

/** Of the names of two: the values of a condition may be in another order. */
export function isSameGuard(a: string, b: string): boolean {
  const [one, other] = [a, b].map((name) => {
    const [fields = '', ...conditions] = name.split(/ for |, /);
    return [
      fields,
      ...conditions
        .map((text) =>
          text
            .split(/ or | /)
            .sort()
            .join(),
        )
        .sort(),
    ].join();
  });
  return one === other;
}

function guard(unique: UniqueModel, basis: Basis): GuardPlan {
  const fields = unique.fields.map((word) => word.text).join('+');
  const [, locked] =
    [...(basis.locked?.guards ?? [])].find(([name]) => name.replace(/ for .*$/, '') === fields) ?? [];
  const head = freeHead(basis, `UNIQUE#${basis.entity.name.text}.${fields}`);
  const text = locked?.partition ?? textOf(head, unique, basis);
  return planned(unique, text, locked?.sort ?? 'UNIQUE', basis);
}

/** The guard of a constraint that entities share: its key does not say which of them owns it. */
function sharedGuard(model: Model, name: string, unique: UniqueModel, basis: Basis): GuardPlan {
  const sharing = model.entities.filter((one) => one.unique.some((other) => other.name?.text === name));
  const expires = sharing.some(({ ttl }) => ttl) ? (basis.table.ttl?.text ?? null) : null;
  const text = textOf(`UNIQUE#${name}`, unique, basis);
  return { ...planned(unique, text, 'UNIQUE', basis), shared: { name, expires } };
}

function textOf(head: string, { fields }: UniqueModel, { attributes }: Basis): string {
  return [head, ...fields.map((field) => exactHole(field.text, attributes))].join('#');
}

function planned(
  { fields, when, message }: UniqueModel,
  partition: string,
  sort: string,
  { table, attributes }: Basis,
): GuardPlan {
  const needed = [...fields, ...when.flatMap((one) => (one.values === 'present' ? [one.field] : []))];
  return {
    fields: fields.map((word) => word.text),
    partition: keyTemplate(table.partition.text, partition, attributes),
    sort: table.sort ? keyTemplate(table.sort.text, sort, attributes) : null,
    present: [...new Set(needed.map((word) => word.text))].filter((field) => attributes.get(field)?.nullable),
    when: whenOf({ when }),
    ...(message ? { message: message.text } : {}),
  };
}
