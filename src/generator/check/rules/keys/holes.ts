/** The holes of pinned keys: what they hold, and what they lose. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { declaredTransform, lossOf, type Transform, transformName, wantedBy } from '../../../encodings.js';
import { partOf, printType } from '../../../model.js';
import { lookedUpBy } from '../../../resolve/attribute-references.js';
import {
  holesIn,
  isWholeHole,
  type ResolvedEntity,
  type ResolvedModel,
  type ResolvedTemplate,
  transformIn,
} from '../../../resolve/resolved-model.js';
import type { Check, Finding } from '../../row.js';

export const holeChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'key-hole-nullable',
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
    eachMember: true,
    check: documentsInKeys,
  },
  {
    code: 'hole-type',
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
    *check({ templates, entities }) {
      for (const template of templates) {
        if (template.role !== 'main') continue;
        const whole = wholeFields(templates, template);
        for (const { hole, at } of knownHoles(template)) {
          const transform = transformIn(template.entity, hole);
          if (transform === null || isWholeHole(template.entity, hole) || whole.has(hole.field)) continue;
          if (lossOf(transform) === 'case' && isMeant(template.entity, hole)) continue;
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
];

/** Whether records are to be one that differ in case only: the key itself says so, or `identity` has the field. */
function isMeant(
  { model }: ResolvedEntity,
  { field, transform }: { field: string; transform: Transform | null },
) {
  return transform !== null || model.identity?.some(({ text }) => text === field) === true;
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

function knownHoles(template: ResolvedTemplate) {
  return holesIn(template).flatMap((hole) => {
    const attribute = template.entity.attributes.get(hole.field);
    return attribute ? [{ hole, attribute, at: partOf(template.template, hole.start, hole.end) }] : [];
  });
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
        ? `If records that differ in case only are one, write \`{fold(${field})}\` in the key, or \`identity: [${field}]\`: the spelling is kept. Otherwise write \`${whole}\`.`
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
