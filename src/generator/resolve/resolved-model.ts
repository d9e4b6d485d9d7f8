/**
 * A model with its names, types and value paths resolved, once, for the checks, the layout and the plan. Names that
 * lead nowhere are simply absent here: the check of that name reports them, and every other check passes over what
 * depends on them.
 */

import type { Span } from '../diagnostics/diagnostic.js';
import { declaredTransform, lossOf, type Transform } from '../encodings.js';
import type {
  EntityModel,
  FieldPath,
  Model,
  PatternModel,
  SdlField,
  SdlType,
  Source,
  TableModel,
  TypeRef,
  Word,
} from '../model.js';
import type { AttributePlan } from '../plan/types/storage.js';
import type { Answer } from './answers.js';
import { isFault, type ParsedTemplate, type TemplateFault } from './templates.js';

export interface ResolvedModel extends ResolvedNames {
  /** Every place that takes a value: in the order of the YAML, and by the pattern or mutation that takes it. */
  readonly values: {
    readonly all: readonly ValueReference[];
    readonly by: ReadonlyMap<Word, readonly ValueReference[]>;
  };
}

export interface ResolvedNames {
  readonly model: Model;
  /** Those whose SDL type is an object type. */
  readonly entities: ReadonlyMap<string, ResolvedEntity>;
  /** What answers each `Type.field`, in the order of the YAML. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  /** `Type.field` and `Type.*` that other resolvers of the server answer. */
  readonly external: ReadonlyMap<string, FieldPath>;
  /** The pinned templates whose entity is known. */
  readonly templates: readonly ResolvedTemplate[];
  /** SDL types that a mistaken name probably meant: what follows from the mistake is not reported. */
  readonly meant: ReadonlySet<string>;
}

export interface ResolvedEntity {
  readonly name: string;
  readonly model: EntityModel;
  readonly type: SdlType;
  readonly table: TableModel | undefined;
  readonly attributes: ReadonlyMap<string, ResolvedAttribute>;
  /** Undefined where a key template is at fault. */
  readonly keyFields: readonly string[] | undefined;
  /** What it is the history of, where that is known. */
  readonly original: ResolvedEntity | undefined;
}

export interface ResolvedTemplate {
  readonly entity: ResolvedEntity;
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

/** What an entity stores under a name. */
export interface ResolvedAttribute extends Omit<AttributePlan, 'type' | 'elements'> {
  readonly type: TypeRef;
  /** Where it is declared: its field of the SDL, else its name under `stored`. */
  readonly at: Span;
  /** Of an enum, as they are declared. */
  readonly values?: readonly string[];
}

/** A value that a pattern or mutation takes from its field's arguments or parent, or a constant. */
export interface ValueReference {
  readonly source: Source;
  /** The pattern, mutation or subscription. */
  readonly by: { readonly kind: 'pattern' | 'mutation' | 'subscription'; readonly name: Word };
  readonly path: FieldPath | undefined;
  /** Undefined where the path leads nowhere, or there is none. */
  readonly field: SdlField | undefined;
  /** `key`: of the primary key that a join leads to. */
  readonly role:
    | 'equality'
    | 'key'
    | 'narrow'
    | 'bound'
    | 'filter'
    | 'bucket'
    | 'order'
    | 'limit'
    | 'kind'
    | 'each'
    | 'input'
    | 'value'
    | 'token'
    | 'require'
    | 'element'
    | 'expiry'
    | 'revision'
    | 'since';
  /** What the value is compared with or becomes. */
  readonly attribute: ResolvedAttribute | undefined;
  /** The entity the attribute belongs to. */
  readonly owner: string;
  /** For a bound, which one. */
  readonly operator?: Word;
  /** For a value, it is a part of a document or list. */
  readonly isPart?: true;
  /** For a key, the entity that leads to it. */
  readonly join?: Word;
  /** What the source leads to; undefined where the field or what it would lead through is not known itself. */
  readonly value: ResolvedValue | undefined;
}

export type ResolvedValue =
  /** A constant, or a parameter of a query that answers no field: anything. */
  | { readonly kind: 'free' }
  | TypedValue
  | {
      readonly kind: 'missing';
      readonly at: Span;
      readonly message: string;
      readonly hint: string | undefined;
    };

export interface TypedValue {
  readonly kind: 'type';
  readonly type: TypeRef;
  readonly isNullable: boolean;
  /** Steps of the path that lead from something that may be null: 1 in `$filter.title` where there may be no filter. */
  readonly optional: readonly number[];
  /** Where the argument, input field or attribute is declared. */
  readonly at: Span;
}

/** The values that one pattern or mutation takes. */
export function valuesTakenBy({ values }: ResolvedModel, name: Word): readonly ValueReference[] {
  return values.by.get(name) ?? [];
}

/** Whether a field is answered by something that names it, or by a resolver that is not ours. */
export function isAnswered(
  { answers, external, entities }: ResolvedNames,
  type: string,
  field: string,
): boolean {
  const path = `${type}.${field}`;
  // Fields of what is stored here are named one by one.
  return answers.has(path) || external.has(path) || (external.has(`${type}.*`) && !entities.has(type));
}

/** The holes of a template; none where it is at fault. */
export function holesIn({ parsed }: ResolvedTemplate): (ParsedTemplate[number] & { kind: 'hole' })[] {
  return isFault(parsed) ? [] : parsed.filter((part) => part.kind === 'hole');
}

type Hole = ParsedTemplate[number] & { kind: 'hole' };

/** What is done to a value in a hole: written there, else what `encode` says of the field. */
export function transformIn({ model, original }: ResolvedEntity, hole: Hole): Transform | null {
  if (hole.transform !== null) return hole.transform;
  const said = [...model.encode, ...(original?.model.encode ?? [])].find(
    (one) => one.field.text === hole.field,
  );
  return (said && declaredTransform(said.how.text)) ?? null;
}

/** Whether the hole holds the whole value: two values never look alike in it. */
export function isWholeHole(entity: ResolvedEntity, hole: Hole): boolean {
  const transform = transformIn(entity, hole);
  return transform === null || lossOf(transform) === 'nothing';
}

/** The index a pattern names, in its entity's table. */
export function indexOf(entity: ResolvedEntity, pattern: PatternModel) {
  return entity.table?.indexes.find((index) => index.name.text === pattern.index?.text);
}

/** All but histories: what those say of their fields is reported as a whole. */
export function originals(entities: ResolvedNames['entities']): ResolvedEntity[] {
  return [...entities.values()].filter((entity) => !entity.model.historyOf);
}
