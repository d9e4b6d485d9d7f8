/** Custom scalars count as text: where values are compared, it has to be known what they are. */

import { comparisonsOf } from '../../../resolve/comparisons.js';
import { holesOf } from '../../../resolve/templates.js';
import { isUnknownScalar } from '../../../scalars.js';
import type { LaidOut } from '../../laid-out.js';
import type { Check } from '../../row.js';

export const scalarLayoutChecks: readonly Check<LaidOut>[] = [
  {
    code: 'scalar-unknown',
    severity: 'warning',
    *check({ model, layout }) {
      const reported = new Set<string>();
      for (const entity of layout.entities.values()) {
        for (const field of comparedFields({ model, layout }, entity.model.name.text)) {
          const attribute = entity.attributes.get(field);
          if (!attribute || !isUnknownScalar(model.sdl, attribute) || reported.has(attribute.of)) continue;
          reported.add(attribute.of);
          yield {
            at: attribute.at,
            message: `\`${entity.model.name.text}.${field}\` is compared as text, because it is not known what \`${attribute.of}\` is: as text, 10 comes before 9.`,
            hint: `Declare it, as in \`scalars: { ${attribute.of}: integer }\`, or \`time\`, \`decimal\`, \`boolean\`, \`document\`, \`text\`.`,
          };
        }
      }
    },
  },
];

/** Fields in keys, and those that filters order. */
function comparedFields({ model, layout }: LaidOut, name: string): string[] {
  const entity = layout.entities.get(name);
  const slots = (entity?.items ?? []).flatMap((item) => item.slots);
  const keys = [...slots, ...(entity?.guards ?? [])].flatMap(({ partition, sort }) => [partition, sort]);
  const filters = model.patterns.filter(({ target }) => target.text === name);
  const ordering = new Set(['lt', 'lte', 'gt', 'gte', 'between']);
  return [
    ...keys.flatMap((template) => holesOf(template).map(({ field }) => field)),
    ...filters.flatMap((pattern) =>
      comparisonsOf(pattern.filter).flatMap(({ field, operator }) =>
        ordering.has(operator) ? [field.text] : [],
      ),
    ),
  ];
}
