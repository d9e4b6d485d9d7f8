/** Who may use which field: `@allow` of the SDL. */

import type { ValuePlan } from './values.js';

export interface AuthorizationPlan {
  /** As they are declared. */
  readonly roles: readonly string[];
  /** The rule that says who asks. */
  readonly viewer: string;
  /** Every object type that a client can reach, and those with `@allow`: the roots, then the others by name. */
  readonly types: readonly AuthorizedType[];
}

export interface AuthorizedType {
  readonly name: string;
  readonly isRoot?: true;
  /** How a client comes to it past no field that may refuse: `Query.me`, `Mutation.signIn.user`; null: in no way. */
  readonly open: string | null;
  /** Who can come to it: roles, and null for nobody. Rules and owners are taken to let them through. */
  readonly reachedBy: readonly (string | null)[];
  /** By name. */
  readonly fields: readonly AuthorizedField[];
}

export interface AuthorizedField {
  readonly name: string;
  /** Who may use it; left out: whoever comes to its type. */
  readonly allowed?: Allowed;
  /** The rules of access-patterns.yaml that may refuse it, or drop what it finds. */
  readonly rules: readonly string[];
  /** The rule that answers it, which may refuse. */
  readonly answeredBy?: string;
  /** Another resolver of the server answers it. */
  readonly isExternal?: true;
}

/** Whoever fulfils one of them; with nothing, everybody. */
export interface Allowed {
  readonly roles: readonly string[];
  /** What equals the viewer's id: attributes of the parent, arguments. */
  readonly owner: readonly Extract<ValuePlan, { readonly kind: 'argument' | 'parent' }>[];
  readonly rule: string | null;
}

/** What a viewer with one role may do, or nobody (null): at once, or as the owner or a rule has it. */
export function accessFor(allowed: Allowed | undefined, role: string | null): 'yes' | 'maybe' | 'no' {
  if (!allowed || isForAnyone(allowed)) return 'yes';
  if (role !== null && allowed.roles.includes(role)) return 'yes';
  const isOwner = role !== null && allowed.owner.length > 0;
  return isOwner || allowed.rule !== null ? 'maybe' : 'no';
}

export function isForAnyone({ roles, owner, rule }: Allowed): boolean {
  return roles.length === 0 && owner.length === 0 && rule === null;
}
