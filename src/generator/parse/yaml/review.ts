/** What reviews take into account. */

import { isMap, type Node } from 'yaml';
import { keysOf } from '../../language/schema.js';
import type { RateModel, ReviewModel, SizeModel } from '../../review-model.js';
import type { Word } from '../../sources.js';
import {
  countOf,
  type Entry,
  entriesOf,
  fieldsOf,
  literalAt,
  optional,
  type Reading,
  readNamed,
  wordOf,
} from './nodes.js';

export function readSize(reading: Reading, entity: Word, node: Node | null): SizeModel | undefined {
  const map = entriesOf(reading, node, keysOf.size);
  const records = countOf(reading, map.get('records'))?.count;
  return records === undefined
    ? undefined
    : { entity, records, bytes: countOf(reading, map.get('bytes'))?.count ?? 1024 };
}

export function readRate(reading: Reading, name: Word, node: Node | null): RateModel | undefined {
  const map = isMap(node) ? entriesOf(reading, node, keysOf.rate) : undefined;
  const average = map
    ? countOf(reading, map.get('average'))?.count
    : literalAt(reading, node, name.at)?.value;
  if (typeof average !== 'number') return undefined;
  return { name, average, peak: countOf(reading, map?.get('peak'))?.count ?? average };
}

export function readReview(reading: Reading, node: Node | null): ReviewModel {
  const map = entriesOf(reading, node, keysOf.review);
  const limits = entriesOf(reading, map.get('limits')?.value ?? null, keysOf.limits);
  const prices = entriesOf(reading, map.get('prices')?.value ?? null, keysOf.prices);
  const number = (entry: Entry | undefined) => countOf(reading, entry)?.count;
  return {
    limits: optional({
      readUnits: number(limits.get('readUnits')),
      page: number(limits.get('page')),
      filterRatio: number(limits.get('filterRatio')),
      monthly: number(limits.get('monthly')),
    }),
    severity: Object.fromEntries(
      fieldsOf(reading, map.get('severity')).flatMap((entry) => {
        const word = wordOf(reading, entry);
        return word ? [[entry.key.text, word.text] as const] : [];
      }),
    ),
    waivers: readNamed(reading, map.get('waivers'), readWaiver),
    prices: optional({
      region: wordOf(reading, prices.get('region'))?.text,
      currency: wordOf(reading, prices.get('currency'))?.text,
      readMillion: number(prices.get('readMillion')),
      writeMillion: number(prices.get('writeMillion')),
      storageGigabyte: number(prices.get('storageGigabyte')),
    }),
  };
}

function readWaiver(
  reading: Reading,
  of: Word,
  node: Node | null,
): ReviewModel['waivers'][number] | undefined {
  const map = entriesOf(reading, node, keysOf.waiver);
  const [reason, until] = [wordOf(reading, map.get('reason')), wordOf(reading, map.get('until'))];
  return reason && until && { of, reason: reason.text, until: until.text };
}
