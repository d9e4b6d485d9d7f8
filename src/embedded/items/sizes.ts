import { decimal } from '../dynalite.js';
import { type AttributeValue, type Item, members } from './attributes.js';

/** Largest item DynamoDB stores, names included, in bytes. */
export const maxItemBytes = 400 * 1024;

/** Bytes DynamoDB counts for an item: UTF-8 names and values (its guide, "Item sizes and formats"). */
export function itemSize(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueSize(value);
  }
  return bytes;
}

function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return binarySize(value.B);
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('L' in value) return value.L.reduce((bytes, member) => bytes + 1 + valueSize(member), 3);
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSize(value.M);
  const size = 'SS' in value ? Buffer.byteLength : 'NS' in value ? numberSize : binarySize;
  return (members(value) ?? []).reduce((bytes, member) => bytes + size(member), 0);
}

/** A byte for two digits and one for the exponent, as dynalite measured it against the service. */
function numberSize(text: string): number {
  const number = decimal(text);
  const digits = number.c.length;
  if (digits === 1 && number.c[0] === 0) return 1;
  const unevenStart = digits % 2 !== 0 || number.e % 2 !== 0 ? 0 : 1;
  return 1 + Math.ceil(digits / 2) + unevenStart + (number.s === -1 ? 1 : 0);
}

function binarySize(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

/** Write units for an item of this many bytes, outside a transaction. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

/** Read units for this many bytes read together, outside a transaction. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);
}
