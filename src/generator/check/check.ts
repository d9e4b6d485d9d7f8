/** Model -> diagnostics, and layout -> diagnostics: all that is found, in no particular order. */

import type { Diagnostic } from '../diagnostics.js';
import type { Model } from '../model.js';
import type { Layout } from '../plan/layout.js';
import { abstractChecks } from './abstract.js';
import { choiceChecks, identityChecks } from './choices.js';
import { computedChecks } from './computed.js';
import { coverageChecks } from './coverage.js';
import { demandChecks } from './demands.js';
import { elementChecks } from './elements.js';
import { elsewhereChecks } from './elsewhere.js';
import { entityChecks } from './entities.js';
import { type Facts, factsOf } from './facts.js';
import { historyChecks } from './history.js';
import { identifierChecks } from './identifiers.js';
import { keyChecks, type LaidOut } from './keys.js';
import { mixedChecks, mixedLayoutChecks } from './mixed.js';
import { mutationChecks } from './mutations.js';
import { nameChecks } from './names.js';
import { nativeChecks, nativeLayoutChecks } from './native.js';
import { numberChecks } from './numbers.js';
import { patternChecks } from './patterns.js';
import { referenceChecks } from './references.js';
import { type Check, run } from './row.js';
import { ruleChecks } from './rules.js';
import { sharedChecks } from './shared.js';
import { sourceChecks } from './sources.js';
import { tableChecks } from './tables.js';
import { templateChecks } from './templates.js';
import { throughChecks, throughLayoutChecks } from './through.js';
import { transactionChecks, transactionLayoutChecks } from './transactions.js';

export const modelChecks: readonly Check<Facts>[] = [
  ...nameChecks,
  ...tableChecks,
  ...nativeChecks,
  ...entityChecks,
  ...sharedChecks,
  ...demandChecks,
  ...historyChecks,
  ...computedChecks,
  ...referenceChecks,
  ...templateChecks,
  ...patternChecks,
  ...abstractChecks,
  ...mixedChecks,
  ...throughChecks,
  ...numberChecks,
  ...sourceChecks,
  ...mutationChecks,
  ...transactionChecks,
  ...elementChecks,
  ...ruleChecks,
  ...identifierChecks,
  ...coverageChecks,
  ...elsewhereChecks,
];

export const layoutChecks: readonly Check<LaidOut>[] = [
  ...keyChecks,
  ...mixedLayoutChecks,
  ...throughLayoutChecks,
  ...nativeLayoutChecks,
  ...identityChecks,
  ...choiceChecks,
  ...transactionLayoutChecks,
];

/** What is wrong with a model that was read without errors. Where nothing is, it can be laid out and planned. */
export function checkModel(model: Model): Diagnostic[] {
  return run(modelChecks, factsOf(model));
}

/** What is wrong with the layout of a model without errors, the planner's own findings included; else its warnings. */
export function checkLayout(model: Model, layout: Layout): Diagnostic[] {
  const found = [...layout.findings, ...run(layoutChecks, { model, layout })];
  const errors = found.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? errors : found;
}
