/** What functions that give keys are made of. */

import { type HoleEncoding, isLossy } from '../../../encodings.js';
import type { EntityPlan, KeyTemplate, SlotPlan } from '../../../plan/types/storage.js';
import { encoding } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import { arrow, assigned, call, code, generic, globalOf, literalUnion, object } from '../../printer.js';
import { entityType, runtime, runtimeType } from '../../symbols.js';
import { attributeOf, mainSlot, parameterOf, unless } from '../shared.js';

/** A function that gives a key. */
export interface KeyFunction {
  readonly name: string;
  readonly declaration: Doc;
}

interface KeyParts {
  readonly parameters: readonly Doc[];
  readonly properties: readonly Doc[];
  readonly absent?: Doc | null;
}

export function keyFunction(name: string, { parameters, properties, absent = null }: KeyParts): KeyFunction {
  const key = runtimeType('Key');
  const body = arrow(parameters, unless(absent, object(properties)), {
    returns: absent === null ? key : code`${key} | undefined`,
  });
  return { name, declaration: assigned(`export const ${name} =`, body) };
}

/** `user: Pick<User, 'id' | 'name'>` */
export function partParameter(entity: EntityPlan, fields: readonly string[]): Doc {
  const part = generic(globalOf('Pick'), [entityType(entity.names.record), literalUnion(fields)]);
  return code`${parameterOf(entity)}: ${part}`;
}

/** `text(user.id)` */
export function encodedField(entity: EntityPlan): (field: string, encode: HoleEncoding) => Doc {
  return (field, encode) => call(encoding(encode), [`${parameterOf(entity)}.${field}`]);
}

export function templatesOf({ partition, sort }: Pick<SlotPlan, 'partition' | 'sort'>): KeyTemplate[] {
  return sort ? [partition, sort] : [partition];
}

/** The shard a record belongs to, told by its key. */
export function shardExpression(entity: EntityPlan, count: number): Doc {
  const parameter = parameterOf(entity);
  const [only, ...others] = entity.keyFields;
  const encoded = only === undefined ? undefined : attributeOf(entity, only)?.encoding;
  const isText = others.length === 0 && (encoded === 'text' || encoded === 'enum');
  const text = isText
    ? `${parameter}.${only}`
    : `\`${entity.keyFields.map((field) => `\${${parameter}.${field}}`).join('#')}\``;
  return call(runtime('shardOf'), [text === '``' ? "''" : text, String(count)]);
}

/** Whether the key fields of a record can be read back from its key: a truncated moment cannot. */
export function isParsed(entity: EntityPlan): boolean {
  const holes = templatesOf(mainSlot(entity)).flatMap(({ parts }) => parts);
  return entity.keyFields.every((field) =>
    holes.some((part) => part.kind === 'hole' && part.field === field && !isLossy(part.encode)),
  );
}
