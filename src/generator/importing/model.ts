/** What import.yaml says, as it was written, and the mapping that the runtime takes: the same data, resolved. */

import type { Span } from '../diagnostics/diagnostic.js';
import type { Word } from '../sources.js';

export type ImportConstant =
  | string
  | number
  | boolean
  | null
  | readonly ImportConstant[]
  | { readonly [name: string]: ImportConstant };

export interface ImportModel {
  readonly transforms: Word | undefined;
  readonly sources: readonly SourceModel[];
}

export interface SourceModel {
  readonly name: Word;
  readonly table: Word | undefined;
  readonly key: readonly Word[];
  readonly entity: Word | undefined;
  readonly secret: readonly Word[];
  readonly oneWay: boolean;
  readonly fields: readonly FieldModel[];
  readonly unique: readonly UniqueModel[];
  readonly reject: readonly RejectModel[];
}

export interface FieldModel {
  readonly name: Word;
  readonly from: readonly Word[];
  readonly transform: readonly Word[];
  readonly map: readonly { readonly from: Word; readonly to: ConstantAt }[] | undefined;
  readonly otherwise: ConstantAt | undefined;
  readonly value: ConstantAt | undefined;
  readonly fallback: FallbackModel | undefined;
  readonly references: Word | undefined;
  readonly missing: MissingModel | undefined;
  readonly oneWay: boolean;
  readonly unit: Word | undefined;
}

export interface ConstantAt {
  readonly value: ImportConstant;
  readonly at: Span;
}

export type FallbackModel =
  | { readonly kind: 'value'; readonly constant: ConstantAt }
  | { readonly kind: 'field'; readonly field: Word }
  | { readonly kind: 'time'; readonly at: Span };

export type MissingModel =
  | { readonly kind: 'reject' | 'keep' | 'clear' }
  | { readonly kind: 'value'; readonly constant: ConstantAt };

/** What to do with several rows of one unique value, by its field. */
export interface UniqueModel {
  readonly field: Word;
  readonly newest: Word | undefined;
  readonly others: 'merge' | 'reject';
}

export interface RejectModel {
  readonly name: Word;
  readonly field: Word | undefined;
  readonly isPast: boolean;
  readonly values: readonly ConstantAt[];
}

/** A function that the project's own module exports. */
export interface OwnTransform {
  readonly name: string;
  readonly isInvertible: boolean;
}

/** `ImportMapping` of the runtime. */
export interface MappingPlan {
  readonly sources: readonly SourcePlan[];
}

export interface SourcePlan {
  readonly name: string;
  readonly table: string;
  readonly key: readonly string[];
  readonly entity: string;
  readonly identity: readonly string[];
  readonly secret: readonly string[];
  readonly fields: readonly FieldPlan[];
  readonly unique: readonly {
    readonly fields: readonly string[];
    readonly newest: string;
    readonly others: 'merge' | 'reject';
  }[];
  readonly rejections: readonly {
    readonly name: string;
    readonly field: string;
    readonly when:
      | { readonly kind: 'past' }
      | { readonly kind: 'values'; readonly values: readonly ImportConstant[] };
  }[];
  readonly oneWay: boolean;
}

export interface FieldPlan {
  readonly field: string;
  readonly type: FieldTypePlan;
  readonly isRequired: boolean;
  readonly from: readonly string[];
  readonly transforms: readonly string[];
  readonly map?: Readonly<Record<string, ImportConstant>>;
  readonly otherwise?: ImportConstant;
  readonly fallback?:
    | { readonly kind: 'value'; readonly value: ImportConstant }
    | { readonly kind: 'field'; readonly field: string }
    | { readonly kind: 'time' };
  readonly reference?: {
    readonly source: string;
    readonly missing:
      | { readonly kind: 'reject' | 'keep' | 'clear' }
      | { readonly kind: 'value'; readonly value: ImportConstant };
  };
  readonly oneWay: boolean;
  readonly moment: 'iso' | 'milliseconds' | 'seconds';
}

export type FieldTypePlan =
  | { readonly kind: 'text' | 'moment' | 'boolean' | 'integer' | 'number' | 'json' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldTypePlan };
