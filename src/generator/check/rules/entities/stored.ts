/** What an entity says of records that were stored under an earlier declaration. */

import { comparisonsOf, requiredBy } from '../../../resolve/comparisons.js';
import { originals, type ResolvedEntity, type ResolvedModel } from '../../../resolve/resolved-model.js';
import type { Check, Finding } from '../../row.js';

export const storedChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'renamed-attribute',
    *check({ entities }) {
      for (const entity of originals(entities)) yield* renames(entity);
    },
  },
  {
    code: 'read-default',
    *check(resolved) {
      for (const entity of originals(resolved.entities)) yield* readDefaults(entity, resolved);
    },
  },
];

function* renames({ name, model, attributes, table }: ResolvedEntity): Generator<Finding> {
  for (const { from, to } of model.renamed) {
    const attribute = attributes.get(to.text);
    const indexed = table?.indexes.find(({ multiAttribute: keys }) =>
      [...(keys?.partition ?? []), ...(keys?.sort ?? [])].some(({ text }) => text === to.text),
    );
    if (attributes.has(from.text))
      yield {
        at: from.at,
        message: `\`${name}.${from.text}\` is an attribute itself, so it was not renamed.`,
        hint: `Remove it from the type, or from \`renamed\`.`,
      };
    else if (attribute?.generated === 'revision')
      yield {
        at: to.at,
        message: `\`${name}.${to.text}\` counts the writes of a record, which DynamoDB compares under one name.`,
        hint: `Keep the name \`${from.text}\`.`,
      };
    else if (indexed)
      yield {
        at: to.at,
        message: `\`${name}.${to.text}\` is itself a key of index \`${indexed.name.text}\`, where records stored under the former name are not.`,
        hint: `Keep the name \`${from.text}\`.`,
      };
  }
}

function* readDefaults(
  { name, model, attributes }: ResolvedEntity,
  { model: { patterns, mutations } }: ResolvedModel,
): Generator<Finding> {
  for (const field of model.readDefault) {
    const attribute = attributes.get(field.text);
    if (!attribute) continue;
    const path = `\`${name}.${field.text}\``;
    const declared = model.default.find((one) => one.field.text === field.text);
    const isMoment = attribute.encoding === 'time' && String(attribute.default).startsWith('now');
    const compared = [
      ...patterns.flatMap((one) =>
        one.target.text === name ? comparisonsOf(one.filter).map((other) => other.field) : [],
      ),
      ...mutations.flatMap((one) =>
        (one.entity.text === name ? requiredBy(one) : []).map((other) => other.field),
      ),
    ].find(({ text }) => text === field.text);
    if (!declared || isMoment)
      yield {
        at: declared?.field.at ?? field.at,
        message: `${path} has no constant that could be read where a record has none.`,
        hint: `Declare one: \`default: { ${field.text}: … }\`.`,
      };
    else if (attribute.nullable || attribute.set)
      yield {
        at: field.at,
        message: `${path} may be ${attribute.set ? 'empty' : 'null'}, which is stored as nothing, so that a record without it is read as it is.`,
        hint: attribute.set ? 'Remove it.' : 'Make the attribute non-null, or remove it.',
      };
    else if (compared)
      yield {
        at: field.at,
        message: `DynamoDB compares ${path} in a condition, where a record without it does not have its default.`,
        notes: [{ message: 'compared here', at: compared.at }],
        hint: 'Store the attribute in every record first: leave the condition out until then.',
      };
  }
}
