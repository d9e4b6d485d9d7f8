/** Keys that are attributes as they are: which attributes they may be, and what a pattern may ask of them. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { suggestion } from '../../../diagnostics/suggest.js';
import { multiAttributeFields, othersInIndex, scalarType } from '../../../layout/multi-attribute.js';
import { type IndexModel, type PatternModel, printType, type Word } from '../../../model.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import { indexOf, type ResolvedEntity, type ResolvedModel } from '../../../resolve/resolved-model.js';
import type { LaidOut } from '../../laid-out.js';
import { type Check, type Finding, listed } from '../../row.js';

export const multiAttributeChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'multi-attribute-attribute',
    check: multiAttributeAttributes,
  },
  {
    code: 'multi-attribute-index',
    check: multiAttributeUses,
  },
];

export const multiAttributeLayoutChecks: readonly Check<LaidOut>[] = [
  {
    code: 'filter-on-key',
    eachMember: true,
    *check({ model, layout }) {
      for (const { name, filter } of model.patterns) {
        const slot = layout.reads.get(name.text)?.slot;
        const keys = slot ? [slot.partition.attribute, slot.sort?.attribute] : [];
        for (const { field } of comparisonsOf(filter)) {
          if (!keys.includes(field.text)) continue;
          yield {
            at: field.at,
            message: `Pattern \`${name.text}\` filters by \`${field.text}\`, a key of what it reads, but DynamoDB does not filter on keys.`,
            hint: 'Use `where` or `range`.',
          };
        }
      }
    },
  },
  {
    code: 'multi-attribute-shared',
    *check({ model, layout }) {
      for (const pattern of model.patterns) {
        const entity = layout.entities.get(pattern.target.text);
        const index = entity?.table.indexes.find((one) => one.name.text === pattern.index?.text);
        if (!entity || !index?.multiAttribute || index.project.kind === 'all') continue;
        const others = othersInIndex(index.multiAttribute, entity, layout.entities.values());
        if (others.length === 0) continue;
        yield {
          at: pattern.index?.at ?? pattern.name.at,
          message: `Pattern \`${pattern.name.text}\` would also read ${listed(others)}, because \`${index.name.text}\` does not contain \`_type\`.`,
          notes: [{ message: 'the index', at: index.name.at }],
          hint: 'Project all attributes into the index, or rename one of its attributes.',
        };
      }
    },
  },
];

function* multiAttributeAttributes({ model, entities }: ResolvedModel): Generator<Finding> {
  for (const table of model.tables) {
    const stored = [...entities.values()].filter((entity) => entity.table === table);
    for (const index of table.indexes) {
      const words = index.multiAttribute
        ? [...index.multiAttribute.partition, ...index.multiAttribute.sort]
        : [];
      const seen = new Map<string, Word>();
      for (const word of words) {
        const earlier = seen.get(word.text);
        seen.set(word.text, earlier ?? word);
        if (earlier) {
          yield {
            at: word.at,
            message: `\`${word.text}\` is used twice in the keys of \`${index.name.text}\`.`,
            notes: [{ message: 'first used here', at: earlier.at }],
            hint: 'Remove one of them.',
          };
        } else yield* attributeOfIndex(word, index, stored);
      }
    }
  }
}

function* attributeOfIndex(
  word: Word,
  index: IndexModel,
  entities: readonly ResolvedEntity[],
): Generator<Finding> {
  const found = entities.flatMap((entity) => {
    const attribute = entity.attributes.get(word.text);
    return attribute ? [{ entity, attribute, type: scalarType(attribute.encoding) }] : [];
  });
  const [first] = found;
  if (!first) {
    const names = entities.flatMap((entity) => [...entity.attributes.keys()]);
    yield {
      at: word.at,
      message: `No entity of the table has an attribute \`${word.text}\` for \`${index.name.text}\`.`,
      hint: suggestion(word.text, names),
    };
    return;
  }
  for (const { entity, attribute, type } of found) {
    if (type !== undefined && type === first.type) continue;
    const field = entity.type.fields.find((one) => one.name === word.text);
    yield {
      at: word.at,
      message:
        type === undefined
          ? `\`${entity.name}.${word.text}\` is \`${printType(attribute.type)}\`, but a key attribute is text or a number.`
          : `\`${entity.name}.${word.text}\` is \`${printType(attribute.type)}\`, but \`${first.entity.name}.${word.text}\` is \`${printType(first.attribute.type)}\`. A key attribute has one type in DynamoDB.`,
      ...(field ? { notes: [{ message: 'the field', at: field.at }] } : {}),
      hint: type === undefined ? 'Use template keys instead: `[PARTITION, SORT]`.' : 'Rename one of them.',
    };
    return;
  }
}

function* multiAttributeUses({ model, entities }: ResolvedModel): Generator<Finding> {
  for (const pattern of model.patterns) {
    const entity = entities.get(pattern.target.text);
    const index = entity && indexOf(entity, pattern);
    if (!entity || !index?.multiAttribute) continue;
    const fields = multiAttributeFields(index.multiAttribute);
    const missing = fields.filter((field) => !entity.attributes.has(field));
    const notes = [{ message: 'the index', at: index.name.at }];
    if (missing.length > 0) {
      yield {
        at: pattern.index?.at ?? pattern.name.at,
        message: `\`${index.name.text}\` contains no \`${entity.name}\` records, because they have no ${listed(missing)}.`,
        notes,
        hint: 'Use another index, or store the attribute.',
      };
      continue;
    }
    for (const { at, what } of unfit(pattern)) {
      yield {
        at,
        message: `${what} of pattern \`${pattern.name.text}\` cannot be used with \`${index.name.text}\`, a multi-attribute index.`,
        notes,
        hint: 'Remove it, or use an index with template keys: `[PARTITION, SORT]`.',
      };
    }
    for (const { field } of comparisonsOf(pattern.filter)) {
      if (!fields.includes(field.text)) continue;
      yield {
        at: field.at,
        message: `Pattern \`${pattern.name.text}\` filters by \`${field.text}\`, a key of \`${index.name.text}\`, but DynamoDB does not filter on keys.`,
        notes,
        hint: 'Use `where` or `range`.',
      };
    }
  }
}

function unfit(pattern: PatternModel): { readonly at: Span; readonly what: string }[] {
  const found = (what: string, at: Span | undefined) => (at ? [{ at, what }] : []);
  return [
    ...found('`key`', pattern.key[0]?.attribute.at),
    ...found('`entry`', pattern.entry?.at),
    ...found('`bucket`', pattern.bucket?.at),
    ...found('`shards`', pattern.shards?.at),
    ...found('`when`', pattern.when.find((one) => one.values !== 'present')?.field.at),
  ];
}
