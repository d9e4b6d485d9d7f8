/** Every place that names an attribute. */

import { fieldsOfReference, type PatternModel, partOf, returned, type Word } from '../model.js';
import { comparisonsOf, requiredBy } from './comparisons.js';
import { holesIn, type ResolvedEntity, type ResolvedNames } from './resolved-model.js';

export interface AttributeReference {
  readonly entity: ResolvedEntity;
  readonly word: Word;
}

export function* attributeReferences(names: ResolvedNames): Generator<AttributeReference> {
  for (const entity of names.entities.values()) {
    // What a history says of attributes means nothing, and is reported as a whole.
    if (entity.model.historyOf) continue;
    const {
      secret,
      generate,
      normalize,
      encode,
      compute,
      unique,
      immutable,
      ttl,
      default: defaults,
    } = entity.model;
    const words = [
      ...secret,
      ...(entity.model.identity ?? []),
      ...generate.flatMap((one) => [one.field, ...(one.within ?? [])]),
      ...defaults.map((one) => one.field),
      ...normalize.map((one) => one.field),
      ...encode.map((one) => one.field),
      ...compute.map((one) => one.field),
      ...unique.flatMap(({ fields, when }) => [...fields, ...when.map((one) => one.field)]),
      ...(immutable === true ? [] : immutable),
      ...entity.model.sets,
      ...entity.model.readDefault,
      ...entity.model.renamed.map(({ to }) => to),
      ...entity.model.movable,
      ...entity.model.transitions.map((one) => one.field),
      ...entity.model.validate.map((one) => one.field),
      ...(ttl ? [ttl] : []),
    ];
    for (const word of words) yield { entity, word };
    for (const reference of entity.model.references) {
      for (const word of fieldsOfReference(reference)) yield { entity, word };
      const to = names.entities.get(reference.to.text);
      for (const { key } of reference.fields ?? []) if (to) yield { entity: to, word: key };
    }
  }
  for (const pattern of names.model.patterns) {
    const entity = names.entities.get(pattern.target.text);
    if (!entity) continue;
    for (const word of [...askedBy(pattern), ...(pattern.entry?.include ?? [])]) yield { entity, word };
  }
  for (const pattern of names.model.patterns) {
    const entity = names.entities.get(returned(pattern).text);
    if (entity && pattern.select) yield { entity, word: pattern.select };
  }
  for (const { leadsTo } of names.model.patterns) {
    const entity = leadsTo && names.entities.get(leadsTo.target.text);
    if (!entity) continue;
    for (const { field } of leadsTo.where) yield { entity, word: field };
  }
  for (const mutation of names.model.mutations) {
    const entity = names.entities.get(mutation.entity.text);
    if (!entity) continue;
    const { where, set, elements } = mutation;
    for (const { field } of [...where, ...set, ...elements, ...requiredBy(mutation)])
      yield { entity, word: field };
  }
  for (const template of names.templates) {
    if (isOfMistakenHistory(template.entity)) continue;
    for (const hole of holesIn(template)) {
      const at = partOf(template.template, hole.start, hole.end);
      yield { entity: template.entity, word: { text: hole.field, at } };
    }
  }
}

/** The attributes whose values a pattern looks records up by or orders them by. */
export function lookedUpBy({ where, narrow, sort, range }: PatternModel): Word[] {
  return [...where, ...narrow, ...sort, ...(range ? [range] : [])].map(({ field }) => field);
}

/** Every attribute that says which records a pattern gives, and in what order. */
export function askedBy(pattern: PatternModel): Word[] {
  const { bucket, filter, when } = pattern;
  const others = [...(bucket ? [bucket] : []), ...comparisonsOf(filter), ...when];
  return [...lookedUpBy(pattern), ...others.map(({ field }) => field), ...(pattern.of ? [pattern.of] : [])];
}

/** The attributes of a history are those of its original: unknown where that is. */
function isOfMistakenHistory({ model, original }: ResolvedEntity): boolean {
  return model.historyOf !== undefined && (!original || original.model.historyOf !== undefined);
}
