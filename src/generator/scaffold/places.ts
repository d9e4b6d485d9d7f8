/** Where access-patterns.yaml names a rule. */

import type { Span } from '../diagnostics.js';
import type { Model } from '../model.js';

/** Its entry under `rules`, else the first pattern or mutation that uses it. */
export function placeOfRule({ rules, patterns, mutations, at }: Model, rule: string): Span {
  const names = [
    ...rules.map((one) => one.name),
    ...patterns.flatMap((one) => [one.allow, one.visible]),
    ...mutations.flatMap((one) => [one.allow, one.prepare, one.alongside]),
  ];
  return names.find((word) => word?.text === rule)?.at ?? at;
}
