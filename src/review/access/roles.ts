/** What a change of `@allow` means for each role. */

import { allowedFields } from '../../generator/plan/lookup/allowed.js';
import { type Allowed, accessFor } from '../../generator/plan/types/authorization.js';
import type { ValuePlan } from '../../generator/plan/types/values.js';
import { spanOf } from '../api/places.js';
import { type Found, placeOf } from '../found.js';
import type { Revision, Revisions } from '../revision.js';

/** Of fields that are in both, those aside that a rule guarded or guards in the place of `@allow`. */
export function roleFindings(revisions: Revisions, isMoved: (field: string) => boolean): Found[] {
  const { before, after } = revisions;
  const [old, now] = [allowedFields(before.plan), allowedFields(after.plan)];
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((field): Found[] => {
    if (isMoved(field) || !isField(before, field) || !isField(after, field)) return [];
    return changes(revisions, field, old.get(field), now.get(field));
  });
}

function changes(
  revisions: Revisions,
  field: string,
  was: Allowed | undefined,
  is: Allowed | undefined,
): Found[] {
  const at = placeOf(revisions.after, 'after', spanOf(revisions.after.model.sdl, field));
  const found = (rule: Found['rule'], message: string, notes: readonly string[] = []): Found[] => [
    { rule, subject: field, message, ...(notes.length > 0 ? { notes } : {}), at },
  ];
  if (was && !is)
    return found('access-removed', `\`${field}\` was for ${audience(was)}, and is for everybody now.`, [
      'Whoever comes to it may use it.',
    ]);
  const roles = new Set([...rolesOf(revisions.before), ...rolesOf(revisions.after), null]);
  const levels = [...roles].map((role) => ({
    role: role === null ? 'nobody' : `\`${role}\``,
    was: levelOf(was, role),
    is: levelOf(is, role),
  }));
  const wider = levels.filter((one) => one.is > one.was);
  const narrower = levels.filter((one) => one.is < one.was);
  const both = `As \`@allow\` says, it was for ${audience(was)}, and is for ${audience(is)} now.`;
  if (wider.length + narrower.length > 0)
    return [
      ...(wider.length > 0
        ? found('access-widened', `\`${field}\` can be used by ${listed(wider)} in more cases than before.`, [
            both,
          ])
        : []),
      ...(narrower.length > 0
        ? found(
            'access-narrowed',
            `\`${field}\` refuses ${listed(narrower)} in cases where it did not before.`,
            [both],
          )
        : []),
    ];
  return audience(was) === audience(is)
    ? []
    : found('access-changed', `\`${field}\` was for ${audience(was)}, and is for ${audience(is)} now.`);
}

const levels = { no: 0, maybe: 1, yes: 2 } as const;

function levelOf(allowed: Allowed | undefined, role: string | null): number {
  return levels[accessFor(allowed, role)];
}

/** `ADMIN`, the owner (`id`) and whom rule `mayRead` lets. */
export function audience(allowed: Allowed | undefined): string {
  if (!allowed) return 'everybody';
  const { roles, owner, rule } = allowed;
  return joined([
    ...roles.map((role) => `\`${role}\``),
    ...(owner.length === 0 ? [] : [`the owner (${owner.map(ownerText).join(', ')})`]),
    ...(rule === null ? [] : [`whom rule \`${rule}\` lets`]),
  ]);
}

function ownerText(value: ValuePlan): string {
  if (value.kind !== 'argument' && value.kind !== 'parent') return '';
  return `\`${value.kind === 'argument' ? '$' : ''}${value.path.join('.')}\``;
}

function rolesOf({ plan }: Revision): readonly string[] {
  return plan.authorization?.roles ?? [];
}

function isField({ model }: Revision, path: string): boolean {
  const [type = '', field = ''] = path.split('.');
  return model.sdl.types.get(type)?.fields.some(({ name }) => name === field) === true;
}

function listed(all: readonly { readonly role: string }[]): string {
  return joined(all.map(({ role }) => role));
}

function joined(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
