/** `access` and `@allow`: what they name exists, and no directive is without an effect. */

import { suggestion } from '../../../diagnostics/suggest.js';
import { printType, type SdlField, type SdlType } from '../../../model.js';
import {
  isForAnyone,
  ownerSource,
  type Placed,
  placedIn,
  placeName,
  rolesOf,
} from '../../../resolve/access/statements.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import { encodingOf, isRoot } from '../../../resolve/sdl.js';
import { valueAlong } from '../../../resolve/value-paths.js';
import { allowDirective, anyone } from '../../../sdl-model.js';
import { type Check, type Finding, listed } from '../../row.js';

export const accessChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'access-undeclared',
    *check({ model }) {
      const [first] = model.access ? [] : placedIn(model);
      if (!first) return;
      yield {
        at: first.allow.at,
        message: `${placeName(first)} has no effect: access-patterns.yaml does not say which roles there are, and who asks.`,
        hint: 'Add `access`, as in `access: { roles: [ADMIN, MEMBER], viewer: caller }`.',
      };
    },
  },
  { code: 'access-role', check: wrongRoles },
  {
    code: 'access-arguments',
    *check({ model }) {
      for (const placed of placedIn(model)) {
        const { faults, roles, owner, rule, at } = placed.allow;
        yield* faults;
        if (faults.length > 0 || roles.length + owner.length > 0 || rule) continue;
        yield {
          at,
          message: `${placeName(placed)} names nobody.`,
          hint: `Name \`roles\`, an \`owner\` or a \`rule\`; for everybody, write \`@${allowDirective}(roles: [${anyone}])\`.`,
        };
      }
    },
  },
  { code: 'access-owner', check: wrongOwners },
  {
    code: 'access-rule',
    *check({ model }) {
      const declared = model.rules.map(({ name }) => name.text);
      for (const { allow } of placedIn(model)) {
        if (!allow.rule || declared.includes(allow.rule.text)) continue;
        yield {
          at: allow.rule.at,
          message: `There is no rule \`${allow.rule.text}\` under \`rules\`.`,
          hint:
            suggestion(allow.rule.text, declared) ??
            `Add it to access-patterns.yaml: \`rules: { ${allow.rule.text}: { in: access } }\`.`,
        };
      }
    },
  },
  {
    code: 'access-place',
    *check(resolved) {
      for (const placed of placedIn(resolved.model)) yield* withoutEffect(resolved, placed);
    },
  },
  {
    code: 'access-unused',
    severity: 'warning',
    *check({ model }) {
      if (!model.access || placedIn(model).length > 0) return;
      yield {
        at: model.access.at,
        message: `No field of the schema has \`@${allowDirective}\`, so \`access\` has no effect.`,
        hint: `Write \`@${allowDirective}(roles: […])\` behind a field or a type of the schema, or remove \`access\`.`,
      };
    },
  },
  { code: 'access-open', severity: 'warning', check: openRoots },
];

function* wrongRoles({ model }: ResolvedModel): Generator<Finding> {
  const { access, sdl } = model;
  if (!access) return;
  for (const { text, at } of access.roles) {
    const type = sdl.types.get(text);
    const values = type?.kind === 'enum' ? type.values : [text];
    if (type && type.kind !== 'enum')
      yield {
        at,
        message: `\`${text}\` is not an enum, so it has no values that are roles.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: 'Name an enum, or a role that is called otherwise than a type.',
      };
    else if (values.includes(anyone))
      yield {
        at,
        message: `\`${anyone}\` is the role of everybody, so no other role is called so.`,
        ...(type ? { notes: [{ message: 'the enum', at: type.at }] } : {}),
        hint: 'Rename it.',
      };
  }
  const roles = rolesOf(model);
  for (const { allow } of placedIn(model)) {
    for (const { text, at } of allow.roles) {
      if (text === anyone) {
        const others = allow.roles.length > 1 || allow.owner.length > 0 || allow.rule;
        if (others)
          yield {
            at,
            message: `\`${anyone}\` is everybody, so that nothing else here has an effect.`,
            hint: `Remove it, or write \`@${allowDirective}(roles: [${anyone}])\`.`,
          };
      } else if (!roles.includes(text))
        yield {
          at,
          message: `There is no role \`${text}\`.`,
          notes: [{ message: 'the roles', at: access.roles[0]?.at ?? access.at }],
          hint: suggestion(text, new Set([...roles, anyone])),
        };
    }
  }
}

function* wrongOwners(resolved: ResolvedModel): Generator<Finding> {
  const { model } = resolved;
  for (const { allow, type, field, covers } of placedIn(model)) {
    for (const word of allow.owner) {
      const source = ownerSource(word);
      if (source.kind === 'argument' && !field) {
        yield {
          at: word.at,
          message: `\`${word.text}\` is an argument, and a type has none.`,
          hint: 'Write the directive behind a field, or name an attribute.',
        };
        continue;
      }
      const [one] = covers;
      const value = one && valueAlong(resolved, { type: type.name, field: one.name, at: word.at }, source);
      if (value?.kind === 'missing') yield value;
      if (value?.kind !== 'type' || isId(resolved, value.type)) continue;
      yield {
        at: word.at,
        message: `\`${word.text}\` is \`${printType(value.type)}\`, which is never the id of a viewer.`,
        notes: [{ message: 'declared here', at: value.at }],
        hint: 'Name an attribute or argument of type `ID` or `String`.',
      };
    }
  }
}

function isId({ model }: ResolvedModel, type: SdlField['type']): boolean {
  return type.kind === 'named' && encodingOf(type, model.sdl) === 'text';
}

/** Where nothing generated resolves the field, so that nothing asks. */
function* withoutEffect(resolved: ResolvedModel, placed: Placed): Generator<Finding> {
  const { allow, type, field, covers } = placed;
  if (type.kind !== 'object') {
    yield {
      at: allow.at,
      message: `${placeName(placed)} has no effect: ${type.kind === 'interface' ? 'fields of an interface are resolved by the types that implement it' : `\`${type.name}\` is not an object type`}.`,
      hint:
        type.members.length > 0
          ? `Write it in ${listed(type.members)}.`
          : 'Write it behind a field of an object type.',
    };
    return;
  }
  const others = isForAnyone(allow) ? [] : covers.filter(({ name }) => isExternal(resolved, type, name));
  if (others.length > 0)
    yield {
      at: allow.at,
      message: `${placeName(placed)} has no effect on ${listed(others.map(({ name }) => `${type.name}.${name}`))}: ${others.length > 1 ? 'they are' : 'it is'} external.`,
      hint: field
        ? 'Remove it, and let the resolver of your own decide.'
        : `Write \`@${allowDirective}(roles: [${anyone}])\` behind ${others.length > 1 ? 'them' : 'it'}, and let the resolver of your own decide.`,
    };
}

/** Whether another resolver of the server answers a field. */
function isExternal({ answers, external, entities }: ResolvedModel, type: SdlType, field: string): boolean {
  const path = `${type.name}.${field}`;
  if (answers.has(path)) return false;
  return external.has(path) || (external.has(`${type.name}.*`) && !entities.has(type.name));
}

/** What a client can begin with, and nothing says who may. */
function* openRoots(resolved: ResolvedModel): Generator<Finding> {
  const { model, answers } = resolved;
  if (!model.access || placedIn(model).length === 0) return;
  for (const type of model.sdl.types.values()) {
    if (!isRoot(model, type.name) || type.allow) continue;
    for (const field of type.fields) {
      const [answer] = answers.get(`${type.name}.${field.name}`) ?? [];
      const by = answer?.by;
      const isGuarded = by && (('allow' in by && by.allow) || ('visible' in by && by.visible));
      if (field.allow || isGuarded || isExternal(resolved, type, field.name)) continue;
      yield {
        at: field.at,
        message: `Nothing says who may use \`${type.name}.${field.name}\`, so everybody may.`,
        hint: `Write \`@${allowDirective}(roles: […])\` behind it; \`[${anyone}]\` if everybody may.`,
      };
    }
  }
}
