/** Attributes, keys and values of the plan as code. */

import { declaredValues } from '../encodings/declared.js';
import { type HoleEncoding, runtimeEncoding } from '../encodings.js';
import { keyText } from '../plan/lookup/key-conditions.js';
import type { AttributePlan, KeyTemplate, TemplatePart, TypeShape } from '../plan/types/storage.js';
import type { Moment } from '../plan/types/values.js';
import type { WrittenValue } from '../plan/types/writes.js';
import type { Doc } from './fragment.js';
import { call, code, globalOf, list, literal, object, property, quote, texts } from './printer.js';
import { args, context, parent, runtime, runtimeType, schemaType } from './symbols.js';

/** `text`, or `pad(6)`, which is called as it is written. */
export function encoding(encode: HoleEncoding): Doc {
  const values = declaredValues(encode);
  if (values) return call(runtime('declared'), [texts(values)]);
  const [name = '', digits] = runtimeEncoding(encode).split(/[()]/);
  return digits === undefined ? runtime(name) : call(runtime(name), [digits]);
}

/** What a record holds; moments are ISO text. */
export function recordType(attribute: AttributePlan): Doc {
  return orNull(attribute, valueType(attribute, 'string'));
}

/** What a writer may give; moments also as a Date. */
export function givenType(attribute: AttributePlan): Doc {
  return orNull(attribute, valueType(attribute, code`${globalOf('Date')} | string`));
}

function orNull({ nullable }: AttributePlan, type: Doc): Doc {
  return nullable && type !== 'unknown' ? code`${type} | null` : type;
}

/** @param moment the type of a DateTime */
function valueType(attribute: AttributePlan, moment: Doc): Doc {
  const isMoment = attribute.element === 'time';
  const element = isMoment ? moment : elementType(attribute);
  const isWord = !isMoment || moment === 'string';
  return attribute.list && attribute.elements ? listType(attribute.elements, element, isWord) : element;
}

/** @param of the type of the list's elements */
function listType(of: TypeShape, element: Doc, isWord: boolean): Doc {
  const inner = of.kind === 'list' ? listType(of.of, element, isWord) : element;
  const isCertain = of.nonNull || inner === 'unknown';
  return readonlyList(isCertain ? inner : code`${inner} | null`, {
    isWord: isCertain && of.kind === 'named' && isWord,
  });
}

/** @param isWord the type needs no brackets */
export function readonlyList(type: Doc, { isWord }: { readonly isWord: boolean }): Doc {
  return isWord ? code`readonly ${type}[]` : code`readonly (${type})[]`;
}

function elementType({ element, of, any, isPart }: AttributePlan): Doc {
  switch (element) {
    case 'integer':
    case 'safeInteger':
    case 'decimal':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'enum':
      return schemaType(of);
    case 'text':
    case 'time':
      return 'string';
    case 'document':
      if (isPart) return runtimeType('EventDocument');
      return any ? 'unknown' : schemaType(of);
  }
}

/** A key template as an expression: `` `USER#${text(user.id)}` `` or `'METADATA'`. */
export function keyExpression(
  parts: readonly TemplatePart[],
  value: (field: string, encode: HoleEncoding) => Doc,
  shard: Doc,
): Doc {
  if (parts.every((part) => part.kind === 'literal')) return quote(parts.map((part) => part.text).join(''));
  return parts.reduce<Doc>((text, part, at) => {
    const last = at === parts.length - 1 ? '`' : '';
    if (part.kind === 'literal') return code`${text}${part.text.replace(/[\\`]|\$\{/g, '\\$&')}${last}`;
    return code`${text}\${${part.kind === 'shard' ? shard : value(part.field, part.encode)}}${last}`;
  }, '`');
}

/** A key's shape, for the runtime to read it back. @param name what a hole is called, where it is wanted */
export function templateList(
  { parts }: KeyTemplate,
  name: (part: TemplatePart & { readonly kind: 'hole' }) => string | null,
): Doc {
  return list(
    parts.map((part) => {
      if (part.kind === 'literal') return quote(part.text);
      if (part.kind === 'shard') return runtime('text');
      const called = name(part);
      const encode = encoding(part.encode);
      return called === null ? encode : list([quote(called), encode]);
    }),
  );
}

/** A resolver's value: `args.input.email`, `parent.id`. */
export function valueExpression(value: WrittenValue): Doc {
  switch (value.kind) {
    case 'literal':
      return literal(value.value);
    case 'null':
      return 'null';
    case 'made':
      return value.name;
    case 'current':
      return `current${value.mayBeMissing ? '?' : ''}.${value.field}`;
    case 'each':
      return `each${steps(value.path, value.optional, 1)}`;
    case 'result':
      return `${value.variable}.${value.field}`;
    case 'later':
      return laterExpression(code`${context}.db.now()`, value);
    case 'list':
      return list(value.of.map(partExpression));
    case 'document':
      return object(value.fields.map(({ name, value: one }) => property(name, partExpression(one))));
    default:
      return code`${value.kind === 'argument' ? args : parent}${steps(value.path, value.optional, 0)}`;
  }
}

/** Whether the caller passes it. */
export function isGiven(
  value: WrittenValue,
): value is WrittenValue & { readonly kind: 'argument' | 'each'; readonly nullable: boolean } {
  return value.kind === 'argument' || value.kind === 'each';
}

/** `.filter?.title`: the first of the names has this number. */
function steps(path: readonly string[], optional: readonly number[] = [], first: number): string {
  return path.map((name, at) => `${optional.includes(at + first) ? '?.' : '.'}${name}`).join('');
}

/** A part of a document or list: what is absent has no value. */
function partExpression(value: WrittenValue): Doc {
  const given = valueExpression(value);
  if (value.kind === 'later') return call(runtime('time'), [given]);
  const mayBeAbsent = (isGiven(value) && value.nullable) || (value.kind === 'current' && value.mayBeMissing);
  return mayBeAbsent ? code`${given} ?? null` : given;
}

/** A moment so long after another. */
export function laterExpression(now: Doc, { unit, count }: Moment): Doc {
  return count === 0 ? now : call(runtime('later'), [now, object([property(unit, String(count))])]);
}

/** `PK` / `SK` of a slot, for comments. */
export function keyComment(slot: { partition: KeyTemplate; sort: KeyTemplate | null }): string {
  const partition = `\`${keyText(slot.partition)}\``;
  return slot.sort ? `${partition} / \`${keyText(slot.sort)}\`` : partition;
}
