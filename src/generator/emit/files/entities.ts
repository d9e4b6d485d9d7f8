/** entities.ts: records, what creates them and what changes them. */

import { pascal, withArticle } from '../../names.js';
import { entityOf } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EntityPlan } from '../../plan/types/storage.js';
import { givenType, keyComment, recordType } from '../expressions.js';
import type { Doc } from '../fragment.js';
import { assigned, code, comment, generic, globalOf, literalUnion, union } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';
import { edgePages } from './queries/through.js';
import { mainSlot } from './shared.js';

export function entitiesFile(plan: Plan): SourceFile {
  const pages = edgePages(plan);
  const mixed = [...mixedTargets(plan)].map(([name, records]) => ({
    name: `${pascal(name)}Page`,
    target: name,
    records,
  }));
  const connection = runtimeType('Connection');
  const isPaged = (entity: EntityPlan) =>
    !pages.some((page) => page.name === pageOf(entity)) &&
    plan.patterns.some((pattern) => pattern.target === entity.name && pattern.cardinality === 'many');
  return {
    name: 'entities.ts',
    data: {
      entities: plan.entities.map((entity) => ({
        ...entityView(entity),
        page: isPaged(entity) ? aliasType(pageOf(entity), generic(connection, [entity.names.record])) : null,
      })),
      pages: [
        ...pages.map(({ name, record, edge }) => ({
          comment: comment(`A page whose edges have attributes of what leads to the ${record}.`),
          type: aliasType(name, generic(connection, [record, edge])),
        })),
        ...mixed.map(({ name, target, records }) => ({
          comment: `/** A page of ${target}. */`,
          type: aliasType(name, generic(connection, [union(records)])),
        })),
      ],
    },
    declared: [
      ...plan.entities.flatMap((entity) => {
        const { record, key, create, changes } = entity.names;
        return [record, key, create, changes, pageOf(entity)];
      }),
      ...[...pages, ...mixed].map(({ name }) => name),
    ],
    declaresTypes: true,
  };
}

function pageOf({ names }: EntityPlan): string {
  return `${names.record}Page`;
}

function aliasType(name: string, type: Doc): Doc {
  return code`${assigned(`export type ${name} =`, type)};`;
}

function entityView(entity: EntityPlan) {
  const { name, names, attributes, keyFields } = entity;
  const created = attributes.filter(
    (one) => !['touch', 'revision', 'sequence'].includes(one.generated ?? '') && one.computed === undefined,
  );
  const fixed = created.filter((one) => !isChangeable(entity, one)).map((one) => one.name);
  const key = generic(globalOf('Pick'), [names.record, literalUnion(keyFields)]);
  return {
    name,
    aName: pascal(withArticle(name)),
    ofName: withArticle(name),
    names,
    comment: comment(`${name}: ${keyComment(mainSlot(entity))} in \`${entity.table}\`.`),
    attributes: notedAttributes(attributes),
    created: created.map((one) => ({ member: optionalMember(one, isOptional(one)) })),
    changes: aliasType(
      names.changes,
      generic(runtimeType('ChangesOf'), [names.create, ...(fixed.length > 0 ? [literalUnion(fixed)] : [])]),
    ),
    isWritable: entity.historyOf === null,
    isUpdatable: entity.revision !== null,
    key: aliasType(names.key, key),
  };
}

function optionalMember(attribute: AttributePlan, isOptional: boolean): Doc {
  const type = givenType(attribute);
  if (!isOptional) return code`${attribute.name}: ${type}`;
  return code`${attribute.name}?: ${type}${type === 'unknown' ? '' : ' | undefined'}`;
}

/** Whether a writer may change it. */
export function isChangeable({ keyFields }: EntityPlan, attribute: AttributePlan): boolean {
  const { name, immutable, generated, computed, movable } = attribute;
  const isFixed = keyFields.includes(name) && movable !== true;
  return !immutable && generated === null && computed === undefined && !isFixed;
}

/** Unions and interfaces that come in pages, and the records they are of. */
function mixedTargets(plan: Plan): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const { target, access } of plan.patterns) {
    if (access.kind !== 'mixed') continue;
    const records = access.members.map(({ entity }) => entityOf(plan, entity).names.record);
    targets.set(target, [...new Set([...(targets.get(target) ?? []), ...records])]);
  }
  return targets;
}

/** The members of a record. What no GraphQL field shows comes last, under one heading. */
function notedAttributes(attributes: readonly AttributePlan[]) {
  const shown = attributes.filter(({ hidden }) => !hidden);
  const hidden = attributes.filter((one) => one.hidden);
  return [...shown, ...hidden].map((one) => ({
    member: code`${one.name}: ${recordType(one)}`,
    heading: one === hidden[0] ? '// Stored only:' : '',
    note: noteOf(one),
  }));
}

function noteOf({ computed, secret }: AttributePlan): string {
  if (computed !== undefined) return `/** Computed by the rule ${computed}. */`;
  return secret ? '/** Secret. */' : '';
}

/** Whether a creator may leave it out. */
function isOptional(attribute: AttributePlan): boolean {
  return attribute.nullable || attribute.generated !== null || attribute.default !== null;
}
