/** What clients notice: the difference of two schemas, and operations that are no longer valid. */

import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { type Found, placeOf } from '../found.js';
import type { Place } from '../report.js';
import type { Revision, Revisions } from '../revision.js';
import type { RuleId } from '../rules.js';
import { brokenOperations } from './operations.js';
import { spanOf } from './places.js';

export async function apiFindings(revisions: Revisions): Promise<Found[]> {
  const { before, after } = revisions;
  const changes = await diff(before.schema, after.schema);
  const directives = changes.filter(isOfDirective);
  const isAddition = ({ type }: Change) => type.endsWith('_ADDED') && !type.includes('DESCRIPTION');
  const added = new Set(changes.flatMap((one) => (isAddition(one) && one.path ? [one.path] : [])));
  // What is new as a whole is reported as a whole.
  const isPart = (one: Change) =>
    (one.path !== undefined && added.has(one.path) && !isAddition(one)) ||
    [...added].some((whole) => one.path?.startsWith(`${whole}.`));
  const others = changes.filter((one) => !isOfDirective(one) && !isPartOfNew(one) && !isPart(one));
  return [
    ...brokenOperations(revisions),
    ...others.map((change) => changed(revisions, change)),
    ...directiveChanges(revisions, directives),
  ];
}

const rulesByLevel = {
  [CriticalityLevel.Breaking]: 'api-breaking',
  [CriticalityLevel.Dangerous]: 'api-dangerous',
  [CriticalityLevel.NonBreaking]: 'api-safe',
} as const satisfies Record<CriticalityLevel, RuleId>;

function changed(revisions: Revisions, change: Change): Found {
  const { type, path = 'schema', message, criticality } = change;
  const isDefault = type === 'INPUT_FIELD_DEFAULT_VALUE_CHANGED';
  return {
    rule: isDefault ? 'input-default-changed' : rulesByLevel[criticality.level],
    subject: path,
    message: sentence(message),
    at: placeIn(revisions, path),
  };
}

function isPartOfNew({ meta }: Change): boolean {
  return 'addedToNewType' in meta && meta.addedToNewType === true;
}

function isOfDirective({ type, meta }: Change): boolean {
  return type.startsWith('DIRECTIVE_USAGE_') && !('addedToNewType' in meta && meta.addedToNewType === true);
}

/** One finding for each directive of each part, whatever of it changed. `User.email.@auth.role` is the path of an argument. */
function directiveChanges(revisions: Revisions, changes: readonly Change[]): Found[] {
  const isOurs = [revisions.before, revisions.after].some(({ plan }) => plan.authorization !== undefined);
  const byUse = new Map<string, Change[]>();
  for (const change of changes) {
    const [, use = ''] = /^(.*?\.?@\w+)/.exec(change.path ?? '') ?? [];
    byUse.set(use, [...(byUse.get(use) ?? []), change]);
  }
  return [...byUse].flatMap(([use, all]): Found[] => {
    const of = use.replace(/\.?@\w+$/, '') || 'schema';
    const name = use.slice(use.lastIndexOf('@'));
    // What `@allow` means for each role is reported with access.
    if (name === '@deprecated' || (name === '@allow' && isOurs)) return [];
    const whole = all.find(
      ({ type }) => !type.startsWith('DIRECTIVE_USAGE_ARGUMENT_') || type.includes('DEFINITION'),
    );
    const isAdded = whole?.type.endsWith('_ADDED');
    return [
      {
        rule: 'directive-changed',
        subject: use,
        message: whole
          ? `\`${of}\` ${isAdded ? 'has' : 'no longer has'} \`${name}\`.`
          : `\`${name}\` of \`${of}\` has other arguments.`,
        notes: argumentNotes(all),
        at: placeIn(revisions, of),
      },
    ];
  });
}

/** `maxAge` was 60 and is 10. */
function argumentNotes(changes: readonly Change[]): string[] {
  const values = new Map<string, { was?: unknown; is?: unknown }>();
  for (const { meta } of changes) {
    const { addedArgumentName, addedArgumentValue, oldArgumentValue, removedArgumentName } = meta as Readonly<
      Record<string, unknown>
    >;
    if (typeof removedArgumentName === 'string')
      values.set(removedArgumentName, { ...values.get(removedArgumentName) });
    if (typeof addedArgumentName === 'string')
      values.set(addedArgumentName, { was: oldArgumentValue, is: addedArgumentValue });
  }
  return [...values].map(([name, { was, is }]) => {
    if (is === undefined || is === null) return `\`${name}\` is gone.`;
    return was === undefined || was === null
      ? `\`${name}\` is \`${is}\`.`
      : `\`${name}\` was \`${was}\` and is \`${is}\`.`;
  });
}

/** Where it is, or where it was. */
function placeIn({ before, after }: Revisions, path: string): Place | null {
  return at(after, 'after', path) ?? at(before, 'before', path);
}

function at(revision: Revision, which: Place['revision'], path: string): Place | null {
  return placeOf(revision, which, spanOf(revision.model.sdl, path));
}

/** With names as code, as everywhere. */
function sentence(message: string): string {
  const text = message.replaceAll(/'([\w@.$[\]!:() ]+)'/g, '`$1`');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
