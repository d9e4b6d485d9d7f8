/** Reads of many keys at once, and of records through a join. */

import { nearest } from '../../../diagnostics/suggest.js';
import { isGet } from '../../../layout/serving.js';
import { type PatternModel, printType, type SdlField } from '../../../model.js';
import { type EdgeFields, edgeFieldsOf } from '../../../resolve/edges.js';
import { type ResolvedEntity, type ResolvedModel, valuesTakenBy } from '../../../resolve/resolved-model.js';
import { fieldAt, isSameType } from '../../../resolve/sdl.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import type { LaidOut } from '../../laid-out.js';
import { projectionOf } from '../../projection.js';
import { type Check, type Finding, listed } from '../../row.js';

export const throughChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'exists-list',
    check: lists,
  },
  {
    code: 'through-key',
    *check({ model, entities }) {
      for (const { name, leadsTo } of model.patterns) {
        const keyFields = leadsTo && entities.get(leadsTo.target.text)?.keyFields;
        if (!keyFields) continue;
        const given = leadsTo.where.map(({ field }) => field.text);
        const missing = keyFields.filter((field) => !given.includes(field));
        const stray = leadsTo.where.find(({ field }) => !keyFields.includes(field.text));
        if (missing.length === 0 && !stray) continue;
        const target = leadsTo.target.text;
        yield {
          at: stray?.field.at ?? leadsTo.where[0]?.field.at ?? name.at,
          message: stray
            ? `Pattern \`${name.text}\` reads each \`${target}\` by its key, ${listed(keyFields)}, which does not contain \`${stray.field.text}\`.`
            : `Pattern \`${name.text}\` reads each \`${target}\` by its key, but \`where\` lacks ${listed(missing)}.`,
          hint:
            missing.length > 0
              ? `Write \`where: { ${keyFields.map((field) => `${field}: $through.…`).join(', ')} }\` next to \`through\`, with an attribute of the join for each.`
              : 'Remove it. Conditions on the join go into the `where` of `through`.',
        };
      }
    },
  },
  {
    code: 'edge-attribute',
    check: edges,
  },
];

export const throughLayoutChecks: readonly Check<LaidOut>[] = [
  {
    code: 'join-not-held',
    check: unheld,
  },
];

function* lists(resolved: ResolvedModel): Generator<Finding> {
  for (const pattern of resolved.model.patterns) {
    const entity = resolved.entities.get(pattern.target.text);
    if (!entity?.keyFields) continue;
    const isBatch = pattern.cardinality === 'many' && isGet(pattern, { keyFields: entity.keyFields });
    if (pattern.cardinality !== 'exists' && !isBatch) continue;
    const uses = valuesTakenBy(resolved, pattern.name).flatMap((use) => {
      const value = use.role === 'equality' ? use.value : undefined;
      return value?.kind === 'type' && value.type.kind === 'list'
        ? [{ use, type: value.type, at: value.at }]
        : [];
    });
    const [first, second] = uses;
    if (!first) continue;
    const written = writtenSource(first.use.source).text;
    if (second) {
      yield {
        at: second.use.source.at,
        message: `\`${writtenSource(second.use.source).text}\` is a second list, but pattern \`${pattern.name.text}\` already tests each element of \`${written}\`.`,
        notes: [{ message: 'the first one', at: first.use.source.at }],
        hint: 'Make one of them a single value.',
      };
    } else if (!isGet(pattern, { keyFields: entity.keyFields })) {
      yield {
        at: first.use.source.at,
        message: `\`${written}\` is a list, but pattern \`${pattern.name.text}\` does not bind the whole key of \`${entity.name}\`: ${listed(entity.keyFields)}.`,
        notes: [{ message: 'the list', at: first.at }],
        hint: 'Bind the whole key, or test one value at a time.',
      };
    } else if (!isBatch && !first.type.of.nonNull) {
      yield {
        at: first.at,
        message: `\`${written}\` is \`${printType(first.type)}\`, but a null element cannot be a key.`,
        notes: [{ message: 'used here', at: first.use.source.at }],
        hint: `Make it \`[${printType({ ...first.type.of, nonNull: true })}]!\`.`,
      };
    }
  }
}

function* edges(resolved: ResolvedModel): Generator<Finding> {
  const { model, entities } = resolved;
  // The edges that some join is to answer.
  const joined = new Map<string, PatternModel>();
  for (const pattern of model.patterns) {
    const edge = pattern.leadsTo && edgeFieldsOf(model, pattern);
    if (edge && !joined.has(edge.edge)) joined.set(edge.edge, pattern);
  }
  if (joined.size === 0) return;
  for (const pattern of model.patterns) {
    if (pattern.cardinality !== 'many') continue;
    const edge = edgeFieldsOf(model, pattern);
    const other = edge && joined.get(edge.edge);
    if (!edge || !other) continue;
    const join = pattern.leadsTo && entities.get(pattern.target.text);
    if (join) {
      yield* edgeMistakes(pattern, edge, join);
      continue;
    }
    const [field] = edge.fields;
    if (!field || pattern.leadsTo) continue;
    const path = `\`${pattern.for?.type}.${fieldAt(model, pattern.for)?.name}\``;
    yield {
      at: pattern.name.at,
      message: `Pattern \`${pattern.name.text}\` reads no join, but only a join can answer \`${field.name}\` on the edges of ${path}.`,
      notes: [
        { message: 'the field', at: field.at },
        { message: 'answered through a join here', at: other.name.at },
      ],
      hint: 'Give one of the two fields a separate connection type.',
    };
  }
}

function* edgeMistakes(pattern: PatternModel, edge: EdgeFields, join: ResolvedEntity): Generator<Finding> {
  for (const field of edge.fields) {
    const why = edgeMistake(field, join);
    if (why === undefined) continue;
    yield {
      at: field.at,
      message: `Pattern \`${pattern.name.text}\` cannot answer \`${edge.edge}.${field.name}\`: ${why}.`,
      notes: [{ message: 'the join', at: pattern.target.at }],
      hint: edgeHint(edge, field, join),
    };
  }
}

function edgeHint(edge: EdgeFields, { name }: SdlField, join: ResolvedEntity): string {
  const near = join.attributes.has(name) ? undefined : nearest(name, join.attributes.keys());
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  const other = join.attributes.has(name) ? 'Change the field' : `Store it in \`${join.name}\``;
  return `${other}, or add a rule with \`for: ${edge.edge}.${name}\`.`;
}

function edgeMistake(field: SdlField, join: ResolvedEntity): string | undefined {
  if (field.arguments.length > 0) return 'it takes arguments';
  const attribute = join.attributes.get(field.name);
  if (!attribute) return `\`${join.name}\` has no such attribute`;
  const own = `\`${join.name}.${attribute.name}\``;
  if (attribute.secret) return `${own} is secret`;
  if (!isSameType(field.type, attribute.type) || (field.type.nonNull && attribute.nullable))
    return `it is \`${printType(field.type)}\`, but ${own} is \`${printType(attribute.type)}\``;
  return undefined;
}

/** One join is read whole where it has to be; of many, each item is to lead on by itself. */
function* unheld({ model, layout }: LaidOut): Generator<Finding> {
  for (const pattern of model.patterns) {
    if (!pattern.leadsTo || pattern.cardinality !== 'many') continue;
    const projection = projectionOf(layout, pattern);
    if (!projection || projection.isWhole) continue;
    const { entity: join, index, entry, inEntry, inIndex } = projection;
    const needed = [
      ...pattern.leadsTo.where.flatMap(({ source }) => (source.kind === 'through' ? source.path : [])),
      ...(edgeFieldsOf(model, pattern)?.fields ?? []).map(({ name }) => name),
    ];
    const missing = [...new Set(needed)].filter((name) => !inEntry(name) || !inIndex(name));
    const where = entry === undefined ? `index \`${index?.name.text}\`` : `the entry of \`${entry}\``;
    if (missing.length > 0) {
      yield {
        at: pattern.name.at,
        message: `Pattern \`${pattern.name.text}\` goes through ${where}, which does not contain ${listed(missing)} of \`${pattern.target.text}\`.`,
        hint: `Add ${missing.length === 1 ? 'it' : 'them'} to ${entry === undefined ? '`project` of the index' : '`include` of the entry'}.`,
      };
    } else if (join.model.ttl) {
      yield {
        at: pattern.name.at,
        message: `Pattern \`${pattern.name.text}\` goes through ${where}, which does not contain the time that \`${pattern.target.text}\` records expire.`,
        notes: [{ message: 'the time of expiry', at: join.model.ttl.at }],
        hint: 'Use an index that projects all attributes of the record itself.',
      };
    }
  }
}
