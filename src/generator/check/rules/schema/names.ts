/** Every name leads to something. */

import { nearest, suggestion } from '../../../diagnostics/suggest.js';
import {
  namedType,
  type PatternModel,
  partOf,
  type RuleModel,
  returned,
  type SdlType,
  type Word,
} from '../../../model.js';
import { attributeReferences } from '../../../resolve/attribute-references.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt, isRoot, storedMembers } from '../../../resolve/sdl.js';
import { literalReferences } from '../../../resolve/value-references.js';
import { scalarEncoding } from '../../../scalars.js';
import { type Check, type Finding, listed } from '../../row.js';
import { unknownParts } from '../writes/values.js';

export const nameChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'unknown-type',
    check: unknownTypes,
  },
  {
    code: 'unknown-entity',
    check: unknownEntities,
  },
  {
    code: 'unknown-field',
    check: unknownFields,
  },
  {
    code: 'unknown-table',
    *check({ model, entities }) {
      const names = model.tables.map((table) => table.name.text);
      for (const { model: entity } of entities.values()) {
        const { table } = entity;
        if (!table || names.includes(table.text)) continue;
        yield {
          at: table.at,
          message: `There is no table \`${table.text}\`.`,
          hint: suggestion(table.text, names),
        };
      }
    },
  },
  {
    code: 'missing-table',
    *check({ model, entities }) {
      const names = model.tables.map((table) => table.name.text);
      for (const { model: entity, original } of entities.values()) {
        if (entity.table ?? original?.model.table) continue;
        if (names.length === 1 || entity.historyOf) continue;
        yield {
          at: entity.name.at,
          message:
            names.length === 0
              ? `There is no table to store \`${entity.name.text}\` in.`
              : `Entity \`${entity.name.text}\` does not name its table, but there are several: ${listed(names)}.`,
          hint: names.length === 0 ? 'Declare one under `tables`.' : `Add \`table: ${names[0]}\`.`,
        };
      }
    },
  },
  {
    code: 'unknown-index',
    *check({ model, entities }) {
      for (const { model: entity, table } of entities.values()) {
        for (const { index } of entity.keys) {
          if (!table || table.indexes.some(({ name }) => name.text === index.text)) continue;
          yield {
            at: index.at,
            message: `Table \`${table.name.text}\` has no index \`${index.text}\`.`,
            hint:
              suggestion(
                index.text,
                table.indexes.map((one) => one.name.text),
              ) ?? `Declare it under \`tables.${table.name.text}.indexes\`.`,
          };
        }
      }
      for (const { index, target, members } of model.patterns) {
        if (!index || index.text === 'table' || index.text === 'unique') continue;
        const asked =
          members.length > 0 ? members.map(({ entity }) => entity.text) : storedMembers(model, target.text);
        const tables = [target.text, ...asked].flatMap((name) => entities.get(name)?.table ?? []);
        const table = tables.find((one) => !one.indexes.some(({ name }) => name.text === index.text));
        if (!table) continue;
        const names = table.indexes.map((one) => one.name.text);
        yield {
          at: index.at,
          message: `Table \`${table.name.text}\` has no index \`${index.text}\`.`,
          hint: suggestion(index.text, [...names, 'table', 'unique']),
        };
      }
    },
  },
  {
    code: 'unknown-attribute',
    *check(resolved) {
      for (const { entity, word } of attributeReferences(resolved)) {
        if (!entity.attributes.has(word.text)) yield unknownAttribute(resolved, entity, word);
      }
      yield* unknownProjections(resolved);
      yield* unknownParts(resolved);
    },
  },
  {
    code: 'unknown-argument',
    *check(resolved) {
      for (const use of resolved.values.all) {
        const value = use.value;
        if (value?.kind !== 'missing') continue;
        const { at, message, hint } = value;
        yield {
          at,
          message,
          hint,
          ...(use.field
            ? { notes: [{ message: `\`${use.path?.type}.${use.field.name}\``, at: use.field.at }] }
            : {}),
        };
      }
    },
  },
  {
    code: 'unknown-value',
    check: unknownValues,
  },
];

function* unknownTypes({ model, entities }: ResolvedModel): Generator<Finding> {
  const { types } = model.sdl;
  const storable = [...types.values()].filter((type) => type.kind === 'object' && !isRoot(model, type.name));
  for (const { name } of model.entities) {
    if (entities.has(name.text)) continue;
    yield unknownType(
      name,
      types.get(name.text),
      isRoot(model, name.text) ? 'a root type' : undefined,
      'but only an object type can be stored',
      storable.map((type) => type.name),
    );
  }
  const custom = [...types.values()].filter((type) => type.kind === 'scalar').map((type) => type.name);
  for (const { name } of model.scalars) {
    const type = types.get(name.text);
    if (type?.kind !== 'scalar')
      yield unknownType(name, type, undefined, 'but only custom scalars are declared', custom);
  }
  const targets = [...entities.keys(), ...[...types.values()].filter(isAbstract).map((type) => type.name)];
  for (const target of model.patterns.flatMap((one) => [...new Set([one.target, returned(one)])])) {
    const type = types.get(target.text);
    if (type?.kind === 'object' || (type && isAbstract(type))) continue;
    yield unknownType(target, type, undefined, 'but a pattern returns entities', targets);
  }
  for (const { entity } of [...model.mutations, ...model.rules.flatMap(ruleEntities)]) {
    if (!types.has(entity.text)) yield unknownType(entity, undefined, undefined, '', entities.keys());
  }
  for (const { type } of model.patterns) {
    for (const { entity } of type?.members ?? []) {
      if (!types.has(entity.text)) yield unknownType(entity, undefined, undefined, '', entities.keys());
    }
  }
  for (const { name: entity, stored } of model.entities) {
    for (const { name, type } of stored) {
      const inner = namedType(type);
      const known = types.get(inner);
      // Attributes of events that the schema does not show need no scalar of it.
      if (!known && entity === model.eventLog?.entity && scalarEncoding(model.sdl, inner)) continue;
      const isPlain = known
        ? ['scalar', 'enum', 'object'].includes(known.kind) && !entities.has(inner)
        : builtIn.includes(inner);
      if (isPlain) continue;
      const plain = [...types.values()]
        .filter((one) => one.kind === 'scalar' || one.kind === 'enum')
        .map((one) => one.name);
      const said = unknownType(
        { text: inner, at: name.at },
        known,
        undefined,
        'but an attribute is a scalar, an enum or a plain object',
        [...builtIn, ...plain],
      );
      yield {
        ...said,
        message: `\`${name.text}\`: ${said.message.charAt(0).toLowerCase()}${said.message.slice(1)}`,
      };
    }
  }
}

const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID'];

function unknownType(
  word: Word,
  type: SdlType | undefined,
  what: string | undefined,
  why: string,
  candidates: Iterable<string>,
): Finding {
  return {
    at: word.at,
    message: type
      ? `\`${word.text}\` is ${what ?? `${type.kind === 'object' ? 'an entity' : withArticle(type.kind)}`}, ${why}.`
      : `The schema has no type \`${word.text}\`.`,
    ...(type ? { notes: [{ message: 'declared here', at: type.at }] } : {}),
    hint: suggestion(word.text, candidates),
  };
}

function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} type`;
}

function isAbstract(type: SdlType): boolean {
  return type.kind === 'interface' || type.kind === 'union';
}

function* unknownEntities({ model, entities }: ResolvedModel): Generator<Finding> {
  const mistakes = model.entities.map(({ name }) => name.text).filter((name) => !entities.has(name));
  const check = function* (word: Word, isAbstractAllowed: boolean): Generator<Finding> {
    const type = model.sdl.types.get(word.text);
    if (!type || entities.has(word.text) || (isAbstractAllowed && type.kind !== 'object')) return;
    // A misspelt name under `entities` that means this one is reported there.
    if (mistakes.some((mistake) => nearest(mistake, [word.text]) !== undefined)) return;
    const isObject = type.kind === 'object';
    yield {
      at: word.at,
      message: isObject
        ? `\`${word.text}\` is not an entity.`
        : `\`${word.text}\` is ${withArticle(type.kind)}, not an entity.`,
      notes: [{ message: 'the type', at: type.at }],
      hint:
        isObject && !isRoot(model, word.text)
          ? `Declare it under \`entities\`.`
          : suggestion(word.text, entities.keys()),
    };
  };
  for (const pattern of model.patterns) {
    const isRecord = !['count', 'sum', 'exists'].includes(pattern.cardinality);
    yield* check(pattern.target, isRecord && !pattern.leadsTo);
    if (pattern.leadsTo) yield* check(pattern.leadsTo.target, false);
    for (const { entity } of pattern.type?.members ?? []) yield* check(entity, false);
  }
  for (const { entity } of [...model.mutations, ...model.rules.flatMap(ruleEntities)])
    yield* check(entity, false);
  const named = model.entities.flatMap(({ historyOf, references }) => [
    ...(historyOf ? [historyOf] : []),
    ...references.map(({ to }) => to),
  ]);
  for (const word of named) {
    if (model.sdl.types.has(word.text)) yield* check(word, false);
    else if (!entities.has(word.text)) {
      yield {
        at: word.at,
        message: `There is no entity \`${word.text}\`.`,
        hint: suggestion(word.text, entities.keys()),
      };
    }
  }
}

function* unknownFields({ model, answers }: ResolvedModel): Generator<Finding> {
  for (const path of [...[...answers.values()].flat().map((answer) => answer.for), ...model.external]) {
    const type = model.sdl.types.get(path.type);
    const word = { text: `${path.type}.${path.field}`, at: path.at };
    if (type?.kind !== 'object') {
      const objects = [...model.sdl.types.values()]
        .filter((one) => one.kind === 'object')
        .map((one) => one.name);
      yield {
        at: partOf(word, 0, path.type.length),
        message: type
          ? `\`${path.type}\` is ${withArticle(type.kind)}, but only fields of object types can be answered.`
          : `The schema has no type \`${path.type}\`.`,
        hint:
          type?.kind === 'interface' && type.members.length > 0
            ? `Answer the field of each type that implements it: ${listed(type.members)}.`
            : suggestion(path.type, objects),
      };
    } else if (path.field !== '*' && !fieldAt(model, path)) {
      yield {
        at: partOf(word, path.type.length + 1, word.text.length),
        message: `\`${path.type}\` has no field \`${path.field}\`.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: suggestion(
          path.field,
          type.fields.map((field) => field.name),
        ),
      };
    }
  }
}

function unknownAttribute({ answers, external }: ResolvedModel, entity: ResolvedEntity, word: Word): Finding {
  const field = entity.type.fields.find((one) => one.name === word.text);
  const [answer] = answers.get(`${entity.name}.${word.text}`) ?? [];
  if (field) {
    if (external.has(`${entity.name}.${word.text}`)) {
      return {
        at: word.at,
        message: `\`${entity.name}.${word.text}\` is external, so it is not stored.`,
        notes: [{ message: 'the field', at: field.at }],
        hint: `Store a value for it under \`stored\` of \`${entity.name}\`, with another name if necessary, and use that.`,
      };
    }
    return {
      at: word.at,
      message: answer
        ? `\`${entity.name}.${word.text}\` is answered by ${answer.kind} \`${answer.name.text}\`, so it is not stored.`
        : `\`${entity.name}.${word.text}\` is not stored: ${field.arguments.length > 0 ? 'it takes arguments' : 'its type has records of its own'}.`,
      notes: [{ message: 'the field', at: field.at }],
      hint: `Store a value for it under \`stored\` of \`${entity.name}\`, with another name if necessary, and use that.`,
    };
  }
  const historyHint = entity.original?.attributes.has(word.text)
    ? `Add the field to the type \`${entity.name}\`: a history stores the fields of its type and the fields of its key.`
    : undefined;
  return {
    at: word.at,
    message: `\`${entity.name}\` has no attribute \`${word.text}\`.`,
    hint: historyHint ?? suggestion(word.text, entity.attributes.keys()),
  };
}

/** A projection is shared by all entities of the table: one of them has the attribute. */
function* unknownProjections({ model, entities }: ResolvedModel): Generator<Finding> {
  for (const table of model.tables) {
    const stored = new Set(
      [...entities.values()]
        .filter((entity) => entity.table === table)
        .flatMap((entity) => [...entity.attributes.keys()]),
    );
    for (const { project } of table.indexes) {
      for (const word of project.kind === 'include' ? project.fields : []) {
        if (stored.has(word.text)) continue;
        yield {
          at: word.at,
          message: `No entity of table \`${table.name.text}\` has an attribute \`${word.text}\`.`,
          hint: suggestion(word.text, stored),
        };
      }
    }
  }
}

function* unknownValues(resolved: ResolvedModel): Generator<Finding> {
  const { types } = resolved.model.sdl;
  const unknown = (word: Word, name: string): Finding[] => {
    const type = types.get(name);
    if (type?.kind !== 'enum' || type.values.includes(word.text)) return [];
    return [
      {
        at: word.at,
        message: `\`${name}\` has no value \`${word.text}\`.`,
        notes: [{ message: 'the enum', at: type.at }],
        hint: suggestion(word.text, type.values),
      },
    ];
  };
  for (const { attribute, literal } of literalReferences(resolved)) {
    if (typeof literal.value === 'string')
      yield* unknown({ text: literal.value, at: literal.at }, attribute.of);
  }
  for (const use of resolved.values.all) {
    if (use.role !== 'kind') continue;
    const value = use.value;
    const name = value?.kind === 'type' ? namedType(value.type) : undefined;
    const pattern = resolved.model.patterns.find((one: PatternModel) => one.name === use.by.name);
    for (const { value } of pattern?.type?.members ?? []) yield* unknown(value, name ?? '');
  }
}

function ruleEntities({ writes, dependsOn }: RuleModel): readonly { readonly entity: Word }[] {
  return [...writes, ...dependsOn.map((entity) => ({ entity }))];
}
