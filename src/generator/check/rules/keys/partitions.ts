/** Shards and buckets of a pinned key are those of its pattern. */

import { isBucketUnit } from '../../../encodings.js';
import { partOf } from '../../../model.js';
import {
  holesIn,
  type ResolvedModel,
  type ResolvedTemplate,
  transformIn,
} from '../../../resolve/resolved-model.js';
import { isFault } from '../../../resolve/templates.js';
import type { Check, Finding } from '../../row.js';

export const partitionChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'shard-mismatch',
    eachMember: true,
    check: shardMismatches,
  },
  {
    code: 'bucket-mismatch',
    check: bucketMismatches,
  },
];

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
      const { pattern } = template;
      yield {
        at,
        message: pattern
          ? `The key has \`{shard}\`, but pattern \`${pattern.name.text}\` has no \`shards\`.`
          : `The key has \`{shard}\`, but an entity does not say how many shards there are.`,
        hint: pattern ? 'Add `shards: 4`, or remove it.' : 'Pin the key in the pattern that has `shards`.',
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
