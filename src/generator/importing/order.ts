/** What comes first: sources before those that refer to them, fields before those that default to them. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { suggestion } from '../diagnostics/suggest.js';
import type { Word } from '../sources.js';
import type { FieldModel, ImportModel, SourceModel, SourcePlan } from './model.js';

/** After those that they refer to; else as they were written. */
export function inOrder(
  model: ImportModel,
  sources: readonly SourcePlan[],
): { readonly ordered: SourcePlan[]; readonly findings: Diagnostic[] } {
  const ordered: SourcePlan[] = [];
  let open = [...sources];
  while (open.length > 0) {
    const names = new Set(open.map(({ name }) => name));
    const waits = ({ name, fields }: SourcePlan) =>
      fields.some(({ reference }) => reference && reference.source !== name && names.has(reference.source));
    const next = open.find((one) => !waits(one));
    if (next === undefined) {
      const word = model.sources.find(({ name }) => name.text === open[0]?.name)?.name;
      const circle = open.map(({ name }) => `\`${name}\``).join(', ');
      const message = `The sources ${circle} refer to one another, so that none of them can be first.`;
      const hint = 'Leave `references` out of one of the fields: it then keeps its value.';
      const at = word?.at;
      return {
        ordered,
        findings: at ? [{ code: 'import-source', severity: 'error', message, at, hint }] : [],
      };
    }
    ordered.push(next);
    open = open.filter((one) => one !== next);
  }
  return { ordered, findings: [] };
}

/** A field defaults to one that is mapped, and not to itself by way of others. */
export function fallbackFindings(source: SourceModel, field: FieldModel, other: Word): Diagnostic[] {
  const found = (message: string, hint: string | undefined): Diagnostic[] => [
    {
      code: 'import-field',
      severity: 'error',
      message,
      at: other.at,
      ...(hint === undefined ? {} : { hint }),
    },
  ];
  const names = source.fields.map(({ name }) => name.text);
  if (!names.includes(other.text))
    return found(`The source maps no field \`${other.text}\`.`, suggestion(other.text, names));
  const seen = new Set([field.name.text]);
  for (let next: string | undefined = other.text; next !== undefined; ) {
    if (seen.has(next))
      return found('The defaults of these fields lead in a circle.', 'Give one of them a constant.');
    seen.add(next);
    const fallback = source.fields.find(({ name }) => name.text === next)?.fallback;
    next = fallback?.kind === 'field' ? fallback.field.text : undefined;
  }
  return [];
}
