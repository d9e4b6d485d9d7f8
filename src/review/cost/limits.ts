/** What patterns may cost at most, as `review.limits` says: whether this change made it so or not. */

import { patternOf } from '../../generator/plan/lookup/find.js';
import { type PatternPlan, type QueryAccess, queryOf } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import { type Found, placeOf } from '../found.js';
import type { Monthly } from '../report.js';
import type { Revision } from '../revision.js';
import type { Call } from './calls.js';
import { moneyText } from './prices.js';

/** Requests that follow the first where a filter drops what was found: the runtime's usual `readBudget`. */
const readBudget = 10;
const mostEvaluated = 1000;

export function limitFindings(
  revision: Revision,
  calls: readonly Call[],
  monthly: Monthly | null,
  currency: string,
): Found[] {
  const { plan, model } = revision;
  const { readUnits, page, filterRatio, monthly: mostMonthly } = model.review.limits;
  const patterns = calls.filter(({ kind }) => kind === 'pattern');
  const exceeding = (
    rule: Extract<Found['rule'], `${string}-limit`>,
    limit: number | undefined,
    amountOf: (call: Call) => number | undefined,
    text: (name: string, amount: number) => string,
  ) =>
    patterns.flatMap((call): Found[] => {
      const amount = limit === undefined ? undefined : amountOf(call);
      if (limit === undefined || amount === undefined || amount <= limit) return [];
      const message = `${text(call.name, amount)}; the limit is ${limit.toLocaleString('en-US')}.`;
      return [{ rule, subject: call.name, message, at: placeOf(revision, 'after', call.at) }];
    });
  const total = monthly?.total ?? 0;
  return [
    ...(mostMonthly !== undefined && total > mostMonthly
      ? [
          {
            rule: 'monthly-limit' as const,
            subject: 'monthly',
            message: `A month costs about ${moneyText(total, currency)}; the limit is ${moneyText(mostMonthly, currency)}.`,
            at: null,
          },
        ]
      : []),
    ...exceeding(
      'read-units-limit',
      readUnits,
      ({ units }) => units.read.usual,
      (name, amount) => `\`${name}\` usually uses ${amount} read units`,
    ),
    ...exceeding(
      'page-limit',
      page,
      ({ name }) => pageOf(plan, name)?.max,
      (name, amount) => `\`${name}\` returns pages of up to ${amount.toLocaleString('en-US')}`,
    ),
    ...exceeding(
      'filter-ratio-limit',
      filterRatio,
      ({ name }) => filterRatioOf(patternOf(plan, name)),
      (name, amount) =>
        `A page of \`${name}\` may read ${amount.toLocaleString('en-US')} items for each that it returns`,
    ),
  ];
}

function pageOf(plan: Plan, name: string): QueryAccess['page'] | undefined {
  const { cardinality, access } = patternOf(plan, name);
  const query = access.kind === 'mixed' ? access.query : queryOf(access);
  return cardinality === 'many' || cardinality === 'mixed' ? query?.page : undefined;
}

/** Where all but the last item of a page of the default size are dropped; undefined where nothing drops items. */
function filterRatioOf({ access, distinct }: PatternPlan): number | undefined {
  const query = access.kind === 'mixed' ? access.query : queryOf(access);
  const isFiltered = query?.filter != null;
  if (!query || (!isFiltered && !distinct && !(access.kind === 'mixed' && access.only !== null)))
    return undefined;
  const rows = access.kind === 'count' ? 1 : query.page.default;
  let evaluated = Math.min(mostEvaluated, (rows + 1) * (isFiltered ? 2 : 1));
  let items = evaluated * (query.shards ?? 1);
  for (let request = 0; request < readBudget; request++) {
    // Each request that finds nothing lets the next one read four times as many.
    evaluated = Math.min(mostEvaluated, evaluated * 4);
    items += evaluated;
  }
  return Math.round(items / rows);
}
