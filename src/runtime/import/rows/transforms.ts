/** The transforms that every mapping may name. A value that cannot be transformed is a `Refusal`. */
import { createHash } from 'node:crypto';
import type { AttributeValue } from '../../types.js';
import { canonicalTime } from '../../values.js';
import type { InvertibleTransform, Transform, Transforms } from '../mapping.js';

/** Why a row does not become a record. It never has a value of the row: values may be secret. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, reason: string) {
    super(reason);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** Undefined where it throws a Refusal. */
export function unlessRefused<T>(of: () => T): T | undefined {
  try {
    return of();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Numbers below this are seconds since 1970, others milliseconds: 1e11 seconds is the year 5138, 1e11 ms March 1973. */
const firstMilliseconds = 1e11;

/** A moment as it is stored: from ISO 8601, or from seconds or milliseconds since 1970 as a number or text. */
export function momentOf(value: unknown): string {
  if (value instanceof Date) return canonicalTime(value);
  const number =
    typeof value === 'number' ? value : /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : NaN;
  try {
    if (!Number.isNaN(number))
      return canonicalTime(
        new Date(Math.trunc(Math.abs(number) < firstMilliseconds ? number * 1000 : number)),
      );
    return canonicalTime(String(value).trim());
  } catch {
    throw new Refusal('not-a-moment', 'is not a moment: neither ISO 8601 with a zone nor a time since 1970');
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Refusal('not-text', 'is not text');
}

/** A UUID of version 8 that the text alone decides (RFC 9562, section 5.8). It is not the hash of `hash`. */
function uuidOf(text: string): string {
  const hex = sha256(`id:${text}`);
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Refusal('not-json', 'is not JSON');
  }
}

const same = (value: unknown): unknown => value;

/** What is lost on the way (blanks, capitals) does not come back; the value does. */
const text = (change: (value: string) => string): InvertibleTransform => ({
  forward: (value) => change(textOf(value)),
  back: same,
});

export const builtIn: Transforms = {
  trim: text((value) => value.trim()),
  lowercase: text((value) => value.toLowerCase()),
  uppercase: text((value) => value.toUpperCase()),
  text: text(same as (value: string) => string),
  moment: { forward: momentOf, back: same },
  /** Documents that are stored as text. */
  json: { forward: parsed, back: (value) => JSON.stringify(value) },
  /** SHA-256 in hexadecimal: what is stored of a token. */
  hash: (value) => sha256(textOf(value)),
  uuid: (value) => uuidOf(textOf(value)),
};

/** Those with an inverse, for the checks. */
export const invertible: readonly string[] = Object.entries(builtIn).flatMap(([name, one]) =>
  typeof one === 'function' ? [] : [name],
);

export function forward(transform: Transform): InvertibleTransform['forward'] {
  return typeof transform === 'function' ? transform : (value, context) => transform.forward(value, context);
}

/** The same text for equal values, in whatever order their parts are. */
export function canonicalText(value: AttributeValue | undefined): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: unknown): unknown {
  if (value instanceof Set) return { $set: [...value].map((one) => JSON.stringify(ordered(one))).sort() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, ordered(one)]),
  );
}

/** A name for the contents of a row. */
export function hashOf(row: Readonly<Record<string, AttributeValue>>): string {
  return sha256(canonicalText(row as AttributeValue)).slice(0, 32);
}

export function digestOf(value: string): string {
  return `sha256:${sha256(value).slice(0, 32)}`;
}
