/** Model -> diagnostics, and layout -> diagnostics: all that is found, in no particular order. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Layout } from '../layout/layout.js';
import type { Model } from '../model.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { type Check, run } from './row.js';
import { abstractChecks } from './rules/abstract.js';
import { aggregateChecks } from './rules/aggregates.js';
import { computedChecks } from './rules/computed.js';
import { conditionChecks } from './rules/conditions.js';
import { coverageChecks } from './rules/coverage.js';
import { elementChecks } from './rules/elements.js';
import { entityChecks } from './rules/entities.js';
import { externalChecks } from './rules/external.js';
import { historyChecks } from './rules/history.js';
import { identifierChecks } from './rules/identifiers.js';
import { keyChecks, type LaidOut } from './rules/keys.js';
import { mixedChecks, mixedLayoutChecks } from './rules/mixed.js';
import { multiAttributeChecks, multiAttributeLayoutChecks } from './rules/multi-attribute.js';
import { mutationChecks } from './rules/mutations.js';
import { nameChecks } from './rules/names.js';
import { patternChecks } from './rules/patterns.js';
import { referenceChecks } from './rules/references.js';
import { ruleChecks } from './rules/rules.js';
import { sharedChecks } from './rules/shared-unique.js';
import { sourceChecks } from './rules/sources.js';
import { tableChecks } from './rules/tables.js';
import { templateChecks } from './rules/templates.js';
import { throughChecks, throughLayoutChecks } from './rules/through.js';
import { transactionChecks, transactionLayoutChecks } from './rules/transactions.js';
import { choiceChecks, identityChecks } from './warnings.js';

export const modelChecks: readonly Check<ResolvedModel>[] = [
  ...nameChecks,
  ...tableChecks,
  ...multiAttributeChecks,
  ...entityChecks,
  ...sharedChecks,
  ...conditionChecks,
  ...historyChecks,
  ...computedChecks,
  ...referenceChecks,
  ...templateChecks,
  ...patternChecks,
  ...abstractChecks,
  ...mixedChecks,
  ...throughChecks,
  ...aggregateChecks,
  ...sourceChecks,
  ...mutationChecks,
  ...transactionChecks,
  ...elementChecks,
  ...ruleChecks,
  ...identifierChecks,
  ...coverageChecks,
  ...externalChecks,
];

export const layoutChecks: readonly Check<LaidOut>[] = [
  ...keyChecks,
  ...mixedLayoutChecks,
  ...throughLayoutChecks,
  ...multiAttributeLayoutChecks,
  ...identityChecks,
  ...choiceChecks,
  ...transactionLayoutChecks,
];

/** What is wrong with a model that was read without errors. Where nothing is, it can be laid out and planned. */
export function checkModel(resolved: ResolvedModel): Diagnostic[] {
  return run(modelChecks, resolved);
}

/** What is wrong with the layout of a model without errors, the planner's own findings included; else its warnings. */
export function checkLayout(model: Model, layout: Layout): Diagnostic[] {
  const found = [...layout.findings, ...run(layoutChecks, { model, layout })];
  const errors = found.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? errors : found;
}
