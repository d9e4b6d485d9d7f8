/** The records of a query that a write depends on. */

import type { Requester } from '../client/requests.js';
import type { IndexQuery } from '../types.js';
import { getItems } from './batch-get.js';
import { Reader } from './reader.js';

/** Reads what a write depends on, and remembers nothing. */
export function readerOf(requester: Requester, now: Date): Reader {
  return new Reader({
    requester,
    now: () => now,
    items: (keys) => getItems(requester, keys),
    seen: () => undefined,
  });
}

/** The first records of a query, at most `most`, however many requests that takes. */
export async function recordsOf<R extends object>(
  requester: Requester,
  query: IndexQuery<R>,
  most: number,
  now: Date,
): Promise<readonly R[]> {
  const records: R[] = [];
  for await (const record of readerOf(requester, now).each(query)) {
    records.push(record);
    if (records.length === most) break;
  }
  return records;
}
