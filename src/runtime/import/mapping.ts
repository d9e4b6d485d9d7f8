/** What a project declares of tables that it did not make: how their rows become records. Plain data, as checked. */

export interface ImportMapping {
  /** In the order in which they are imported: a source after those that it refers to. */
  readonly sources: readonly SourceMapping[];
}

/** One table, and the entity that its rows become. */
export interface SourceMapping {
  readonly name: string;
  /** The table's name, in which `${VARIABLE}` is replaced by an environment variable. */
  readonly table: string;
  /** The attributes of its primary key. */
  readonly key: readonly string[];
  readonly entity: string;
  /** The fields of the entity's key, which are made of the key's attributes alone. */
  readonly identity: readonly string[];
  /** Attributes whose values appear nowhere but in the table itself. */
  readonly secret: readonly string[];
  readonly fields: readonly FieldMapping[];
  readonly unique: readonly CollisionPolicy[];
  readonly rejections: readonly Rejection[];
  /** New records do not become rows. */
  readonly oneWay: boolean;
}

export type ConstantValue =
  | string
  | number
  | boolean
  | null
  | readonly ConstantValue[]
  | { readonly [name: string]: ConstantValue };

export interface FieldMapping {
  readonly field: string;
  readonly type: FieldType;
  readonly isRequired: boolean;
  /** Attributes, in the order of preference: the first that has a value counts. */
  readonly from: readonly string[];
  readonly transforms: readonly string[];
  /** By the value in lower case. */
  readonly map?: Readonly<Record<string, ConstantValue>>;
  /** For values that are not in the map. */
  readonly otherwise?: ConstantValue;
  /** Where there is no value. */
  readonly fallback?: Fallback;
  readonly reference?: SourceReference;
  /** Rows do not get it back. */
  readonly oneWay: boolean;
  /** How a row has a moment. */
  readonly moment: 'iso' | 'milliseconds' | 'seconds';
}

export type FieldType =
  | { readonly kind: 'text' | 'moment' | 'boolean' | 'integer' | 'number' | 'json' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldType };

export type Fallback =
  | { readonly kind: 'value'; readonly value: ConstantValue }
  | { readonly kind: 'field'; readonly field: string }
  /** The time at which the import began. */
  | { readonly kind: 'time' };

/** The value is the key of a row of a source: the field gets the record that the row became, or was merged into. */
export interface SourceReference {
  readonly source: string;
  /** What becomes of it where that row is gone. */
  readonly missing:
    | { readonly kind: 'reject' | 'keep' | 'clear' }
    | { readonly kind: 'value'; readonly value: ConstantValue };
}

/** What happens where several rows have one value of a unique field. */
export interface CollisionPolicy {
  readonly fields: readonly string[];
  /** The field whose greatest value wins; of equal ones, the least key. */
  readonly newest: string;
  readonly others: 'merge' | 'reject';
}

/** Rows that do not become records. */
export interface Rejection {
  /** Reported as the code. */
  readonly name: string;
  readonly field: string;
  /** The field's moment is before that of the import, or the field has one of the values. */
  readonly when:
    | { readonly kind: 'past' }
    | { readonly kind: 'values'; readonly values: readonly ConstantValue[] };
}

/** A function of the project: what a row's value becomes, and the way back where there is one. */
export type Transform = ((value: unknown, context: TransformContext) => unknown) | InvertibleTransform;

export interface InvertibleTransform {
  forward(value: unknown, context: TransformContext): unknown;
  back(value: unknown): unknown;
}

export interface TransformContext {
  /** The row as it is. */
  readonly row: Readonly<Record<string, unknown>>;
  /** When the import began: the same however often it is resumed. */
  readonly importedAt: Date;
}

/** The project's own functions, by name. */
export type Transforms = Readonly<Record<string, Transform>>;
