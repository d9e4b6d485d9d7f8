/** Pinned key templates: their grammar, and what a key must hold. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { declaredTransform, encodeChoices } from '../../../encodings.js';
import { type IndexModel, partOf, type TemplateModel, type Word } from '../../../model.js';
import {
  indexOf,
  isWholeHole,
  type ResolvedEntity,
  type ResolvedModel,
} from '../../../resolve/resolved-model.js';
import { isFault, keyTexts, parseTemplate } from '../../../resolve/templates.js';
import { type Check, type Finding, listed } from '../../row.js';

export const templateChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'bad-template',
    *check({ model, templates }) {
      for (const { how } of model.entities.flatMap((entity) => entity.encode)) {
        if (declaredTransform(how.text) !== undefined) continue;
        yield {
          at: how.at,
          message: `\`${how.text}\` is not an encoding.`,
          hint: `Write ${encodeChoices}.`,
        };
      }
      for (const { parsed, template } of templates) {
        if (!isFault(parsed)) continue;
        yield {
          at: partOf(template, parsed.start, parsed.end),
          message: parsed.message,
          hint:
            template.text === ''
              ? 'Write a word, as in `METADATA`.'
              : 'Separate text and holes with `#`, as in `USER#{id}`.',
        };
      }
    },
  },
  {
    code: 'template-attribute',
    eachMember: true,
    check: templateAttributes,
  },
  {
    code: 'entity-without-key',
    check: entitiesWithoutKey,
  },
  {
    code: 'entry-key-incomplete',
    *check({ model, entities, templates }) {
      for (const pattern of model.patterns) {
        const entity = entities.get(pattern.target.text);
        if (!pattern.entry || !entity?.keyFields || !entity.table) continue;
        const { table } = entity;
        const own = templates.filter((one) => one.role === 'entry' && one.pattern === pattern);
        if (own.some((one) => isFault(one.parsed) || one.part === undefined)) continue;
        const pinned = (part: 'partition' | 'sort') => own.find((one) => one.part === part)?.template.text;
        const [partition = '', sort = ''] = keyTexts(entity.model, table);
        // Left out, the sort key of an entry holds what the record's own sort key holds.
        const texts = [pinned('partition') ?? partition, pinned('sort') ?? sort];
        const held = new Set(texts.flatMap((text) => plainHoles(text, entity)));
        const missing = entity.keyFields.filter((field) => !held.has(field));
        if (missing.length === 0) continue;
        yield {
          at: own.at(-1)?.template.at ?? pattern.entry.at,
          message: `The entry's key lacks ${listed(missing)}, so entries of two \`${entity.name}\` records could overwrite one another.`,
          hint: `Add ${listed(missing.map((field) => `#{${field}}`))} to it.`,
        };
      }
    },
  },
];

function* templateAttributes({ model, entities, templates }: ResolvedModel): Generator<Finding> {
  for (const { part, role, entity, pattern, attribute } of templates) {
    if (part !== undefined || !entity.table) continue;
    const { table } = entity;
    // Keys that an entity pins are looked at as a whole.
    if (role === 'index' && !pattern) continue;
    if (role === 'index') {
      const index = pattern && indexOf(entity, pattern);
      if (!pattern?.index) {
        yield {
          at: attribute.at,
          message: `\`key\` of pattern \`${pattern?.name.text}\` is not for any index.`,
          hint: 'Add `index:` with the index that it belongs to.',
        };
      } else if (pattern.index.text === 'table') {
        yield {
          at: attribute.at,
          message: `Pattern \`${pattern.name.text}\` reads the table's own key, which \`key\` of a pattern cannot pin.`,
          hint: 'Pin it under `entities`, or under `entry` for an index entry.',
        };
      } else if (index?.kind === 'local' && attribute.text === table.partition.text) {
        yield {
          at: attribute.at,
          message: `\`${index.name.text}\` is a local index, which shares \`${attribute.text}\` with the table.`,
          notes: [{ message: 'the index', at: index.name.at }],
          hint: 'Remove it.',
        };
      } else if (index) {
        yield wrongAttribute(attribute.text, attribute.at, `index \`${index.name.text}\``, index.name.at, [
          ...(index.kind === 'local' ? [] : [index.partition.text]),
          ...(index.sort ? [index.sort.text] : []),
        ]);
      }
      continue;
    }
    yield wrongAttribute(attribute.text, attribute.at, `table \`${table.name.text}\``, table.name.at, [
      table.partition.text,
      ...(table.sort ? [table.sort.text] : []),
    ]);
  }
  for (const pattern of model.patterns) {
    const entity = entities.get(pattern.target.text);
    const index = entity && indexOf(entity, pattern);
    const [first] = pattern.key;
    if (index && first && index.kind !== 'local' && index.sort)
      yield* missingParts(index, pattern.key, first.attribute.at, 'Pin both attributes, or neither.');
  }
  for (const { model: entity, table } of entities.values()) {
    for (const { index: name, key } of entity.keys) {
      const index = table?.indexes.find((one) => one.name.text === name.text);
      if (!index || !table) continue;
      const parts = [
        ...(index.kind === 'local' ? [] : [index.partition]),
        ...(index.sort ? [index.sort] : []),
      ];
      if (index.multiAttribute) {
        yield {
          at: name.at,
          message: `The keys of \`${index.name.text}\`, a multi-attribute index, are attributes of the record.`,
          notes: [{ message: 'the index', at: index.name.at }],
          hint: 'Remove it. Every record with these attributes is in the index.',
        };
        continue;
      }
      const names = parts.map(({ text }) => text);
      for (const { attribute } of key)
        if (!names.includes(attribute.text))
          yield wrongAttribute(
            attribute.text,
            attribute.at,
            `index \`${index.name.text}\``,
            index.name.at,
            names,
          );
      yield* missingParts(index, key, name.at, 'Pin all of them.', parts);
    }
  }
}

/** Half a key would be completed by the planner, and change with it. */
function* missingParts(
  { name, partition, sort }: IndexModel,
  key: readonly TemplateModel[],
  at: Span,
  hint: string,
  parts: readonly Word[] = [partition, ...(sort ? [sort] : [])],
): Generator<Finding> {
  const has = (word: Word) => key.some((one) => one.attribute.text === word.text);
  const missing = parts.filter((word) => !has(word));
  const hasStray = key.some(({ attribute }) => !parts.some(({ text }) => text === attribute.text));
  if (missing.length === 0 || hasStray) return;
  yield {
    at,
    message: `The pinned key of \`${name.text}\` lacks ${listed(missing.map((word) => word.text))}.`,
    notes: [{ message: 'the index', at: name.at }],
    hint,
  };
}

function wrongAttribute(
  attribute: string,
  at: Span,
  what: string,
  place: Span,
  names: readonly string[],
): Finding {
  return {
    at,
    message: `\`${attribute}\` is not a key attribute of ${what}.`,
    notes: [{ message: 'declared here', at: place }],
    hint: `Use ${listed(names)}.`,
  };
}

function* entitiesWithoutKey({ entities, templates }: ResolvedModel): Generator<Finding> {
  for (const { name, model, table, attributes, type } of entities.values()) {
    if (!table || model.historyOf) continue;
    const own = templates.filter((one) => one.role === 'main' && one.entity.model === model);
    if (own.some((one) => isFault(one.parsed) || one.part === undefined)) continue;
    const holes = keyTexts(model, table).flatMap((text) => plainHoles(text));
    const isPartitionPinned = own.some((one) => one.part === 'partition');
    if (!isPartitionPinned && !model.singleton && !attributes.has('id')) {
      const [candidate] = [...attributes.values()].filter(
        (one) => !one.nullable && one.encoding !== 'document',
      );
      yield {
        at: model.name.at,
        message: `\`${name}\` has no \`id\`, no \`identity\` and no \`key\`.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: `Declare the fields that identify a record, as in \`identity: [${candidate?.name ?? 'id'}]\`, or pin its key.`,
      };
    } else if (holes.length === 0 && !model.singleton) {
      yield {
        at: own[0]?.template.at ?? model.name.at,
        message: `The key of \`${name}\` has no hole, so there could be only one record.`,
        hint: 'Add a hole for what identifies a record, as in `{id}`, or declare `singleton: true`.',
      };
    } else if (holes.length > 0 && model.singleton) {
      yield {
        at: own[0]?.template.at ?? model.name.at,
        message: `\`${name}\` is a singleton, but its key has a hole.`,
        hint: 'Remove the hole, or `singleton`.',
      };
    }
  }
}

/** The fields in a template; with an entity, those that it contains whole. */
function plainHoles(text: string, entity?: ResolvedEntity): string[] {
  const parsed = parseTemplate(text);
  if (isFault(parsed)) return [];
  return parsed.flatMap((part) =>
    part.kind === 'hole' && (!entity || isWholeHole(entity, part)) ? [part.field] : [],
  );
}
