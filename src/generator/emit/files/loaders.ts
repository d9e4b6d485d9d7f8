/** loaders.ts: reads by primary key. */

import { entityOf } from '../../plan/lookup/find.js';
import type { Member, PatternPlan } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { flatText } from '../print.js';
import {
  arrow,
  call,
  code,
  comment,
  generic,
  globalOf,
  list,
  object,
  objectType,
  operation,
  property,
  quote,
  union,
} from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { codecOf, entityType, keyValue, runtime } from '../symbols.js';
import { presentType } from './queries/through.js';

export function loadersFile(plan: Plan): SourceFile {
  const entities = plan.entities.filter((entity) => entity.historyOf === null || isRead(plan, entity));
  return {
    name: 'loaders.ts',
    data: {
      entities: entities.map((entity) => ({
        comment:
          entity.keyFields.length === 0
            ? `/** ${entity.name}, of which there is one. */`
            : comment(`${entity.name} by ${entity.keyFields.join(', ')}.`, 4),
        loader: property(
          entity.names.loader,
          call(runtime('keyLoader'), ['session', codecOf(entity), keyValue(entity.names.keyBuilder)]),
        ),
      })),
      several: plan.patterns.flatMap((pattern) => severalView(plan, pattern)),
    },
    declared: ['createLoaders', 'loaders', 'session', 'key', 'kind', 'Loaders', 'Context'],
  };
}

/** A loader of one of several entities. */
function severalView(plan: Plan, pattern: PatternPlan) {
  const { access, target, name } = pattern;
  if (access.kind === 'any') {
    const records = recordsOf(plan, access.members);
    const loads = access.members.map((member) => loadOf(plan, pattern, member));
    const found = call(generic(runtime('firstFound'), [records]), [list(loads)]);
    const load = arrow([keyParameter(plan, pattern, access.members)], found, { returns: promiseOf(records) });
    const count = `${loads.length} keys in one batch`;
    return [severalLoader(name, `Whichever ${target} has the key: ${count}.`, load)];
  }
  if (access.kind === 'typed') {
    const records = recordsOf(plan, access.members);
    const kinds = union(access.members.map(({ value }) => quote(value)));
    const loads = access.members.map((member) =>
      property(member.value, arrow([], loadOf(plan, pattern, member))),
    );
    const load = arrow(
      [code`kind: ${kinds}`, keyParameter(plan, pattern, access.members)],
      call(generic(runtime('loadByKind'), [records]), ['kind', object(loads)]),
      { returns: promiseOf(records) },
    );
    return [severalLoader(name, `${target}, told by its kind.`, load)];
  }
  return [];
}

function severalLoader(name: string, text: string, load: Doc) {
  return { comment: comment(text, 4), loader: property(name, object([property('load', load)])) };
}

function promiseOf(records: Doc): Doc {
  return generic(globalOf('Promise'), [code`${records} | null`]);
}

function recordsOf(plan: Plan, members: readonly Member[]): Doc {
  return union(members.map(({ entity }) => entityType(entityOf(plan, entity).names.record)));
}

/** A member is found by the key under the names of its own fields. */
function loadOf(plan: Plan, { inputs }: PatternPlan, { entity, renames }: Member): Doc {
  const { names } = entityOf(plan, entity);
  const fields = inputs.map(({ name }) => ({ name, field: fieldCalled(name, renames) }));
  const isSame = fields.every(({ name, field }) => name === field);
  const key = isSame ? 'key' : object(fields.map(({ name, field }) => property(field, `key.${name}`)));
  return call(`loaders.${names.loader}.load`, [key]);
}

/** The field of a member that a pattern calls so. */
function fieldCalled(name: string, renames: Member['renames']): string {
  return Object.entries(renames).find(([, as]) => as === name)?.[0] ?? name;
}

/** A key field has the type that all members have in common. */
function keyParameter(plan: Plan, { inputs }: PatternPlan, read: readonly Member[]): Doc {
  const members = inputs.map(({ name }) => {
    const types = read.flatMap(({ entity: of, renames }) => {
      const entity = entityOf(plan, of);
      const field = fieldCalled(name, renames);
      return entity.attributes.some((one) => one.name === field) ? [presentType(entity, field)] : [];
    });
    return code`readonly ${name}: ${types.length === 0 ? 'string' : operation(unique(types), '&')}`;
  });
  return code`key: ${objectType(members)}`;
}

function unique(types: readonly Doc[]): readonly Doc[] {
  return [...new Map(types.map((type) => [flatText(type), type])).values()];
}

/** Whether a pattern asks for a history's versions by their key; mostly they are listed only. */
function isRead(plan: Plan, { name }: EntityPlan): boolean {
  return plan.patterns.some(({ access }) => {
    switch (access.kind) {
      case 'get':
        return access.entity === name;
      case 'exists':
        return access.by.kind === 'get' && access.by.entity === name;
      case 'through':
        return access.entity === name || (access.join.kind === 'get' && access.join.entity === name);
      case 'any':
      case 'typed':
        return access.members.some(({ entity }) => entity === name);
      default:
        return false;
    }
  });
}
