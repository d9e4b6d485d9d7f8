/** Pinned key templates: their grammar, their holes, and what a key must hold. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import {
  declaredTransform,
  encodeChoices,
  isBucketUnit,
  lossOf,
  type Transform,
  transformName,
  wantedBy,
} from '../../../encodings.js';
import { partOf, printType } from '../../../model.js';
import { lookedUpBy } from '../../../resolve/attribute-references.js';
import { keyTexts } from '../../../resolve/identity.js';
import {
  holesIn,
  indexOf,
  isWholeHole,
  type ResolvedEntity,
  type ResolvedModel,
  type ResolvedTemplate,
  transformIn,
} from '../../../resolve/resolved-model.js';
import { isFault, parseTemplate } from '../../../resolve/templates.js';
import { type Check, type Finding, listed } from '../../row.js';

export const templateChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'bad-template',
    purpose: 'A key template follows the grammar that makes keys injective.',
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
    purpose: 'A pinned key names the key attributes of its table or index.',
    check: templateAttributes,
  },
  {
    code: 'entity-without-key',
    purpose: 'Every record of an entity has a key of its own.',
    check: entitiesWithoutKey,
  },
  {
    code: 'key-hole-nullable',
    purpose: 'What identifies a record always has a value.',
    *check({ templates }) {
      for (const template of templates) {
        if (template.role !== 'main') continue;
        for (const { hole, attribute, at } of knownHoles(template)) {
          if (!attribute.nullable) continue;
          yield {
            at,
            message: `\`${template.entity.name}.${hole.field}\` is nullable, but is part of the key of every \`${template.entity.name}\`.`,
            ...fieldNote(template, hole.field),
            hint: `Make it \`${printType(attribute.type)}!\`, or use another attribute.`,
          };
        }
      }
    },
  },
  {
    code: 'key-hole-document',
    purpose: 'Only plain values stand in keys.',
    check: documentsInKeys,
  },
  {
    code: 'hole-type',
    purpose: 'A function of a hole is given what it is for.',
    *check({ templates, entities }) {
      for (const template of templates) {
        for (const { hole, attribute, at } of knownHoles(template)) {
          if (hole.transform === null || attribute.encoding === 'document') continue;
          const wanted = wantedBy(hole.transform, attribute.encoding);
          if (wanted === undefined) continue;
          yield {
            at,
            message: `\`${transformName(hole.transform)}\` takes ${wanted}, and \`${template.entity.name}.${hole.field}\` is \`${printType(attribute.type)}\`.`,
            ...fieldNote(template, hole.field),
            hint: `Write \`{${hole.field}}\`.`,
          };
        }
      }
      for (const entity of entities.values()) {
        for (const { field, how } of entity.model.historyOf ? [] : entity.model.encode) {
          const attribute = entity.attributes.get(field.text);
          const transform = declaredTransform(how.text);
          const wanted = attribute && transform && wantedBy(transform, attribute.encoding);
          if (!attribute || !transform || wanted === undefined) continue;
          yield {
            at: how.at,
            message: `\`${transformName(transform)}\` takes ${wanted}, and \`${entity.name}.${field.text}\` is \`${printType(attribute.type)}\`.`,
            ...fieldNote({ entity }, field.text),
            hint: `Remove \`${field.text}\` from \`encode\`. Each type has its own order-preserving encoding.`,
          };
        }
      }
    },
  },
  {
    code: 'key-hole-truncated',
    purpose: 'Different values of a record’s key give different keys.',
    *check({ templates, entities }) {
      for (const template of templates) {
        if (template.role !== 'main') continue;
        const whole = wholeFields(templates, template);
        for (const { hole, at } of knownHoles(template)) {
          const transform = transformIn(template.entity, hole);
          if (transform === null || isWholeHole(template.entity, hole) || whole.has(hole.field)) continue;
          yield truncatedKey(template.entity, hole.field, transform, at, hole.transform === null);
        }
      }
      for (const entity of entities.values()) {
        // The key that is built where none is pinned.
        if (!entity.table || entity.model.historyOf) continue;
        const { partition } = entity.table;
        if (entity.model.key.some((one) => one.attribute.text === partition.text)) continue;
        const said = entity.model.encode.find((one) => one.field.text === 'id');
        const transform = said && declaredTransform(said.how.text);
        if (!said || !transform || lossOf(transform) === 'nothing') continue;
        yield truncatedKey(entity, 'id', transform, said.how.at, true);
      }
    },
  },
  {
    code: 'entry-key-incomplete',
    purpose: 'Every record has an index entry of its own.',
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
  {
    code: 'shard-mismatch',
    purpose: 'A pattern has shards where its key has, and nowhere else.',
    check: shardMismatches,
  },
  {
    code: 'bucket-mismatch',
    purpose: 'A pattern has a bucket where its key has, and the same.',
    check: bucketMismatches,
  },
];

function* templateAttributes({ model, entities, templates }: ResolvedModel): Generator<Finding> {
  for (const { part, role, entity, pattern, attribute } of templates) {
    if (part !== undefined || !entity.table) continue;
    const { table } = entity;
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
    if (!index || index.kind === 'local' || !first || !index.sort) continue;
    const missing = [index.partition, index.sort].filter(
      (word) => !pattern.key.some((one) => one.attribute.text === word.text),
    );
    const hasStray = pattern.key.some(
      ({ attribute }) => attribute.text !== index.partition.text && attribute.text !== index.sort?.text,
    );
    // Half a key would be completed by the planner, and change with it.
    if (missing.length === 0 || hasStray) continue;
    yield {
      at: first.attribute.at,
      message: `The pinned key of \`${index.name.text}\` lacks ${listed(missing.map((word) => word.text))}.`,
      notes: [{ message: 'the index', at: index.name.at }],
      hint: 'Pin both attributes, or neither.',
    };
  }
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

function* documentsInKeys(resolved: ResolvedModel): Generator<Finding> {
  for (const template of resolved.templates) {
    for (const { hole, attribute, at } of knownHoles(template)) {
      if (attribute.encoding !== 'document') continue;
      yield document(template.entity.name, hole.field, printType(attribute.type), at, 'be part of a key');
    }
  }
  for (const pattern of resolved.model.patterns) {
    const entity = resolved.entities.get(pattern.target.text);
    if (!entity) continue;
    for (const word of lookedUpBy(pattern)) {
      const attribute = entity.attributes.get(word.text);
      if (attribute?.encoding === 'document')
        yield document(
          entity.name,
          word.text,
          printType(attribute.type),
          word.at,
          'be looked up or ordered by',
        );
    }
  }
}

function document(entity: string, field: string, type: string, at: Span, what: string): Finding {
  return {
    at,
    message: `\`${entity}.${field}\` is \`${type}\`, but only plain values can ${what}.`,
    hint: 'Store the part to look up in an attribute of its own.',
  };
}

function* shardMismatches({ model, entities, templates }: ResolvedModel): Generator<Finding> {
  const pinned = (pattern: unknown, part: ResolvedTemplate['part']) =>
    templates.find((one) => one.role === 'index' && one.pattern === pattern && one.part === part);
  for (const template of templates) {
    if (isFault(template.parsed)) continue;
    const shard = template.parsed.find((part) => part.kind === 'shard');
    if (!shard) continue;
    const at = partOf(template.template, shard.start, shard.end);
    if (template.role !== 'index' || template.part === 'sort') {
      yield {
        at,
        message: '`{shard}` is allowed only in the partition key of an index.',
        hint: 'Remove it.',
      };
    } else if (!template.pattern?.shards) {
      yield {
        at,
        message: `The key has \`{shard}\`, but pattern \`${template.pattern?.name.text}\` has no \`shards\`.`,
        hint: 'Add `shards: 4`, or remove it.',
      };
    }
  }
  for (const pattern of model.patterns) {
    // One shard is the partition itself.
    if (!pattern.shards || pattern.shards.count === 1 || !entities.has(pattern.target.text)) continue;
    const partition = pinned(pattern, 'partition');
    if (!partition || isFault(partition.parsed) || partition.parsed.some((part) => part.kind === 'shard'))
      continue;
    yield {
      at: partition.template.at,
      message: `Pattern \`${pattern.name.text}\` has ${pattern.shards.count} shards, but its partition key has no \`{shard}\`.`,
      notes: [{ message: 'the shards', at: pattern.shards.at }],
      hint: `Write \`${partition.template.text}#{shard}\`, or remove \`shards\`.`,
    };
  }
}

function* bucketMismatches({ templates }: ResolvedModel): Generator<Finding> {
  for (const template of templates) {
    const { pattern } = template;
    if (template.role !== 'index' || template.part !== 'partition' || !pattern || isFault(template.parsed))
      continue;
    const truncated = holesIn(template).flatMap((hole) => {
      const transform = transformIn(template.entity, hole);
      return transform !== null && isBucketUnit(transform) ? [{ ...hole, transform }] : [];
    });
    const { bucket } = pattern;
    const wanted = bucket && `{${bucket.unit.text}(${bucket.field.text})}`;
    const isFound = truncated.some(
      (hole) => hole.transform === bucket?.unit.text && hole.field === bucket?.field.text,
    );
    for (const hole of truncated) {
      if (isFound && hole.transform === bucket?.unit.text && hole.field === bucket.field.text) continue;
      yield {
        at: partOf(template.template, hole.start, hole.end),
        message: `The key partitions \`${template.entity.name}\` by ${hole.transform} of \`${hole.field}\`, but pattern \`${pattern.name.text}\` ${bucket ? `by ${bucket.unit.text} of \`${bucket.field.text}\`` : 'does not'}.`,
        ...(bucket ? { notes: [{ message: 'the bucket', at: bucket.at }] } : {}),
        hint:
          wanted && !isFound
            ? `Write \`${wanted}\`.`
            : `Add \`bucket: ${hole.transform}(${hole.field})\`, or remove the hole.`,
      };
    }
    if (!bucket || isFound || truncated.length > 0) continue;
    yield {
      at: template.template.at,
      message: `Pattern \`${pattern.name.text}\` has a bucket per ${bucket.unit.text}, but its partition key has none.`,
      notes: [{ message: 'the bucket', at: bucket.at }],
      hint: `Add \`#${wanted}\` to the partition key, or remove \`bucket\`.`,
    };
  }
}

function knownHoles(template: ResolvedTemplate) {
  return holesIn(template).flatMap((hole) => {
    const attribute = template.entity.attributes.get(hole.field);
    return attribute ? [{ hole, attribute, at: partOf(template.template, hole.start, hole.end) }] : [];
  });
}

/** The fields in a template; with an entity, those that it contains whole. */
function plainHoles(text: string, entity?: ResolvedEntity): string[] {
  const parsed = parseTemplate(text);
  if (isFault(parsed)) return [];
  return parsed.flatMap((part) =>
    part.kind === 'hole' && (!entity || isWholeHole(entity, part)) ? [part.field] : [],
  );
}

function truncatedKey(
  entity: ResolvedEntity,
  field: string,
  transform: Transform,
  at: Span,
  isDeclared: boolean,
): Finding {
  const whole = isDeclared ? `{plain(${field})}` : `{${field}}`;
  return {
    at,
    message: `Two values of \`${entity.name}.${field}\` can give one \`${transformName(transform)}\`, and so two records one key.`,
    hint:
      lossOf(transform) === 'case'
        ? `Write \`${whole}\` and normalize the attribute: \`normalize: { ${field}: lowercase }\`.`
        : `Add the whole \`${whole}\` to the key as well.`,
  };
}

/** The fields that the same key contains whole. */
function wholeFields(templates: readonly ResolvedTemplate[], like: ResolvedTemplate): Set<string> {
  const same = templates.filter(
    (one) => one.role === like.role && one.entity === like.entity && one.pattern === like.pattern,
  );
  return new Set(
    same.flatMap((one) =>
      holesIn(one).flatMap((hole) => (isWholeHole(one.entity, hole) ? [hole.field] : [])),
    ),
  );
}

function fieldNote(
  { entity }: Pick<ResolvedTemplate, 'entity'>,
  name: string,
): { readonly notes?: NonNullable<Finding['notes']> } {
  const field = entity.type.fields.find((one) => one.name === name);
  return field ? { notes: [{ message: 'the field', at: field.at }] } : {};
}
