/** What reviews take into account names what there is. */

import { suggestion } from '../../../diagnostics/suggest.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import type { Check } from '../../row.js';

export const rateChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'unknown-size',
    *check({ model, entities }) {
      for (const { entity } of model.sizes) {
        if (entities.has(entity.text)) continue;
        yield {
          at: entity.at,
          message: `There is no entity \`${entity.text}\` that has a size.`,
          hint: suggestion(entity.text, entities.keys()),
        };
      }
    },
  },
  {
    code: 'unknown-rate',
    *check({ model }) {
      const answering = model.rules.filter((rule) => rule.for);
      const mutations = model.mutations.filter((one) => one.for);
      const names = [...model.patterns, ...mutations, ...model.transactions, ...answering].map(
        ({ name }) => name.text,
      );
      for (const { name } of model.rates) {
        if (names.includes(name.text)) continue;
        yield {
          at: name.at,
          message: `\`${name.text}\` is no pattern, mutation or rule that answers a field.`,
          hint: suggestion(name.text, names),
        };
      }
    },
  },
];
