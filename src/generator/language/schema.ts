/**
 * The shape of access-patterns.yaml: what validation follows, what editors get as access-patterns.schema.json, and what
 * docs/reference.md is written from.
 *
 * To add a key, add a row to its mapping in `mappings/` and read it in `parse/yaml/`, then run `npm run reference`.
 * Tests parse the row's `example` and require that the reader makes something of the key. The reader takes its keys
 * from the types of the rows: `map.get('typo')` does not compile. A new mapping also needs a row in `keysOf` and in
 * `sections`.
 */

import { accessSection } from './mappings/access.js';
import { cacheSection } from './mappings/caching.js';
import { entity, entitySection } from './mappings/entities.js';
import {
  boundsSection,
  constraint,
  constraintSection,
  generatedSection,
  referenceSection,
} from './mappings/entity-values.js';
import { eventType, eventTypeSection, subscription, subscriptionSection } from './mappings/events.js';
import { file, fileSection } from './mappings/file.js';
import { conditionSection, filter, filterSection, sizeSection } from './mappings/filters.js';
import {
  idempotent,
  idempotentSection,
  mutation,
  mutationSection,
  step,
  stepSection,
} from './mappings/mutations.js';
import {
  entrySection,
  lookupSection,
  pageSection,
  rangeSection,
  throughSection,
} from './mappings/pattern-values.js';
import { pattern, patternSection } from './mappings/patterns.js';
import {
  limitSection,
  priceSection,
  rateSection,
  reviewSection,
  sizeOfSection,
  waiverSection,
} from './mappings/review.js';
import { rule, ruleSection, ruleWritesSection } from './mappings/rules.js';
import { indexSection, table, tableSection } from './mappings/tables.js';
import type { Keys, Section, Shape } from './shape.js';
import { value } from './values.js';

export const language: Shape = file;

/** Old names of keys, with the new ones. */
export const renamedKeys: Readonly<Record<string, string>> = { elsewhere: 'external', kept: 'maintained' };

/** The shapes that `$ref` may name. */
export const definitions: Readonly<Record<string, Shape>> = {
  table,
  entity,
  constraint,
  pattern,
  mutation,
  step,
  token: idempotent,
  rule,
  event: eventType,
  subscription,
  filter,
  value,
};

export function resolve(shape: Shape): Shape {
  const found = shape.$ref && definitions[shape.$ref.replace('#/definitions/', '')];
  return found ? { ...found, ...shape } : shape;
}

/** The keys of each mapping, for the types of the reader. */
export const keysOf = {
  top: fileSection.keys,
  table: tableSection.keys,
  index: indexSection.keys,
  entity: entitySection.keys,
  constraint: constraintSection.keys,
  bounds: boundsSection.keys,
  generated: generatedSection.keys,
  reference: referenceSection.keys,
  pattern: patternSection.keys,
  lookup: lookupSection.keys,
  through: throughSection.keys,
  range: rangeSection.keys,
  entry: entrySection.keys,
  page: pageSection.keys,
  cache: cacheSection.keys,
  mutation: mutationSection.keys,
  step: stepSection.keys,
  idempotent: idempotentSection.keys,
  rule: ruleSection.keys,
  ruleWrites: ruleWritesSection.keys,
  access: accessSection.keys,
  eventType: eventTypeSection.keys,
  subscription: subscriptionSection.keys,
  size: sizeOfSection.keys,
  rate: rateSection.keys,
  review: reviewSection.keys,
  limits: limitSection.keys,
  waiver: waiverSection.keys,
  prices: priceSection.keys,
} as const satisfies Record<string, Keys>;

/** The mappings, in the order of the reference page. */
export const sections: readonly Section[] = [
  fileSection,
  tableSection,
  indexSection,
  entitySection,
  constraintSection,
  boundsSection,
  generatedSection,
  referenceSection,
  patternSection,
  lookupSection,
  throughSection,
  rangeSection,
  filterSection,
  conditionSection,
  sizeSection,
  entrySection,
  pageSection,
  cacheSection,
  mutationSection,
  stepSection,
  idempotentSection,
  ruleSection,
  ruleWritesSection,
  accessSection,
  eventTypeSection,
  subscriptionSection,
  sizeOfSection,
  rateSection,
  reviewSection,
  limitSection,
  waiverSection,
  priceSection,
];
