/** Keys that name an attribute or a part of its value: `address.city`, `labels[$key]`, `lines[sku=$sku].count`. */

import { parse } from 'yaml';
import { partOf } from '../../model.js';
import type { PathStep, Source, Word } from '../../sources.js';
import { type Reading, report } from './nodes.js';
import { sourceAt } from './values.js';

export interface Place {
  readonly attribute: Word;
  readonly path: readonly PathStep[];
}

const step = /\.(?<name>[A-Za-z_]\w*)|\[(?:(?<field>[A-Za-z_]\w*)=)?(?<value>[^[\]]+)\]/y;

/** Undefined where the key is no path, which is reported. */
export function placeOf(reading: Reading, key: Word): Place | undefined {
  const { text } = key;
  const start = text.search(/[.[]/);
  if (start < 0) return { attribute: key, path: [] };
  const path: PathStep[] = [];
  step.lastIndex = start;
  for (let from = start; from < text.length; from = step.lastIndex) {
    const found = step.exec(text);
    const next = found && stepOf(reading, key, found);
    if (!next) {
      report(
        reading,
        'wrong-value',
        partOf(key, from, text.length),
        `\`${text}\` does not name a part of an attribute.`,
        'Write `address.city` for a field, `labels[$key]` for an entry of a map, `lines[sku=$sku].count` for elements of a list.',
      );
      return undefined;
    }
    path.push(next);
  }
  return { attribute: { text: text.slice(0, start), at: partOf(key, 0, start) }, path };
}

function stepOf(reading: Reading, key: Word, found: RegExpExecArray): PathStep | undefined {
  const { name, field, value = '' } = found.groups ?? {};
  const end = found.index + found[0].length;
  const at = partOf(key, found.index, end);
  if (name !== undefined) return { kind: 'field', name, at };
  const source = selected(reading, { text: value, at: partOf(key, end - 1 - value.length, end - 1) });
  if (!source) return undefined;
  if (field === undefined) return { kind: 'entry', source, at };
  const start = found.index + 1;
  return {
    kind: 'elements',
    field: { text: field, at: partOf(key, start, start + field.length) },
    source,
    at,
  };
}

/** A value as it would be written by itself. */
function selected(reading: Reading, { text, at }: Word): Source | undefined {
  const value: unknown = parse(text, { logLevel: 'silent' });
  const isConstant = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isConstant ? sourceAt(reading, { value, at }) : undefined;
}
