/** Who may use a field, and what becomes readable. */

import { allowedFields } from '../../generator/plan/lookup/allowed.js';
import type { Allowed } from '../../generator/plan/types/authorization.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import { spanOf } from '../api/places.js';
import { type Found, placeOf } from '../found.js';
import type { Revision, Revisions } from '../revision.js';
import { audience, roleFindings } from './roles.js';

export function accessFindings(revisions: Revisions): Found[] {
  const [before, after] = [guardsOf(revisions.before), guardsOf(revisions.after)];
  const fields = [...after].flatMap(([field, guard]): Found[] => {
    const was = before.get(field);
    return was ? changedGuard(revisions, field, was, guard) : openField(revisions, field, guard, after);
  });
  const isMoved = (field: string) => {
    const [was, is] = [before.get(field), after.get(field)];
    return was !== undefined && is !== undefined && (toDirective(was, is) || toRule(was, is));
  };
  return [
    ...fields,
    ...roleFindings(revisions, isMoved),
    ...leftFields(revisions, before, after),
    ...exposed(revisions),
  ];
}

/** What is called before a field, and what filters what it gives. */
interface Guard {
  readonly allow: string | null;
  readonly visible: string | null;
  /** A rule answers the field, and decides by itself. */
  readonly rule: string | null;
  /** Of `@allow`, where it refuses somebody. */
  readonly allowed: Allowed | undefined;
  /** `@allow` says something of it, be it that everybody may. */
  readonly isStated: boolean;
  readonly isRoot: boolean;
}

/** A rule guarded it, and `@allow` does in its place. */
function toDirective(was: Guard, is: Guard): boolean {
  return was.allow !== null && is.allow === null && !was.allowed && is.allowed !== undefined;
}

function toRule(was: Guard, is: Guard): boolean {
  return toDirective(is, was);
}

function guardsOf({ plan, model }: Revision): ReadonlyMap<string, Guard> {
  const roots = [model.sdl.queryType, model.sdl.mutationType, model.sdl.subscriptionType];
  const allowed = allowedFields(plan);
  const isStated = (type: string, field: string) =>
    plan.authorization?.types
      .find((one) => one.name === type)
      ?.fields.some((one) => one.name === field && one.allowed) === true;
  return new Map(
    plan.resolvers.map(({ type, field, answer }) => {
      const { allow = null, visible = null } = guardOf(plan, answer);
      const rule = answer.kind === 'rule' ? answer.rule : null;
      const path = `${type}.${field}`;
      const statement = { allowed: allowed.get(path), isStated: isStated(type, field) };
      return [path, { allow, visible, rule, ...statement, isRoot: roots.includes(type) }] as const;
    }),
  );
}

function guardOf(
  { patterns, mutations, transactions = [], subscriptions = [] }: Plan,
  answer: Plan['resolvers'][number]['answer'],
): { readonly allow?: string | null; readonly visible?: string | null } {
  switch (answer.kind) {
    case 'pattern':
      return patterns.find(({ name }) => name === answer.pattern) ?? {};
    case 'mutation':
      return mutations.find(({ name }) => name === answer.mutation) ?? {};
    case 'transaction':
      return transactions.find(({ name }) => name === answer.transaction) ?? {};
    case 'subscription':
      return subscriptions.find(({ name }) => name === answer.subscription) ?? {};
    case 'rule':
      return {};
  }
}

function changedGuard(revisions: Revisions, field: string, was: Guard, is: Guard): Found[] {
  const at = fieldPlace(revisions, field);
  if (is.rule !== null || was.rule !== null) {
    const guards = [was.allow, was.visible].filter((one) => one !== null);
    if (is.rule === null && was.rule !== null && is.allow === null && is.visible === null && !is.allowed)
      return [
        {
          rule: 'access-removed',
          subject: field,
          message: `\`${field}\` was answered by rule \`${was.rule}\`, which could refuse, and is guarded by no rule now.`,
          at,
        },
      ];
    if (is.rule === null || guards.length === 0) return [];
    return [
      {
        rule: 'access-changed',
        subject: field,
        message: `\`${field}\` was guarded by ${quoted(guards)} and is answered by rule \`${is.rule}\` now, which decides by itself.`,
        at,
      },
    ];
  }
  const words = { allow: 'guarded', visible: 'filtered' } as const;
  return (['allow', 'visible'] as const).flatMap((key): Found[] => {
    const [before, after] = [was[key], is[key]];
    if (before === after) return [];
    const isMoved = key === 'allow' && (toDirective(was, is) || toRule(was, is));
    if (isMoved)
      return [
        {
          rule: 'access-changed',
          subject: field,
          message: is.allowed
            ? `\`${field}\` was guarded by \`${before}\`, and is for ${audience(is.allowed)} now, as \`@allow\` says.`
            : `\`${field}\` was for ${audience(was.allowed)}, as \`@allow\` said, and is guarded by \`${after}\` now.`,
          at,
        },
      ];
    if (after === null)
      return [
        {
          rule: 'access-removed',
          subject: field,
          message: `\`${field}\` was ${words[key]} by \`${before}\` and no longer is.`,
          notes: [key === 'allow' ? 'Every caller may use it.' : 'Every record that it finds is returned.'],
          at,
        },
      ];
    return [
      {
        rule: 'access-changed',
        subject: field,
        message:
          before === null
            ? `\`${field}\` is ${words[key]} by \`${after}\` now; it was by no rule.`
            : `\`${field}\` was ${words[key]} by \`${before}\` and is ${words[key]} by \`${after}\` now.`,
        at,
      },
    ];
  });
}

/** A project that guards no field of a kind does so elsewhere, or means it. */
function openField(
  revisions: Revisions,
  field: string,
  guard: Guard,
  all: ReadonlyMap<string, Guard>,
): Found[] {
  const isGuarded = ({ allow, visible, rule, isStated }: Guard) =>
    allow !== null || visible !== null || rule !== null || isStated;
  const isUsual = [...all.values()].some(
    (one) => one.isRoot === guard.isRoot && (one.allow !== null || one.visible !== null || one.isStated),
  );
  if (isGuarded(guard) || !isUsual) return [];
  return [
    {
      rule: 'access-open',
      subject: field,
      message: `\`${field}\` is new, and no rule guards it: every caller may use it.`,
      at: fieldPlace(revisions, field),
    },
  ];
}

/** Fields that other resolvers answer now, which know nothing of the rules. */
function leftFields(
  revisions: Revisions,
  before: ReadonlyMap<string, Guard>,
  after: ReadonlyMap<string, Guard>,
): Found[] {
  return [...before].flatMap(([field, { allow, visible }]): Found[] => {
    const guards = [allow, visible].filter((one) => one !== null);
    const place = placeOf(revisions.after, 'after', spanOf(revisions.after.model.sdl, field));
    if (after.has(field) || guards.length === 0 || !place) return [];
    return [
      {
        rule: 'access-removed',
        subject: field,
        message: `\`${field}\` was guarded by ${quoted(guards)} and is no longer answered by this project.`,
        notes: ['What answers it now decides who may use it.'],
        at: place,
      },
    ];
  });
}

function exposed({ before, after }: Revisions): Found[] {
  return after.plan.entities.flatMap(({ name, attributes }) => {
    const known = before.plan.entities.find((one) => one.name === name)?.attributes ?? [];
    return attributes.flatMap((attribute): Found[] => {
      const was = known.find((one) => one.name === attribute.name);
      const isNowRead = was && ((was.hidden && !attribute.hidden) || (was.secret && !attribute.secret));
      if (!isNowRead) return [];
      const subject = `${name}.${attribute.name}`;
      const how = was.secret && !attribute.secret ? 'was secret' : 'was stored, but in no field';
      return [
        {
          rule: 'attribute-exposed',
          subject,
          message: attribute.hidden
            ? `\`${subject}\` was secret, and is not any more: logs, versions and filters may have it.`
            : `\`${subject}\` ${how}, and is a field of the schema now.`,
          notes: attribute.hidden
            ? []
            : ['Who reads a record reads it too, of records stored before as well.'],
          at: placeOf(after, 'after', spanOf(after.model.sdl, subject)),
        },
      ];
    });
  });
}

function fieldPlace({ after }: Revisions, field: string) {
  return placeOf(after, 'after', spanOf(after.model.sdl, field));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' and ');
}
