/** Model -> resolved model. */

import { nearest } from '../diagnostics/suggest.js';
import {
  type EntityModel,
  type IndexModel,
  type Model,
  type PatternModel,
  returned,
  type SdlType,
  type TableModel,
  type TemplateModel,
  type Word,
} from '../model.js';
import { answersOf } from './answers.js';
import { attributesOf } from './attributes.js';
import { memberPatterns } from './members.js';
import {
  indexOf,
  type ResolvedEntity,
  type ResolvedModel,
  type ResolvedNames,
  type ResolvedTemplate,
} from './resolved-model.js';
import { isRoot } from './sdl.js';
import { isFault, keyTexts, parseTemplate } from './templates.js';
import { valueReferences } from './value-references.js';

export function resolveModel(model: Model): ResolvedModel {
  const names = namesOf(model);
  return { ...names, values: valueReferences(names) };
}

function namesOf(model: Model): ResolvedNames {
  const entities = new Map<string, ResolvedEntity>();
  const originals = model.entities.filter((entity) => entity.historyOf === undefined);
  for (const entity of [...originals, ...model.entities]) {
    const type = model.sdl.types.get(entity.name.text);
    if (entities.has(entity.name.text) || type?.kind !== 'object' || isRoot(model, type.name)) continue;
    entities.set(entity.name.text, resolvedEntity(model, entity, type, entities));
  }
  return {
    model,
    entities,
    answers: answersOf(model),
    external: new Map(model.external.map((path) => [`${path.type}.${path.field}`, path])),
    templates: templatesOf(model, entities),
    meant: meantTypes(model, entities),
  };
}

function resolvedEntity(
  model: Model,
  entity: EntityModel,
  type: SdlType,
  earlier: ReadonlyMap<string, ResolvedEntity>,
): ResolvedEntity {
  const original = entity.historyOf && earlier.get(entity.historyOf.text);
  const table = tableOf(model, entity, original);
  const attributes = attributesOf(model, entity);
  const keyFields = table && fieldsOf(keyTexts(entity, table));
  return {
    name: entity.name.text,
    model: entity,
    type,
    table,
    attributes,
    keyFields: keyFields?.every((field) => attributes.has(field)) ? keyFields : undefined,
    original,
  };
}

function tableOf(
  model: Model,
  entity: EntityModel,
  original: ResolvedEntity | undefined,
): TableModel | undefined {
  const name = entity.table ?? original?.model.table;
  return name ? model.tables.find((table) => table.name.text === name.text) : model.tables[0];
}

function fieldsOf(texts: readonly string[]): string[] | undefined {
  const parsed = texts.map(parseTemplate);
  const fields = parsed.flatMap((one) =>
    isFault(one) ? [] : one.flatMap((part) => (part.kind === 'hole' ? [part.field] : [])),
  );
  return parsed.some(isFault) ? undefined : [...new Set(fields)];
}

function templatesOf(model: Model, entities: ReadonlyMap<string, ResolvedEntity>): ResolvedTemplate[] {
  const templatesIn = (
    entity: ResolvedEntity,
    pattern: PatternModel | undefined,
    role: ResolvedTemplate['role'],
    key: { readonly partition: Word | undefined; readonly sort?: Word | undefined } | undefined,
    templates: readonly TemplateModel[],
  ) =>
    templates.map(
      ({ attribute, template }): ResolvedTemplate => ({
        entity,
        pattern,
        role,
        part:
          attribute.text === key?.partition?.text
            ? 'partition'
            : attribute.text === key?.sort?.text
              ? 'sort'
              : undefined,
        attribute,
        template,
        parsed: parseTemplate(template.text),
      }),
    );
  return [
    ...[...entities.values()].flatMap((entity) => [
      ...templatesIn(entity, undefined, 'main', entity.table, entity.model.key),
      ...entity.model.keys.flatMap(({ index, key }) => {
        const found = entity.table?.indexes.find(({ name }) => name.text === index.text);
        return templatesIn(entity, undefined, 'index', indexKey(found), key);
      }),
    ]),
    ...model.patterns
      .flatMap((one) => memberPatterns(model, one))
      .flatMap((pattern) => {
        const entity = entities.get(pattern.target.text);
        if (!entity?.table) return [];
        return [
          ...templatesIn(entity, pattern, 'entry', entity.table, pattern.entry?.key ?? []),
          ...templatesIn(entity, pattern, 'index', indexKey(indexOf(entity, pattern)), pattern.key),
        ];
      }),
  ];
}

/** A local index shares the table's partition key, which is not pinned twice. */
function indexKey(index: IndexModel | undefined) {
  return index && { partition: index.kind === 'local' ? undefined : index.partition, sort: index.sort };
}

function meantTypes(model: Model, entities: ReadonlyMap<string, ResolvedEntity>): Set<string> {
  const { types } = model.sdl;
  const objects = [...types.values()].filter((type) => type.kind === 'object').map((type) => type.name);
  const meant = new Set<string>();
  for (const { name } of model.entities) {
    const near = entities.has(name.text) ? undefined : nearest(name.text, objects);
    if (near !== undefined) meant.add(near);
  }
  const targets = [
    ...model.patterns.flatMap((pattern) => [pattern.target, returned(pattern)]),
    ...model.mutations.map((mutation) => mutation.entity),
    ...model.patterns.flatMap((pattern) => pattern.type?.members.map((member) => member.entity) ?? []),
  ];
  for (const { text } of targets)
    if (types.get(text)?.kind === 'object' && !entities.has(text)) meant.add(text);
  return meant;
}
