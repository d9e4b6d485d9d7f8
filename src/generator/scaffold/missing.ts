/** Rules that access-patterns.yaml names and the rules folder lacks. */

import type { Diagnostic, Note, Span } from '../diagnostics/diagnostic.js';
import type { Model } from '../model.js';
import type { RulePlan } from '../plan/types/rules.js';
import type { RulesInput, RulesProgram } from './rules-program.js';
import { declarationOf, placeOfExport } from './syntax.js';

export function missingRules({ plan }: RulesInput, { files }: RulesProgram): RulePlan[] {
  return plan.rules.filter(({ file, name }) => files.get(file)?.exports.has(name) !== true);
}

/** A rule of this name is there already, and a stub would be a second one: not exported, or in another file. */
export function isInTheWay({ files }: RulesProgram, { file, name }: RulePlan): boolean {
  const own = files.get(file);
  return (
    (own && declarationOf(own, name) !== undefined) ||
    [...files.values()].some((one) => one.exports.has(name))
  );
}

export function missingDiagnostic(
  { model }: RulesInput,
  { files, pathOf }: RulesProgram,
  rule: RulePlan,
): Diagnostic {
  const { name, file, typeName } = rule;
  const own = files.get(file);
  const local = own && declarationOf(own, name);
  const [external, other] = [...files].find(([, one]) => one.exports.has(name)) ?? [];
  const notes: Note[] = [
    ...(own && local
      ? [{ message: `\`${name}\` is declared here but not exported`, at: placeOfExport(own, name) }]
      : []),
    ...(other ? [{ message: `another \`${name}\` is exported here`, at: placeOfExport(other, name) }] : []),
  ];
  return {
    code: 'rule-missing',
    severity: 'error',
    message: own
      ? `${pathOf(file)} does not export \`${name}\`.`
      : `The rule \`${name}\` is missing: ${pathOf(file)} does not exist.`,
    at: placeOfRule(model, name),
    notes,
    hint: local
      ? `Export it: \`export const ${name}: ${typeName} = …\`.`
      : external === undefined
        ? 'Run `npm run scaffold`, which adds a typed stub.'
        : `Move it to ${pathOf(file)}, or write \`in: ${external}\` under \`rules\`.`,
  };
}

/** Rules that are written but that the folder's index does not pass on; one finding a file. */
export function notPassedOn({ plan, model }: RulesInput, { files, index }: RulesProgram): Diagnostic[] {
  if (!index) return [];
  const lost = plan.rules.filter(
    ({ file, name }) => files.get(file)?.exports.has(name) && !index.exports.has(name),
  );
  return [...new Map(lost.map((rule) => [rule.file, rule])).values()].map(({ file, name }) => ({
    code: 'rule-missing',
    severity: 'error',
    message: `${index.path} does not re-export the rules of \`${file}\`.`,
    at: placeOfRule(model, name),
    hint: `Run \`npm run scaffold\`, which adds \`export * from './${file}.js';\`.`,
  }));
}

/** Where the declarations name a rule: its entry under `rules`, else the first entity, pattern or mutation that uses it. */
export function placeOfRule(model: Model, rule: string): Span {
  const { rules, entities, patterns, mutations, transactions, subscriptions, access, at } = model;
  const names = [
    ...rules.map((one) => one.name),
    ...entities.flatMap((one) => one.compute.map(({ rule: word }) => word)),
    ...patterns.flatMap((one) => [one.allow, one.visible]),
    ...mutations.flatMap((one) => [one.allow, one.prepare, one.alongside]),
    ...transactions.map((one) => one.allow),
    ...subscriptions.flatMap((one) => [one.allow, one.visible]),
    access?.viewer,
  ];
  return names.find((word) => word?.text === rule)?.at ?? at;
}
