/** loaders.ts: reads by primary key. */

import { entityOf } from '../../plan/lookup/find.js';
import type { PatternPlan } from '../../plan/types/access.js';
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
    const entities = access.entities.map((one) => entityOf(plan, one));
    const records = union(entities.map(({ names }) => entityType(names.record)));
    const loads = entities.map(({ names }) => `loaders.${names.loader}.load(key)`);
    const found = call(generic(runtime('firstFound'), [records]), [list(loads)]);
    const load = arrow([keyParameter(pattern, entities)], found, { returns: promiseOf(records) });
    const count = `${entities.length} keys in one batch`;
    return [severalLoader(name, `Whichever ${target} has the key: ${count}.`, load)];
  }
  if (access.kind === 'typed') {
    const entities = access.members.map(({ entity }) => entityOf(plan, entity));
    const records = union(entities.map(({ names }) => entityType(names.record)));
    const kinds = union(access.members.map(({ value }) => quote(value)));
    const loads = access.members.map(({ value, entity }) =>
      property(value, arrow([], `loaders.${entityOf(plan, entity).names.loader}.load(key)`)),
    );
    const load = arrow(
      [code`kind: ${kinds}`, keyParameter(pattern, entities)],
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

/** A key field has the type that all members have in common. */
function keyParameter({ inputs }: PatternPlan, entities: readonly EntityPlan[]): Doc {
  const members = inputs.map(({ name }) => {
    const types = entities
      .filter(({ attributes }) => attributes.some((one) => one.name === name))
      .map((entity) => presentType(entity, name));
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
        return access.entities.includes(name);
      case 'typed':
        return access.members.some(({ entity }) => entity === name);
      default:
        return false;
    }
  });
}
