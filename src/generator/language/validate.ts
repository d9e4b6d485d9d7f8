/** The first pass over access-patterns.yaml: validates it against the schema of the language. */

import { isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { suggestion } from '../diagnostics/suggest.js';
import { renamedKeys, resolve } from './schema.js';
import type { Kind, Refusal, Shape } from './shape.js';

type Found = Kind | 'other';

/** A value: its node, its key, what messages call it, and where to point if it is missing. */
interface Place {
  readonly node: Node | null;
  readonly at: Span;
  readonly key: string;
  readonly what: string;
}

/** One diagnostic for each mistake, at the deepest word that contains it. Nothing below that word is validated. */
export function validate(
  file: string,
  node: Node | null,
  shape: Shape,
  whole: Span,
  key = 'access-patterns.yaml',
): Diagnostic[] {
  const validator = new Validator(file);
  validator.value({ node, at: whole, key, what: 'the file' }, shape);
  return validator.diagnostics;
}

class Validator {
  readonly diagnostics: Diagnostic[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  value(place: Place, written: Shape): void {
    const shape = resolve(written);
    const found = kindOf(place.node);
    const alternatives = shape.anyOf ? shape.anyOf.map(resolve) : [shape];
    const meant = alternatives.find((one) => kindsOf(one).some((kind) => admits(kind, found)));
    // A blank mapping is an empty one, which lacks its required keys.
    if (meant ?? (found === 'null' && shape.properties)) this.content(place, meant ?? shape);
    else this.wrongKind(place, found, shape, alternatives);
  }

  private content(place: Place, shape: Shape): void {
    const { node } = place;
    if (isMap(node)) this.mapping(place, node.items, shape);
    else if (isSeq(node)) this.list(place, node.items, shape);
    else if (isScalar(node) && node.value !== null) this.scalar(place, node.value, shape);
    else this.mapping(place, [], shape);
  }

  private scalar(place: Place, value: unknown, shape: Shape): void {
    const { type, minimum, maximum } = shape;
    const at = this.span(place);
    if (shape.enum && !shape.enum.includes(String(value)))
      this.report(
        'wrong-value',
        at,
        `\`${value}\` is not a valid value of \`${place.key}\`.`,
        suggestion(String(value), shape.enum),
      );
    else if (shape.const !== undefined && value !== shape.const) {
      const refusal = shape.refusal ?? {
        message: `\`${value}\` is not a valid value of \`${place.key}\`.`,
        hint: `Write \`${shape.const}\`.`,
      };
      this.refuse('wrong-value', at, String(value), refusal);
    } else if (shape.pattern !== undefined && typeof value === 'string' && !matches(shape.pattern, value))
      this.refuse('wrong-value', at, value, shape.refusal);
    else if (type === 'integer' && !isWithin(value, minimum, maximum))
      this.wrongKind(place, 'number', shape, [shape]);
    else if (type === 'number' && Number(value) < (minimum ?? -Infinity))
      this.refuse('wrong-value', at, String(value), shape.refusal);
  }

  private list(place: Place, items: readonly unknown[], shape: Shape): void {
    const { minItems = 0, maxItems = items.length } = shape;
    const length = String(items.length);
    if (items.length < minItems) this.refuse('wrong-value', this.span(place), length, shape.refusal);
    else if (items.length > maxItems)
      this.refuse(
        'wrong-value',
        this.span({ ...place, node: items[maxItems] as Node }),
        length,
        shape.refusal,
      );
    for (const item of items.slice(0, maxItems))
      if (shape.items) this.value({ ...place, node: item as Node, at: this.span(place) }, shape.items);
  }

  private mapping(place: Place, items: readonly unknown[], shape: Shape): void {
    const { at } = place;
    const { properties = {}, additionalProperties = {}, propertyNames, required = [], kinds } = shape;
    if (items.length < (shape.minProperties ?? 0))
      this.report(
        'wrong-value',
        at,
        `${capital(subjectOf(place, shape))} is empty, so it has no effect.`,
        'Remove it.',
      );
    const subject = capital(subjectOf(place, shape));
    const present = new Set<string>();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const keyAt = this.span({ node: pair.key as Node | null, at });
      if (!isScalar(pair.key)) {
        this.report('wrong-type', keyAt, 'A key must be a single word.', 'Write `key: value`.');
        continue;
      }
      const key = String(pair.key.value);
      present.add(key);
      if (propertyNames?.pattern !== undefined && !matches(propertyNames.pattern, key))
        this.refuse('wrong-value', keyAt, key, propertyNames.refusal);
      const property = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
      if (property)
        this.value({ node: pair.value as Node | null, at: keyAt, key, what: `\`${key}\`` }, property);
      else this.unknown(key, keyAt, subject, shape);
    }
    for (const key of required)
      if (!present.has(key))
        this.report('missing-key', at, `${subject} lacks \`${key}\`.`, `Add \`${key}:\`.`);
    const said = kinds?.keys.filter((key) => present.has(key));
    if (kinds && said && said.length !== 1)
      this.report(kinds.code, at, `${subject} has ${choice(said, kinds.keys)}.`, kinds.hint);
  }

  private unknown(key: string, at: Span, subject: string, { properties = {}, unknown }: Shape): void {
    const now = renamedKeys[key];
    if (now !== undefined && now in properties)
      this.report('renamed-key', at, `\`${key}\` is now called \`${now}\`.`, `Write \`${now}\`.`);
    else if (unknown !== undefined)
      this.report('wrong-value', at, filled(unknown, key), suggestion(key, Object.keys(properties)));
    else
      this.report(
        'unknown-key',
        at,
        `${subject} has no key \`${key}\`.`,
        suggestion(key, Object.keys(properties)),
      );
  }

  private wrongKind(place: Place, found: Found, shape: Shape, alternatives: readonly Shape[]): void {
    const { code, message, hint } = misplaced(place, found, shape, alternatives);
    this.report(code, this.span(place), message, hint);
  }

  private span({ node, at }: Pick<Place, 'node' | 'at'>): Span {
    const range = node?.range;
    // A blank value has no extent.
    return range && range[0] < range[1] ? { file: this.file, start: range[0], end: range[1] } : at;
  }

  private refuse(code: Code, at: Span, value: string, refusal: Refusal | undefined): void {
    this.report(code, at, filled(refusal?.message ?? '`{}` is not allowed here.', value), refusal?.hint);
  }

  private report(code: Code, at: Span, message: string, hint?: string): void {
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      at,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The message for a value of an unexpected kind. */
function misplaced(
  place: Place,
  found: Found,
  shape: Shape,
  alternatives: readonly Shape[],
): Refusal & { readonly code: Code } {
  const { key } = place;
  const kinds = alternatives.flatMap(kindsOf).filter((kind) => kind !== 'null');
  const only = kinds.length === 1 ? kinds[0] : undefined;
  if (shape.const !== undefined && shape.refusal) return { code: 'wrong-value', ...shape.refusal };
  if (only === 'integer') {
    const { minimum = 1, maximum = 1 } = shape;
    const message = `\`${key}\` must be a whole number from ${minimum} to ${maximum}.`;
    return {
      code: 'wrong-value',
      message,
      hint: `Write a number, as in \`${key}: ${Math.min(maximum, 20)}\`.`,
    };
  }
  if (only === 'boolean') {
    const message = `\`${key}\` must be \`true\` or \`false\`.`;
    return { code: 'wrong-value', message, hint: 'Write `true`, or remove the key.' };
  }
  if (only === 'object')
    return {
      code: 'wrong-type',
      message: `${capital(subjectOf(place, shape))} must be a mapping.`,
      hint: 'Write `key: value` pairs.',
    };
  if (only === 'array') {
    const list = { message: `\`${key}\` must be a list.`, hint: 'Write `- …` for each item.' };
    return { code: 'wrong-type', ...(shape.refusal ?? list) };
  }
  const whole = shape.anyOf && shape.refusal;
  if (found === 'null') {
    const refusal = whole ?? alternatives.find((one) => kindsOf(one).length > 1)?.refusal;
    if (refusal) return { code: 'wrong-value', ...refusal };
    const hint = `Add a value, or remove \`${key}\`.`;
    return { code: 'wrong-type', message: 'The value is missing.', hint };
  }
  const isCollection = found === 'object' || found === 'array';
  if (!isCollection && kinds.includes('string') && !kinds.includes('boolean'))
    return { code: 'wrong-type', message: 'Expected text.', hint: 'Put the value in quotes.' };
  const collections = kinds.filter((kind) => kind === 'object' || kind === 'array');
  const word = (['string', 'boolean'] as const).find((kind) => kinds.includes(kind));
  const single = kinds.includes('number') || only ? 'a single value' : word && kindNames[word];
  const names = [...(single === undefined ? [] : [single]), ...collections.map((kind) => kindNames[kind])];
  const expected = [...new Set(names)].join(' or ');
  const message = `Expected ${expected}, not ${kindNames[found]}.`;
  return { code: 'wrong-type', message, ...(whole?.hint === undefined ? {} : { hint: whole.hint }) };
}

function subjectOf({ key, what }: Place, { noun }: Shape): string {
  return noun === undefined ? what : `${noun} \`${key}\``;
}

const kindNames: Readonly<Record<Found, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'a boolean',
  null: 'nothing',
  array: 'a list',
  object: 'a mapping',
  other: 'this value',
};

function kindOf(node: Node | null): Found {
  if (isMap(node)) return 'object';
  if (isSeq(node)) return 'array';
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? 'number' : 'other';
  return typeof value === 'string' || typeof value === 'boolean' ? (typeof value as Found) : 'other';
}

function kindsOf({ type }: Shape): readonly Kind[] {
  return typeof type === 'string' ? [type] : (type ?? []);
}

/** A fraction is admitted here as an integer, so that the message gives the bounds. */
function admits(kind: Kind, found: Found): boolean {
  return kind === found || (kind === 'integer' && found === 'number');
}

function isWithin(value: unknown, minimum: number | undefined, maximum: number | undefined): boolean {
  return (
    Number.isInteger(value) &&
    Number(value) >= (minimum ?? -Infinity) &&
    Number(value) <= (maximum ?? Infinity)
  );
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 'u');
  patterns.set(pattern, known);
  return known.test(text);
}

/** `none of a, b and c`, or `a and b`. */
function choice(said: readonly string[], keys: readonly string[]): string {
  const quoted = (said.length === 0 ? keys : said).map((key) => `\`${key}\``);
  const listed = `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
  return said.length === 0 ? `none of ${listed}` : listed;
}

function filled(message: string, value: string): string {
  return message.replace('{}', () => value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
