/** Generated code declares each name once, and none that it needs for something else. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { isGet } from '../../../layout/serving.js';
import { isMaintained, returned, type Word } from '../../../model.js';
import {
  aggregateKeyName,
  argumentsName,
  camel,
  entityNames,
  indexName,
  pageTypeName,
  pascal,
  ruleTypeName,
  sequenceName,
} from '../../../names.js';
import { accessRules } from '../../../resolve/access/statements.js';
import { filterNames } from '../../../resolve/comparisons.js';
import { edgeFieldsOf } from '../../../resolve/edges.js';
import { type ResolvedModel, valuesTakenBy } from '../../../resolve/resolved-model.js';
import { codegenTypes, reservedTypes, reservedWords } from '../../foreign-names.js';
import type { Check, Finding } from '../../row.js';

export const identifierChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'name-clash',
    *check(resolved) {
      // One finding for each name that was written, however many are made from it.
      const reported = new Set<string>();
      yield* clashes(schemaNames(resolved), reported, {
        file: 'graphql.ts, which GraphQL Codegen writes,',
        taken: new Map([
          ...Array.from(codegenTypes, (name) => [name, 'for itself'] as const),
          ...Array.from(
            reservedTypes,
            (name) => [name, 'for no type: it is a word of the language'] as const,
          ),
        ]),
      });
      yield* clashes(entityTypeNames(resolved), reported, { file: 'entities.ts' });
      yield* clashes(ruleNames(resolved), reported, { file: 'rules.ts' });
      yield* clashes(keyNames(resolved), reported, { file: 'keys.ts' });
      yield* clashes(codecNames(resolved), reported, { file: 'items.ts' });
      yield* clashes(queryNames(resolved), reported, {
        file: 'queries.ts',
        taken: new Map(Array.from(reservedWords, (name) => [name, 'as a word of the language'] as const)),
      });
      yield* clashes(loaderNames(resolved), reported, { file: 'loaders.ts' });
      yield* smallTypes(resolved);
      yield* inputClashes(resolved);
    },
  },
];

/** A name in generated code, and what it is made from. */
interface Declared {
  readonly name: string;
  readonly from: string;
  readonly at: Span;
}

interface Module {
  readonly file: string;
  /** Names it has for something else, and for what. */
  readonly taken?: ReadonlyMap<string, string>;
}

function* clashes(
  declared: readonly Declared[],
  reported: Set<string>,
  { file, taken = new Map() }: Module,
): Generator<Finding> {
  const seen = new Map<string, Declared>();
  for (const one of declared) {
    const earlier = seen.get(one.name);
    seen.set(one.name, earlier ?? one);
    if (reported.has(one.from)) continue;
    if (earlier && earlier.from !== one.from) {
      reported.add(one.from);
      yield {
        at: one.at,
        message: `${file} would declare \`${one.name}\` twice: for ${earlier.from} and for ${one.from}.`,
        notes: [{ message: 'the first one', at: earlier.at }],
        hint: 'Rename one of them.',
      };
    } else if (taken.has(one.name)) {
      reported.add(one.from);
      yield {
        at: one.at,
        message: `${file} would declare \`${one.name}\` for ${one.from}, and has that name ${taken.get(one.name)}.`,
        hint: 'Rename it.',
      };
    }
  }
}

/** What Codegen makes of the schema: its types, and a type for the arguments of a field and the resolvers of a type. */
function schemaNames({ model, entities }: ResolvedModel): Declared[] {
  const types = [...model.sdl.types.values()].filter(({ kind }) => kind !== 'scalar');
  return [
    ...types.map(({ name, at }) => ({ name, from: `type \`${name}\``, at })),
    ...types.flatMap(({ name, kind, fields, at }) =>
      kind === 'enum' || kind === 'input'
        ? []
        : [
            { name: `${name}Resolvers`, from: `the resolvers of \`${name}\``, at },
            ...fields
              .filter((field) => field.arguments.length > 0)
              .map((field) => ({
                name: argumentsName(name, field.name),
                from: `the arguments of \`${name}.${field.name}\``,
                at: field.at,
              })),
          ],
    ),
    ...[...entities.values()].map(({ name, model: { name: word } }) => ({
      name: `${name}Record`,
      from: `the records of \`${name}\``,
      at: word.at,
    })),
  ];
}

/** Codegen writes a field's name with a capital where it names its arguments, but the name of a type as it is. */
function* smallTypes({ model: { sdl } }: ResolvedModel): Generator<Finding> {
  for (const type of sdl.types.values()) {
    for (const field of type.fields) {
      const other = sdl.types.get(field.name);
      if (
        type.kind === 'input' ||
        field.arguments.length === 0 ||
        !other ||
        other.name === pascal(other.name)
      )
        continue;
      yield {
        at: other.at,
        message: `GraphQL Codegen cannot tell the type \`${other.name}\` from the field \`${type.name}.${field.name}\`, whose arguments it names.`,
        notes: [{ message: 'the field', at: field.at }],
        hint: `Call the type \`${pascal(other.name)}\`.`,
      };
    }
  }
}

function entityTypeNames({ model, entities }: ResolvedModel): Declared[] {
  return [
    ...[...entities.values()].flatMap(({ name, model: { name: word } }) => {
      const { record, create, changes, key } = entityNames(name);
      return [record, create, changes, key, `${record}Page`].map((one) => ({
        name: one,
        from: `entity \`${name}\``,
        at: word.at,
      }));
    }),
    ...pageNames(model),
  ];
}

function ruleNames({ model }: ResolvedModel): Declared[] {
  const rules = new Map<string, Word>();
  for (const word of ruleWords(model)) if (!rules.has(word.text)) rules.set(word.text, word);
  return [...rules.values()].map((word) => ({
    name: ruleTypeName(word.text),
    from: `rule \`${word.text}\``,
    at: word.at,
  }));
}

/** Of connections whose edges have attributes of a join. */
function pageNames(model: ResolvedModel['model']): Declared[] {
  const connections = new Map<string, Word>();
  for (const pattern of model.patterns) {
    const edge = pattern.leadsTo && edgeFieldsOf(model, pattern);
    if (!edge || edge.fields.length === 0 || edge.connection === `${returned(pattern).text}Connection`)
      continue;
    connections.set(edge.connection, connections.get(edge.connection) ?? pattern.name);
  }
  return Array.from(connections, ([connection, { at }]) => ({
    name: pageTypeName(connection),
    from: `type \`${connection}\``,
    at,
  }));
}

function ruleWords(model: ResolvedModel['model']): Word[] {
  const access = accessRules(model);
  const words = [
    access.viewer,
    ...access.allowing,
    ...model.rules.map((rule) => rule.name),
    ...model.patterns.flatMap((pattern) => [pattern.allow, pattern.visible]),
    ...model.mutations.flatMap((mutation) => [mutation.allow, mutation.prepare, mutation.alongside]),
    ...model.entities.flatMap((entity) =>
      entity.validate.map(({ validation }) => (validation.kind === 'rule' ? validation.rule : undefined)),
    ),
  ];
  return words.filter((word) => word !== undefined);
}

function keyNames({ model, entities }: ResolvedModel): Declared[] {
  return [
    ...model.tables.flatMap(({ name, indexes }) => [
      { name: `${camel(name.text)}Table`, from: `table \`${name.text}\``, at: name.at },
      ...indexes.map((index) => ({
        name: `${camel(name.text)}${indexName(index.name.text)}`,
        from: `index \`${index.name.text}\` of \`${name.text}\``,
        at: index.name.at,
      })),
    ]),
    ...[...entities.values()].flatMap(({ name, model: { name: word } }) => {
      const { keyBuilder, keyParser } = entityNames(name);
      return [keyBuilder, keyParser].map((one) => ({ name: one, from: `entity \`${name}\``, at: word.at }));
    }),
    ...aggregateNames({ model, entities }),
    ...model.patterns.map(({ name }) => ({
      name: `${name.text}EntryKeys`,
      from: `pattern \`${name.text}\``,
      at: name.at,
    })),
  ];
}

function codecNames({ entities }: ResolvedModel): Declared[] {
  return [...entities.values()].map(({ name, model: { name: word } }) => ({
    name: entityNames(name).codec,
    from: `entity \`${name}\``,
    at: word.at,
  }));
}

function queryNames({ model, entities }: ResolvedModel): Declared[] {
  return model.patterns.flatMap((pattern) => {
    const { text, at } = pattern.name;
    const from = `pattern \`${text}\``;
    if (pattern.cardinality === 'mixed') return [text, `${text}Members`].map((name) => ({ name, from, at }));
    const entity = entities.get(pattern.target.text);
    if (!entity || isGet(pattern, { keyFields: entity.keyFields ?? [] })) return [];
    return [text, `${text}Held`].map((name) => ({ name, from, at }));
  });
}

/** Of the numbers that writes keep. */
function aggregateNames({ model, entities }: Pick<ResolvedModel, 'model' | 'entities'>): Declared[] {
  return [
    ...model.patterns.flatMap((pattern) =>
      isMaintained(pattern) || pattern.total
        ? [
            {
              name: aggregateKeyName(pattern.name.text),
              from: `pattern \`${pattern.name.text}\``,
              at: pattern.name.at,
            },
          ]
        : [],
    ),
    ...[...entities.values()].flatMap(({ name, model: { generate } }) =>
      generate.flatMap(({ field, within }) =>
        within
          ? [
              {
                name: sequenceName(name, field.text),
                from: `attribute \`${name}.${field.text}\``,
                at: field.at,
              },
            ]
          : [],
      ),
    ),
  ];
}

function loaderNames({ model, entities }: ResolvedModel): Declared[] {
  return [
    ...[...entities.values()].map(({ name, model: { name: word } }) => ({
      name: entityNames(name).loader,
      from: `entity \`${name}\``,
      at: word.at,
    })),
    ...model.patterns.flatMap(({ name, target, cardinality }) => {
      const kind = model.sdl.types.get(target.text)?.kind;
      return cardinality === 'one' && (kind === 'interface' || kind === 'union')
        ? [{ name: name.text, from: `pattern \`${name.text}\``, at: name.at }]
        : [];
    }),
  ];
}

/** What a query function is given: attributes, bounds, `bucket`, `order`, and a filter's arguments. */
function* inputClashes(resolved: ResolvedModel): Generator<Finding> {
  for (const pattern of resolved.model.patterns) {
    const { name, where, narrow, bucket, in: given, leadsTo } = pattern;
    const inputs = new Map<string, { readonly from: string; readonly at: Span }>();
    // A query across buckets takes the present moment.
    if (bucket && !given) inputs.set('now', { from: '', at: bucket.at });
    for (const use of valuesTakenBy(resolved, name)) {
      if (use.source.kind === 'through' || use.role === 'kind') continue;
      // A constant takes its attribute's name from what a join leads to.
      if (use.source.kind === 'literal' && !(leadsTo && use.role === 'equality')) continue;
      const path = use.source.kind === 'literal' ? [String(use.source.value)] : use.source.path;
      const bindings = [...where, ...narrow, ...(leadsTo?.where ?? [])];
      const field = bindings.find((binding) => binding.source === use.source)?.field.text;
      const names = {
        equality: field,
        key: field,
        narrow: field,
        bound: use.operator?.text,
        filter: filterNames(pattern).get(path.join('.')),
        bucket: 'bucket',
        order: 'order',
      } as const;
      const input = names[use.role as keyof typeof names];
      if (input === undefined) continue;
      const from = `${use.source.kind}.${path.join('.')}`;
      const earlier = inputs.get(input);
      inputs.set(input, earlier ?? { from, at: use.source.at });
      const isFixed = use.role === 'narrow' && where.some((one) => one.field.text === field);
      if (!earlier || earlier.from === from || isFixed) continue;
      yield {
        at: use.source.at,
        message: `The query of pattern \`${name.text}\` would have two arguments \`${input}\`.`,
        notes: [{ message: 'the first one', at: earlier.at }],
        hint: 'Rename the attribute or the argument.',
      };
    }
  }
}
