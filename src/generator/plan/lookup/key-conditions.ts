/** Key templates and conditions on them, for people. */

import { writtenHole } from '../../encodings.js';
import type { QueryAccess } from '../types/access.js';
import type { KeyTemplate, TemplatePart } from '../types/storage.js';
import { isExact } from './sort-key.js';

/** `USER#{id}`, `{month(timestamp)}#{shard}`: with what is done to each value, wherever that was declared. */
export function keyText({ parts }: Pick<KeyTemplate, 'parts'>): string {
  return parts
    .map((part, at) => {
      // The keys of a multi-attribute index are values next to one another.
      const isNext = part.kind !== 'literal' && at > 0 && parts[at - 1]?.kind !== 'literal';
      return `${isNext ? ', ' : ''}${partText(part)}`;
    })
    .join('');
}

function partText(part: TemplatePart): string {
  if (part.kind === 'literal') return part.text;
  return part.kind === 'shard' ? '{shard}' : `{${writtenHole(part.field, part.encode)}}`;
}

/** Partition and sort key: `` `USER#{id}` / `METADATA` `` without the ticks. */
export function bothKeys({ partition, sort }: { partition: KeyTemplate; sort: KeyTemplate | null }): string {
  return sort ? `${keyText(partition)} / ${keyText(sort)}` : keyText(partition);
}

/** Every attribute that is bound whole: `` `PK = USER#{id}` and `SK = METADATA` ``. */
export function equality(...templates: readonly (KeyTemplate | null)[]): string {
  return templates
    .flatMap((template) => (template ? [`\`${template.attribute} = ${keyText(template)}\``] : []))
    .join(' and ');
}

/** The key condition of a query. */
export function keyCondition(access: QueryAccess): string {
  if (access.multiAttribute) return multiAttributeCondition(access);
  return [equality(access.partition), sortCondition(access)].filter(Boolean).join(' and ');
}

/** `country`, `city`, `category` and bounds on `rating`, each an attribute of its own. */
function multiAttributeCondition({ equals, range }: QueryAccess): string {
  const bound = equals.map(({ field }) => `\`${field} = {${field}}\``);
  return [...bound, ...(range ? [`\`${range.field}\` ${boundsText(range)}`] : [])].join(' and ');
}

/** `from, before LENT`. */
function boundsText({ bounds, constants }: NonNullable<QueryAccess['range']>): string {
  return bounds.map((bound) => [bound, ...[constants?.[bound] ?? []].flat()].join(' ')).join(', ');
}

export function sortCondition({ sort, head, range, narrow }: QueryAccess): string {
  if (!sort) return '';
  if (isExact({ head, sort })) return equality(sort);
  const fixed = head.map(partText).join('');
  const optional = (narrow?.parts ?? []).map(({ hole, then }) => `[${partText(hole)}${then}]`).join('');
  if (range)
    return `\`${sort.attribute}\` \`${fixed}${optional}{${writtenHole(range.field, range.encode)}}\` ${boundsText(range)}`;
  return fixed || optional ? `\`${sort.attribute}\` begins with \`${fixed}${optional}\`` : '';
}
