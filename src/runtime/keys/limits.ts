/** DynamoDB's limits on keys, checked before a request is made. */
import { type ErrorDetails, KeyError } from '../errors.js';
import type { IndexRef, Key, TableRef } from '../types.js';

/**
 * "Quotas in Amazon DynamoDB": partition key values have 1 to 2048 bytes, sort key values 1 to 1024, in UTF-8;
 * the same applies to the keys of indexes.
 */
export const keyLimits = { partition: 2048, sort: 1024 } as const;

/**
 * The key itself, where each part is within DynamoDB's limits; otherwise KeyError, whose `cause` names the attribute:
 * clients know fields only. Takes the key of a table or of an index; attributes that are not part of it are not looked at.
 */
export function checkKey<K extends Key>(key: K, where: TableRef | IndexRef): K {
  checkPart(key[where.partition], where.partition, keyLimits.partition);
  if (where.sort !== undefined) checkPart(key[where.sort], where.sort, keyLimits.sort);
  return key;
}

function checkPart(value: unknown, attribute: string, limit: number): void {
  if (typeof value === 'string') {
    if (value === '') throw keyError('A value that records are found by is empty.', `${attribute} is empty`);
    // A UTF-16 unit takes at most 3 bytes, so that most keys need no counting.
    if (value.length * 3 <= limit) return;
    const bytes = Buffer.byteLength(value, 'utf8');
    if (bytes <= limit) return;
    throw keyError(
      `The values that a record is found by are too long: they take ${bytes} bytes of at most ${limit}.`,
      `${attribute} has ${bytes} bytes`,
      { bytes, limit },
    );
  }
  if (typeof value === 'number' && Number.isFinite(value)) return;
  throw keyError('A value that records are found by is missing.', `${attribute} is missing`);
}

/** @param inKey what is wrong with the stored key, for whoever develops the server */
function keyError(message: string, inKey: string, details?: ErrorDetails): KeyError {
  return new KeyError(message, details, new Error(`the key attribute ${inKey}`));
}
