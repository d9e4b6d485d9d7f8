/** Values of mapped fields that rows cannot get from records. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { FieldPlan, SourceModel } from './model.js';

/** A warning for each field with a value that no key of its map gives back: what `otherwise` gives, or one of its enum's. */
export function unmapped(source: SourceModel, plans: readonly FieldPlan[]): Diagnostic[] {
  return source.fields.flatMap((field): Diagnostic[] => {
    const plan = plans.find((one) => one.field === field.name.text);
    if (plan?.map === undefined || plan.oneWay || plan.from.length === 0) return [];
    const { map, type, otherwise } = plan;
    const possible = [
      ...(otherwise === undefined || otherwise === null ? [] : [otherwise]),
      ...(type.kind === 'enum' ? type.values : []),
    ].map((value) => JSON.stringify(value));
    const back = new Set(Object.values(map).map((value) => JSON.stringify(value)));
    const lost = [...new Set(possible)].filter((value) => !back.has(value));
    if (lost.length === 0) return [];
    const values = lost.map((value) => `\`${JSON.parse(value) as string}\``).join(', ');
    return [
      {
        code: 'import-one-way',
        severity: 'warning',
        message: `No key of its map gives \`${field.name.text}\` back where it is ${values}: rows keep what they have.`,
        at: field.otherwise?.at ?? field.name.at,
        hint: `Add a key for ${lost.length === 1 ? 'it' : 'each of them'} to \`map\`, or write \`oneWay: true\`.`,
      },
    ];
  });
}
