/** Which collection of the map a stored key belongs to. */

import type { MapCollection, MapSlot, TableMap } from '../../../review/map/table-map.js';

/** The one whose template says the most of the key; undefined where none has it, as of records of an earlier plan. */
export function collectionOf({ collections }: MapSlot, partition: string): MapCollection | undefined {
  let best: { readonly collection: MapCollection; readonly length: number } | undefined;
  for (const collection of collections) {
    for (const template of collection.templates) {
      const length = literalLength(template);
      if ((best === undefined || length > best.length) && expressionOf(template).test(partition))
        best = { collection, length };
    }
  }
  return best?.collection;
}

export function slotOf({ tables }: TableMap, table: string, index: string | null): MapSlot | undefined {
  return tables.find(({ name }) => name === table)?.slots.find((slot) => slot.index === index);
}

/** The text in front of the first value. */
export function headOf(template: string): string {
  return literals(template)[0] ?? '';
}

export function hasValues(template: string): boolean {
  return literals(template).length > 1;
}

/** `USER#` and what follows, of `USER#{id}`. */
function literals(template: string): string[] {
  return template.split(/\{[^}]*\}/);
}

function literalLength(template: string): number {
  return literals(template).join('').length;
}

const expressions = new Map<string, RegExp>();

function expressionOf(template: string): RegExp {
  const known = expressions.get(template);
  if (known) return known;
  const parts = literals(template).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const made = new RegExp(`^${parts.join('.*')}$`, 's');
  expressions.set(template, made);
  return made;
}
