/** Patterns that give several entities: each member answers the question, and all are read by one query. */

import { suggestion } from '../../../diagnostics/suggest.js';
import { equalityFields, sortFields } from '../../../layout/serving.js';
import { type Model, type PatternModel, printType, type SdlType, type Word } from '../../../model.js';
import type { KeyTemplate, SlotPlan } from '../../../plan/types/storage.js';
import { askedBy, lookedUpBy } from '../../../resolve/attribute-references.js';
import { comparisonsOf } from '../../../resolve/comparisons.js';
import { isParent, memberPatterns, membersOf } from '../../../resolve/members.js';
import type { ResolvedAttribute, ResolvedModel } from '../../../resolve/resolved-model.js';
import { holesOf } from '../../../resolve/templates.js';
import type { LaidOut } from '../../laid-out.js';
import { type Check, type Finding, listed } from '../../row.js';

export const mixedChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'mixed-target',
    check: targets,
  },
  {
    code: 'mixed-member',
    check: members,
  },
  {
    code: 'mixed-parent',
    check: parents,
  },
];

export const mixedLayoutChecks: readonly Check<LaidOut>[] = [
  {
    code: 'mixed-index',
    check: indexes,
  },
  {
    code: 'mixed-order',
    check: orders,
  },
];

function mixedPatterns({ patterns }: Model): PatternModel[] {
  return patterns.filter(({ cardinality }) => cardinality === 'mixed');
}

/** Whether a pattern returns one record, of a member of a union or interface. */
function isOneOfSeveral({ sdl }: Model, { target, leadsTo, cardinality }: PatternModel): boolean {
  const kind = sdl.types.get(target.text)?.kind;
  return cardinality === 'one' && leadsTo === undefined && (kind === 'union' || kind === 'interface');
}

function* targets(resolved: ResolvedModel): Generator<Finding> {
  const { model } = resolved;
  for (const pattern of model.patterns) {
    const { name, target, parents } = pattern;
    const isMixed = pattern.cardinality === 'mixed';
    const isOne = isOneOfSeveral(model, pattern);
    const [member] = isOne ? [] : pattern.members;
    const at = member?.entity.at ?? parents[0]?.at;
    if (!isMixed && at)
      yield {
        at,
        message: `Pattern \`${name.text}\` returns one ${isOne ? 'record' : 'entity'}, but only a \`mixed\` pattern has ${member ? 'members' : 'a parent'}.`,
        hint: `Write \`mixed:\` for several entities, or remove \`${member ? 'members' : 'parent'}\`.`,
      };
    const type = model.sdl.types.get(target.text);
    if (!type || (!isMixed && !isOne)) continue;
    if (type.kind !== 'union' && type.kind !== 'interface')
      yield {
        at: target.at,
        message: `\`${target.text}\` is an object type, but \`mixed\` takes a union or an interface.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: `Write \`many: ${target.text}\`.`,
      };
    else {
      yield* strayMembers(resolved, pattern, type);
      if (isMixed) yield* tables(resolved, pattern, type);
    }
  }
}

/** What it names is stored, is a member of the type, and is read. */
function* strayMembers(
  { model, entities }: ResolvedModel,
  pattern: PatternModel,
  type: SdlType,
): Generator<Finding> {
  const stored = type.members.filter((member) => entities.has(member));
  const chosen = pattern.type?.members.map(({ entity }) => entity.text) ?? stored;
  const read = membersOf(model, pattern).map(({ entity }) => entity.text);
  const stray = (word: Word, what: string): Finding => ({
    at: word.at,
    message: `Pattern \`${pattern.name.text}\` does not read a ${what} \`${word.text}\` of \`${type.name}\`.`,
    notes: [{ message: 'the type', at: type.at }],
    hint: `Choose one of ${listed(stored.filter((member) => chosen.includes(member)))}.`,
  });
  for (const { entity } of pattern.members)
    if (!stored.includes(entity.text) || !chosen.includes(entity.text)) yield stray(entity, 'stored member');
  if (pattern.cardinality !== 'mixed') return;
  for (const parent of pattern.parents) if (!read.includes(parent.text)) yield stray(parent, 'member');
}

function* tables(
  { model, entities }: ResolvedModel,
  pattern: PatternModel,
  type: SdlType,
): Generator<Finding> {
  const read = membersOf(model, pattern).map(({ entity }) => entity.text);
  const tables = new Set(read.map((member) => entities.get(member)?.table?.name.text));
  if (read.length > 0 && tables.size <= 1) return;
  yield {
    at: pattern.target.at,
    message:
      read.length === 0
        ? `No member of \`${type.name}\` is stored.`
        : `The members of \`${type.name}\` are in several tables: ${listed([...tables].flatMap((table) => table ?? []))}.`,
    notes: [{ message: 'the type', at: type.at }],
    hint:
      read.length === 0 ? 'Declare them under `entities`.' : 'List the members of one table under `members`.',
  };
}

function* members(resolved: ResolvedModel): Generator<Finding> {
  const { model, entities } = resolved;
  for (const pattern of model.patterns) {
    if (!isOneOfSeveral(model, pattern)) continue;
    yield* renames(resolved, pattern);
    yield* types(resolved, pattern);
  }
  for (const pattern of mixedPatterns(model)) {
    yield* renames(resolved, pattern);
    yield* types(resolved, pattern);
    const filtered = new Map(comparisonsOf(pattern.filter).map(({ field }) => [field.text, field]));
    for (const member of memberPatterns(model, pattern)) {
      const entity = entities.get(member.target.text);
      if (!entity) continue;
      for (const name of entity.attributes.keys()) filtered.delete(name);
      for (const word of askedBy(member)) {
        if (entity.attributes.has(word.text)) continue;
        yield {
          at: word.at,
          message: `\`${entity.name}\`, which pattern \`${pattern.name.text}\` reads, has no attribute \`${word.text}\`.`,
          notes: [{ message: 'the type', at: entity.type.at }],
          hint: `Map it with \`members: { ${entity.name}: { id: ${word.text} } }\`, or leave \`${entity.name}\` out of \`members\`.`,
        };
      }
    }
    for (const word of filtered.values())
      yield {
        at: word.at,
        message: `No entity that pattern \`${pattern.name.text}\` reads has an attribute \`${word.text}\`.`,
        hint: undefined,
      };
  }
}

/** A name for a field that there is, of one that the pattern has. */
function* renames({ entities }: ResolvedModel, pattern: PatternModel): Generator<Finding> {
  const named = new Set([
    ...askedBy(pattern).map(({ text }) => text),
    ...pattern.key.flatMap(({ template }) => template.text.match(/\w+/g) ?? []),
  ]);
  for (const { entity: member, renames } of pattern.members) {
    const entity = entities.get(member.text);
    for (const { field, as } of entity ? renames : []) {
      const isKnown = entity?.attributes.has(field.text);
      if (isKnown && named.has(as.text)) continue;
      const isReversed = entity?.attributes.has(as.text) && named.has(field.text);
      yield {
        at: isKnown ? as.at : field.at,
        message: isKnown
          ? `Pattern \`${pattern.name.text}\` names no \`${as.text}\` that \`${member.text}.${field.text}\` could be.`
          : `\`${member.text}\` has no attribute \`${field.text}\`.`,
        hint: isReversed
          ? `Write \`${as.text}: ${field.text}\`: the field of \`${member.text}\`, then its name in the pattern.`
          : suggestion((isKnown ? as : field).text, isKnown ? named : [...(entity?.attributes.keys() ?? [])]),
      };
    }
  }
}

/** What members are found and ordered by is one type of value, stored in one way. */
function* types({ model, entities }: ResolvedModel, pattern: PatternModel): Generator<Finding> {
  const first = new Map<string, { readonly name: string; readonly attribute: ResolvedAttribute }>();
  for (const word of lookedUpBy(pattern)) {
    for (const member of membersOf(model, pattern)) {
      const own = member.renames.find(({ as }) => as.text === word.text)?.field ?? word;
      const entity = entities.get(member.entity.text);
      const attribute = entity?.attributes.get(own.text);
      if (!entity || !attribute) continue;
      const other = first.get(word.text);
      first.set(word.text, other ?? { name: entity.name, attribute });
      // What one query reads is found by one text of a value; single records are found each by its own key.
      const isOne = pattern.cardinality === 'one';
      if (!other || formOf(other.attribute, isOne) === formOf(attribute, isOne)) continue;
      yield {
        at: word.at,
        message: `\`${entity.name}.${attribute.name}\` is \`${printType(attribute.type)}\`, but \`${other.name}.${other.attribute.name}\` is \`${printType(other.attribute.type)}\`, or is stored in another form.`,
        notes: [{ message: 'the field', at: attribute.at }],
        hint: 'Give both the same type, the same `normalize` and the same `encode`.',
      };
      return;
    }
  }
}

/** How its values are compared. */
function formOf({ encoding, of, normalize, encode }: ResolvedAttribute, isOne: boolean): string {
  return JSON.stringify([encoding, encoding === 'enum' ? of : '', normalize, isOne ? undefined : encode]);
}

function* indexes({ model, layout }: LaidOut): Generator<Finding> {
  for (const pattern of mixedPatterns(model)) {
    const reads = mergedReads({ model, layout }, pattern);
    for (const { entity, read } of reads) {
      const index = entity.table.indexes.find((one) => one.name.text === read.slot.index);
      if (index?.kind === 'multi-attribute') {
        yield {
          at: pattern.index?.at ?? pattern.name.at,
          message: `\`${index.name.text}\` has multi-attribute keys: what is read together needs key templates.`,
          notes: [{ message: 'the index', at: index.name.at }],
          hint: 'Use an index with template keys: `[PARTITION, SORT]`.',
        };
        break;
      }
      const isWhole =
        entity.items[read.item]?.covering.kind === 'all' && (!index || index.project.kind === 'all');
      if (isWhole) continue;
      yield {
        at: pattern.name.at,
        message: `Pattern \`${pattern.name.text}\` reads ${index ? index.name.text : 'an index entry'}, which does not contain all attributes of \`${entity.model.name.text}\`.`,
        ...(index ? { notes: [{ message: 'the index', at: index.name.at }] } : {}),
        hint: 'Read the table, or an index that projects all attributes.',
      };
      break;
    }
  }
}

function readsOf({ model, layout }: LaidOut, pattern: PatternModel) {
  return memberPatterns(model, pattern).flatMap((member) => {
    const read = layout.reads.get(member.name.text);
    const entity = layout.entities.get(member.target.text);
    return read && entity ? [{ member, entity, read }] : [];
  });
}

/** Those of members that are merged: parents come before them, wherever they are. */
function mergedReads(laidOut: LaidOut, pattern: PatternModel) {
  return readsOf(laidOut, pattern).filter(({ member }) => !isParent(pattern, member));
}

/** The text before the first value that the answer is ordered by has to be the same in every member's key. */
function* orders({ model, layout }: LaidOut): Generator<Finding> {
  for (const pattern of mixedPatterns(model)) {
    const reads = mergedReads({ model, layout }, pattern);
    const field = pattern.sort[0]?.field ?? pattern.range?.field;
    const heads = reads.map(({ member, entity, read: { slot } }) => ({
      name: entity.model.name.text,
      head: field ? headBefore(slot.sort, (member.sort[0]?.field ?? member.range?.field ?? field).text) : '',
      encodings: encodingsOf(slot, [...equalityFields(member), ...sortFields(member)]),
    }));
    const [first] = heads;
    const otherwise = heads.find(({ encodings }) => encodings !== first?.encodings);
    if (first && otherwise) {
      yield {
        at: (field ?? pattern.name).at,
        message: `The keys of \`${first.name}\` and \`${otherwise.name}\` encode what pattern \`${pattern.name.text}\` finds and orders them by differently, as \`${first.encodings}\` and \`${otherwise.encodings}\`, so they cannot be read together.`,
        hint: 'Give the members the same `encode` of these fields, or the same functions in their pinned keys.',
      };
      continue;
    }
    const other = heads.find(({ head }) => head !== first?.head);
    if (!field || !first || !other) continue;
    yield {
      at: field.at,
      message: `The sort keys of \`${first.name}\` and \`${other.name}\` differ before \`${field.text}\`: \`${first.head}\` and \`${other.head}\` would be returned one after the other instead of merged.`,
      hint: `Give both the same text before \`{${field.text}}\`, pin a separate \`index\` for this pattern, or remove \`sort\`: the answer is then in the order of the keys, and \`order: DESC\` reads them downwards.`,
    };
  }
}

/** How a key encodes fields: `text, invert(time)`. */
function encodingsOf(
  { partition, sort }: Pick<SlotPlan, 'partition' | 'sort'>,
  fields: readonly string[],
): string {
  const holes = [...holesOf(partition), ...holesOf(sort)];
  return fields.map((field) => holes.find((hole) => hole.field === field)?.encode ?? '').join(', ');
}

function headBefore(template: KeyTemplate | null, field: string): string {
  const parts = template?.parts ?? [];
  const end = parts.findIndex((part) => part.kind === 'hole' && part.field === field);
  return parts
    .slice(0, Math.max(0, end))
    .map((part) => (part.kind === 'literal' ? part.text : '{}'))
    .join('');
}

function* parents({ model }: ResolvedModel): Generator<Finding> {
  for (const pattern of mixedPatterns(model)) {
    const [parent] = pattern.parents;
    const read = membersOf(model, pattern).map(({ entity }) => entity.text);
    if (!parent || read.some((name) => !pattern.parents.some(({ text }) => text === name))) continue;
    yield {
      at: parent.at,
      message: `Every member that pattern \`${pattern.name.text}\` reads is a parent, so there is nothing that comes after them.`,
      hint: 'Name only the entities whose records come first.',
    };
  }
}
