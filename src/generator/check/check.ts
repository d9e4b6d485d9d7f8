/** Model -> diagnostics, and layout -> diagnostics: all that is found, in no particular order. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Layout } from '../layout/types.js';
import type { Model } from '../model.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import type { LaidOut } from './laid-out.js';
import { type Check, run } from './row.js';
import { computedChecks } from './rules/entities/computed.js';
import { conditionChecks } from './rules/entities/conditions.js';
import { entityChecks } from './rules/entities/entities.js';
import { historyChecks } from './rules/entities/history.js';
import { referenceChecks } from './rules/entities/references.js';
import { sharedChecks } from './rules/entities/shared-unique.js';
import { storedChecks } from './rules/entities/stored.js';
import { tableChecks } from './rules/entities/tables.js';
import { eventLogChecks } from './rules/events/log.js';
import { subscriptionChecks } from './rules/events/subscriptions.js';
import { eventTypeChecks, eventWarnings } from './rules/events/types.js';
import { keyChecks } from './rules/keys/collisions.js';
import { holeChecks } from './rules/keys/holes.js';
import { multiAttributeChecks, multiAttributeLayoutChecks } from './rules/keys/multi-attribute.js';
import { partitionChecks } from './rules/keys/partitions.js';
import { templateChecks } from './rules/keys/templates.js';
import { abstractChecks } from './rules/patterns/abstract.js';
import { aggregateChecks } from './rules/patterns/aggregates.js';
import { answerChecks } from './rules/patterns/answers.js';
import { effectChecks } from './rules/patterns/effects.js';
import { mixedChecks, mixedLayoutChecks } from './rules/patterns/mixed.js';
import { patternChecks } from './rules/patterns/patterns.js';
import { throughChecks, throughLayoutChecks } from './rules/patterns/through.js';
import { accessChecks } from './rules/schema/access.js';
import { ruleChecks } from './rules/schema/business-rules.js';
import { coverageChecks } from './rules/schema/coverage.js';
import { externalChecks } from './rules/schema/external.js';
import { identifierChecks } from './rules/schema/identifiers.js';
import { nameChecks } from './rules/schema/names.js';
import { prototypeChecks } from './rules/schema/prototypes.js';
import { rateChecks } from './rules/schema/rates.js';
import { presenceChecks } from './rules/values/presence.js';
import { scalarLayoutChecks } from './rules/values/scalars.js';
import { typeChecks } from './rules/values/types.js';
import { unusedChecks } from './rules/values/unused.js';
import { elementChecks } from './rules/writes/elements.js';
import { mutationChecks } from './rules/writes/mutations.js';
import { transactionChecks, transactionLayoutChecks } from './rules/writes/transactions.js';
import { identityChecks, warningChecks } from './warnings.js';

export const modelChecks: readonly Check<ResolvedModel>[] = [
  ...nameChecks,
  ...prototypeChecks,
  ...tableChecks,
  ...multiAttributeChecks,
  ...entityChecks,
  ...sharedChecks,
  ...conditionChecks,
  ...storedChecks,
  ...historyChecks,
  ...computedChecks,
  ...referenceChecks,
  ...templateChecks,
  ...holeChecks,
  ...partitionChecks,
  ...answerChecks,
  ...patternChecks,
  ...effectChecks,
  ...abstractChecks,
  ...mixedChecks,
  ...throughChecks,
  ...aggregateChecks,
  ...typeChecks,
  ...presenceChecks,
  ...unusedChecks,
  ...mutationChecks,
  ...transactionChecks,
  ...elementChecks,
  ...eventLogChecks,
  ...eventTypeChecks,
  ...subscriptionChecks,
  ...ruleChecks,
  ...accessChecks,
  ...identifierChecks,
  ...coverageChecks,
  ...externalChecks,
  ...rateChecks,
];

export const layoutChecks: readonly Check<LaidOut>[] = [
  ...keyChecks,
  ...mixedLayoutChecks,
  ...throughLayoutChecks,
  ...multiAttributeLayoutChecks,
  ...identityChecks,
  ...warningChecks,
  ...eventWarnings,
  ...transactionLayoutChecks,
  ...scalarLayoutChecks,
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
