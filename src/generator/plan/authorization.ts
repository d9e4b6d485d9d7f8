/** Who may use each field that a client can reach, and where nothing refuses them on the way. */

import { type FieldPath, fieldNamed, namedType, type SdlField, type SdlType } from '../model.js';
import { isForAnyone, ownerSource, placedIn, rolesOf, statementOf } from '../resolve/access/statements.js';
import { isAnswered, type ResolvedModel } from '../resolve/resolved-model.js';
import { isRoot } from '../resolve/sdl.js';
import type { AllowModel } from '../sdl-model.js';
import {
  type Allowed,
  type AuthorizationPlan,
  type AuthorizedField,
  type AuthorizedType,
  accessFor,
  isForAnyone as mayBeAnyone,
} from './types/authorization.js';
import { valuePlan } from './values.js';

/** Undefined where nothing is declared of it. */
export function authorizationPlan(resolved: ResolvedModel): AuthorizationPlan | undefined {
  const { model } = resolved;
  if (!model.access) return undefined;
  const types = reachable(resolved).map(
    (type): Found => ({
      name: type.name,
      ...(isRoot(model, type.name) ? { isRoot: true as const } : {}),
      fields: [...type.fields]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((field) => authorizedField(resolved, type, field)),
    }),
  );
  const roles = rolesOf(model);
  const open = pathsAlong(
    resolved,
    types,
    ({ allowed, rules }) => rules.length === 0 && (!allowed || mayBeAnyone(allowed)),
  );
  const ways = [...roles, null].map((role) => ({
    role,
    paths: pathsAlong(resolved, types, ({ allowed }) => accessFor(allowed, role) !== 'no'),
  }));
  return {
    roles,
    viewer: model.access.viewer.text,
    types: types.map((type) => ({
      ...type,
      open: open.get(type.name) ?? null,
      reachedBy: ways.flatMap(({ role, paths }) => (paths.has(type.name) ? [role] : [])),
    })),
  };
}

function authorizedField(resolved: ResolvedModel, type: SdlType, field: SdlField): AuthorizedField {
  const statement = statementOf(type, field);
  const [answer] = resolved.answers.get(`${type.name}.${field.name}`) ?? [];
  const by = answer?.by;
  const rules = [by && 'allow' in by ? by.allow : undefined, by && 'visible' in by ? by.visible : undefined];
  return {
    name: field.name,
    ...(statement
      ? { allowed: allowedOf(resolved, statement, { type: type.name, field: field.name, at: field.at }) }
      : {}),
    rules: rules.flatMap((rule) => rule?.text ?? []),
    ...(answer?.kind === 'rule' ? { answeredBy: answer.name.text } : {}),
    ...(!answer && isAnswered(resolved, type.name, field.name) ? { isExternal: true as const } : {}),
  };
}

function allowedOf(resolved: ResolvedModel, allow: AllowModel, path: FieldPath): Allowed {
  if (isForAnyone(allow)) return { roles: [], owner: [], rule: null };
  const named = new Set(allow.roles.map(({ text }) => text));
  return {
    roles: rolesOf(resolved.model).filter((role) => named.has(role)),
    owner: allow.owner.flatMap((word) => {
      const value = valuePlan(resolved, path, ownerSource(word));
      return value.kind === 'parent' || value.kind === 'argument' ? [value] : [];
    }),
    rule: allow.rule?.text ?? null,
  };
}

/**
 * The object types below the roots: these first, then the others by name. A server may serve more than the schema, so that
 * types with `@allow` are among them however one comes there.
 */
function reachable({ model }: ResolvedModel): SdlType[] {
  const { queryType, mutationType, subscriptionType, types } = model.sdl;
  const roots = [queryType, mutationType, subscriptionType].flatMap((name) => name ?? []);
  const found = new Set<string>();
  const visit = (name: string) => {
    const type = types.get(name);
    if (!type || found.has(name)) return;
    found.add(name);
    for (const member of type.members) visit(member);
    for (const field of type.kind === 'input' ? [] : type.fields) visit(namedType(field.type));
  };
  for (const root of roots) visit(root);
  for (const { type } of placedIn(model)) visit(type.name);
  const others = [...found].filter((name) => !roots.includes(name)).sort();
  return [...roots, ...others].flatMap((name) => {
    const type = types.get(name);
    return type?.kind === 'object' ? [type] : [];
  });
}

type Found = Omit<AuthorizedType, 'open' | 'reachedBy'>;

/** The shortest way to each type along fields that let one pass: of equally short ones, the first by name. */
function pathsAlong(
  { model }: ResolvedModel,
  types: readonly Found[],
  mayPass: (field: AuthorizedField) => boolean,
): ReadonlyMap<string, string> {
  const { sdl } = model;
  const known = new Map(types.map((type) => [type.name, type]));
  const paths = new Map<string, string>();
  let reached = types.filter(({ isRoot }) => isRoot).map(({ name }) => [name, name] as const);
  while (reached.length > 0) {
    const next: (readonly [type: string, path: string])[] = [];
    for (const [name, path] of reached) {
      for (const type of [name, ...(sdl.types.get(name)?.members ?? [])]) {
        if (paths.has(type)) continue;
        paths.set(type, path);
        for (const field of known.get(type)?.fields ?? []) {
          const returned = fieldNamed(sdl.types.get(type), field.name)?.type;
          if (returned && mayPass(field)) next.push([namedType(returned), `${path}.${field.name}`]);
        }
      }
    }
    reached = next;
  }
  return paths;
}
