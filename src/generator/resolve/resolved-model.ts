/**
 * What the checks ask of a model, resolved once. Names that lead nowhere are simply absent here: the check of that
 * name reports them, and every other check passes over what depends on them.
 */

import { nearest } from '../diagnostics/diagnostic.js';
import { declaredTransform, isLossy, type Transform } from '../encodings.js';
import {
  type EntityModel,
  type FieldPath,
  fieldNamed,
  type Model,
  type MutationModel,
  type PatternModel,
  type RuleModel,
  returned,
  type SdlField,
  type SdlType,
  type TableModel,
  type TemplateModel,
  type TransactionModel,
  type Word,
} from '../model.js';
import { constant } from '../names.js';
import type { AttributePlan } from '../plan/types/storage.js';
import { attributesOf } from './attributes.js';
import { isFault, type ParsedTemplate, parseTemplate, type TemplateFault } from './templates.js';

export interface Facts {
  readonly model: Model;
  /** Those whose SDL type is an object type. */
  readonly entities: ReadonlyMap<string, EntityFacts>;
  /** What answers each `Type.field`, in the order of the YAML. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  /** `Type.field` and `Type.*` that other resolvers of the server answer. */
  readonly external: ReadonlyMap<string, FieldPath>;
  /** The pinned templates whose entity is known. */
  readonly templates: readonly TemplateFacts[];
  /** SDL types that a mistaken name probably meant: what follows from the mistake is not reported. */
  readonly meant: ReadonlySet<string>;
}

export interface EntityFacts {
  readonly name: string;
  readonly model: EntityModel;
  readonly type: SdlType;
  readonly table: TableModel | undefined;
  readonly attributes: ReadonlyMap<string, AttributePlan>;
  /** Undefined where a key template is at fault. */
  readonly keyFields: readonly string[] | undefined;
  /** What it is the history of, where that is known. */
  readonly original: EntityFacts | undefined;
}

export type Answer =
  | { readonly kind: 'pattern'; readonly name: Word; readonly for: FieldPath; readonly by: PatternModel }
  | { readonly kind: 'mutation'; readonly name: Word; readonly for: FieldPath; readonly by: MutationModel }
  | {
      readonly kind: 'transaction';
      readonly name: Word;
      readonly for: FieldPath;
      readonly by: TransactionModel;
    }
  | { readonly kind: 'rule'; readonly name: Word; readonly for: FieldPath; readonly by: RuleModel };

export interface TemplateFacts {
  readonly entity: EntityFacts;
  /** Absent for the entity's own key. */
  readonly pattern: PatternModel | undefined;
  /** Of the record itself, of an index entry, or of an index. */
  readonly role: 'main' | 'entry' | 'index';
  /** Undefined where the attribute belongs to no such key. */
  readonly part: 'partition' | 'sort' | undefined;
  readonly attribute: Word;
  readonly template: Word;
  readonly parsed: ParsedTemplate | TemplateFault;
}

export function factsOf(model: Model): Facts {
  const entities = new Map<string, EntityFacts>();
  const originals = model.entities.filter((entity) => entity.historyOf === undefined);
  for (const entity of [...originals, ...model.entities]) {
    const type = model.sdl.types.get(entity.name.text);
    if (entities.has(entity.name.text) || type?.kind !== 'object' || isRoot(model, type.name)) continue;
    entities.set(entity.name.text, entityFacts(model, entity, type, entities));
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

export function isRoot(model: Model, type: string): boolean {
  const { queryType, mutationType, subscriptionType } = model.sdl;
  return type === queryType || type === mutationType || type === subscriptionType;
}

/** The field a path names. */
export function fieldAt(model: Model, path: FieldPath | undefined): SdlField | undefined {
  return path && fieldNamed(model.sdl.types.get(path.type), path.field);
}

/** Whether a field is answered by something that names it, or by a resolver that is not ours. */
export function isAnswered({ answers, external, entities }: Facts, type: string, field: string): boolean {
  const path = `${type}.${field}`;
  // Fields of what is stored here are named one by one.
  return answers.has(path) || external.has(path) || (external.has(`${type}.*`) && !entities.has(type));
}

/** The holes of a template; none where it is at fault. */
export function holesIn({ parsed }: TemplateFacts): (ParsedTemplate[number] & { kind: 'hole' })[] {
  return isFault(parsed) ? [] : parsed.filter((part) => part.kind === 'hole');
}

type Hole = ParsedTemplate[number] & { kind: 'hole' };

/** What is done to a value in a hole: written there, else what `encode` says of the field. */
export function transformIn({ model, original }: EntityFacts, hole: Hole): Transform | null {
  if (hole.transform !== null) return hole.transform;
  const said = [...model.encode, ...(original?.model.encode ?? [])].find(
    (one) => one.field.text === hole.field,
  );
  return (said && declaredTransform(said.how.text)) ?? null;
}

/** Whether the hole holds the whole value: two values never look alike in it. */
export function isWholeHole(entity: EntityFacts, hole: Hole): boolean {
  const transform = transformIn(entity, hole);
  return transform === null || !isLossy(transform);
}

/** The index a pattern names, in its entity's table. */
export function indexOf(entity: EntityFacts, pattern: PatternModel) {
  return entity.table?.indexes.find((index) => index.name.text === pattern.index?.text);
}

/** The templates a record's own key is built by, pinned or not: text by key attribute. */
export function keyTexts(entity: EntityModel, table: TableModel): string[] {
  const text = (attribute: Word | undefined, fallback: string) =>
    attribute && (entity.key.find((one) => one.attribute.text === attribute.text)?.template.text ?? fallback);
  return [text(table.partition, builtPartition(entity)), text(table.sort, 'METADATA')].filter(
    (one) => one !== undefined,
  );
}

/** The partition key of an entity that pins none. */
function builtPartition({ name, singleton }: EntityModel): string {
  return singleton ? constant(name.text) : `${constant(name.text)}#{id}`;
}

function entityFacts(
  model: Model,
  entity: EntityModel,
  type: SdlType,
  earlier: ReadonlyMap<string, EntityFacts>,
): EntityFacts {
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
  original: EntityFacts | undefined,
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

function answersOf(model: Model): Map<string, Answer[]> {
  const answers = new Map<string, Answer[]>();
  const add = (answer: Answer) => {
    const field = `${answer.for.type}.${answer.for.field}`;
    answers.set(field, [...(answers.get(field) ?? []), answer]);
  };
  for (const by of model.patterns) if (by.for) add({ kind: 'pattern', name: by.name, for: by.for, by });
  for (const by of model.mutations)
    if (by.for && !by.step) add({ kind: 'mutation', name: by.name, for: by.for, by });
  for (const by of model.transactions)
    if (by.for) add({ kind: 'transaction', name: by.name, for: by.for, by });
  for (const by of model.rules) if (by.for) add({ kind: 'rule', name: by.name, for: by.for, by });
  return answers;
}

function templatesOf(model: Model, entities: ReadonlyMap<string, EntityFacts>): TemplateFacts[] {
  const facts = (
    entity: EntityFacts,
    pattern: PatternModel | undefined,
    role: TemplateFacts['role'],
    key: { readonly partition: Word | undefined; readonly sort?: Word | undefined } | undefined,
    templates: readonly TemplateModel[],
  ) =>
    templates.map(
      ({ attribute, template }): TemplateFacts => ({
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
    ...[...entities.values()].flatMap((entity) =>
      facts(entity, undefined, 'main', entity.table, entity.model.key),
    ),
    ...model.patterns.flatMap((pattern) => {
      const entity = entities.get(pattern.target.text);
      if (!entity?.table) return [];
      const index = indexOf(entity, pattern);
      // A local index shares the table's partition key, which is not pinned twice.
      const key = index && {
        partition: index.kind === 'local' ? undefined : index.partition,
        sort: index.sort,
      };
      return [
        ...facts(entity, pattern, 'entry', entity.table, pattern.entry?.key ?? []),
        ...facts(entity, pattern, 'index', key, pattern.key),
      ];
    }),
  ];
}

function meantTypes(model: Model, entities: ReadonlyMap<string, EntityFacts>): Set<string> {
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

/** All but histories: what those say of their fields is reported as a whole. */
export function originals(entities: Facts['entities']): EntityFacts[] {
  return [...entities.values()].filter((entity) => !entity.model.historyOf);
}
