/** Entities: their attributes, and what is stored of a record besides them. */

import type { EntityPlan } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import { paired } from '../pairs.js';
import type { Around } from './around.js';
import { attributeFindings } from './attributes.js';
import { type Comparers, compared } from './compare.js';
import { itemFindings } from './items.js';

const ofEntity: Comparers<EntityPlan, Around> = {
  name: 'name',
  // Of generated code.
  names: 'code only',
  // Its key is in another one.
  table: 'lock',
  attributes: { parts: attributeFindings },
  items: { parts: (was, is, around) => itemFindings(was, is, { around, entity: is.name }) },
  // With the items.
  guards: 'code only',
  aggregates: 'code only',
  references: 'code only',
  revision: (was, is, around) =>
    was.revision === null || is.revision === null ? [] : [revisionMoved(was, is, around)],
  direct: 'code only',
  // A field that says when records expire is in the lock.
  ttl: (was, is, around) => (was.ttl !== null && is.ttl === null ? [expiryGone(was, is, around)] : []),
  // The page of access patterns says it.
  cache: 'code only',
  keyFields: 'lock',
  // Versions are records of their own entity, wherever they come from.
  historyOf: 'code only',
  // With how many of them are kept.
  expires: 'code only',
  projection: 'code only',
};

function revisionMoved(was: EntityPlan, is: EntityPlan, around: Around): Found {
  const isHidden = [was, is].some(({ attributes, revision }) =>
    attributes.some(({ name, hidden }) => name === revision && hidden),
  );
  return {
    rule: 'revision-moved',
    subject: is.name,
    message: `The revision of \`${is.name}\` is \`${is.revision}\`, and was \`${was.revision}\`: records stored before are read as revision 0.`,
    at: around.place(`${is.name}.${is.revision}`),
    ...around.item(is.name),
    // No client has one to expect.
    ...(isHidden
      ? { severity: 'note', class: 'code only', remedy: 'Nothing: each write counts on from there.' }
      : {}),
  };
}

function expiryGone({ ttl }: EntityPlan, { name }: EntityPlan, around: Around): Found {
  return {
    rule: 'expiry-gone',
    subject: name,
    message: `Records of \`${name}\` no longer expire by \`${ttl?.field}\`, but DynamoDB deletes those stored before when their \`${ttl?.attribute}\` comes.`,
    at: around.place(name),
    ...around.item(name),
    remedy: `Keep \`ttl\` of the table, deploy, and run \`tableloom reindex ${name}\` before the first of them expires.`,
  };
}

export function entityFindings(around: Around): Found[] {
  const { before, after } = around;
  const { both, gone, added } = paired(before.plan.entities, after.plan.entities, ({ name }) => name);
  return [
    ...both.flatMap(({ was, is }) => compared(ofEntity, was, is, around)),
    ...gone.map(({ name, table }): Found => {
      return {
        rule: 'entity-gone',
        subject: name,
        message: `Entity \`${name}\` is no longer declared.`,
        notes: [`Its records stay in table \`${table}\`, and nothing reads them.`],
        at: around.place(name),
        ...around.item(name),
      };
    }),
    ...added.map(({ name, table }): Found => {
      return {
        rule: 'entity-new',
        subject: name,
        message: `Entity \`${name}\` is new, in table \`${table}\`.`,
        at: around.place(name),
        ...around.item(name),
      };
    }),
  ];
}
