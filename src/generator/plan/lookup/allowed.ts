/** What `@allow` says of a field, and the rules that are called before it. */

import { type Allowed, type AuthorizationPlan, isForAnyone } from '../types/authorization.js';
import type { FieldRef, ValuePlan } from '../types/values.js';

interface Authorized {
  readonly authorization?: AuthorizationPlan;
}

const known = new WeakMap<AuthorizationPlan, ReadonlyMap<string, Allowed>>();

/** By `Type.field`, of the fields that refuse somebody. */
export function allowedFields({ authorization }: Authorized): ReadonlyMap<string, Allowed> {
  if (!authorization) return new Map();
  const fields =
    known.get(authorization) ??
    new Map(
      authorization.types.flatMap((type) =>
        type.fields.flatMap(({ name, allowed }) =>
          allowed && !isForAnyone(allowed) ? [[`${type.name}.${name}`, allowed] as const] : [],
        ),
      ),
    );
  known.set(authorization, fields);
  return fields;
}

/** Undefined where whoever comes to the field may use it. */
export function allowedAt(plan: Authorized, { type, field }: FieldRef): Allowed | undefined {
  return allowedFields(plan).get(`${type}.${field}`);
}

/** The rules that are called before a field: who the viewer is, and the one that `@allow` names. */
export function rulesBefore(plan: Authorized, field: FieldRef | null): readonly string[] {
  const allowed = field && allowedAt(plan, field);
  if (!allowed || !plan.authorization) return [];
  return [
    ...(asksViewer(allowed) ? [plan.authorization.viewer] : []),
    ...(allowed.rule === null ? [] : [allowed.rule]),
  ];
}

export function asksViewer({ roles, owner }: Allowed): boolean {
  return roles.length > 0 || owner.length > 0;
}

/** Of the parent, what decides about a field: attributes of its record. Undefined where a rule may look at any. */
export function attributesTaken({ owner, rule }: Allowed): readonly string[] | undefined {
  if (rule !== null) return undefined;
  return owner.flatMap((value) => (value.kind === 'parent' ? value.path.slice(0, 1) : []));
}

/** Whether a value of the parent is one of the fields of its key. */
export function isOfKey(value: ValuePlan, keyFields: readonly string[]): boolean {
  return value.kind === 'parent' && value.path.length === 1 && keyFields.includes(value.path[0] ?? '');
}
