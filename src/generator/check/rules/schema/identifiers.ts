/** Generated code declares each name once, and none that it needs for something else. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { isGet } from '../../../layout/serving.js';
import { isMaintained, returned, type Word } from '../../../model.js';
import {
  aggregateKeyName,
  camel,
  entityNames,
  indexName,
  pageTypeName,
  pascal,
  ruleTypeName,
  sequenceName,
} from '../../../names.js';
import { edgeFieldsOf } from '../../../resolve/edges.js';
import { type ResolvedModel, valuesTakenBy } from '../../../resolve/resolved-model.js';
import { reservedTypes, reservedValues, reservedWords } from '../../reserved.js';
import type { Check, Finding } from '../../row.js';

export const identifierChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'name-clash',
    purpose: 'Generated code declares each name once, and none it needs for something else.',
    *check(resolved) {
      // One finding for each name that was written, however many are made from it.
      const told = new Set<string>();
      yield* clashes(typeNames(resolved), reservedTypes, told);
      yield* clashes(valueNames(resolved), new Set([...reservedValues, ...reservedWords]), told);
      yield* clashes(loaderNames(resolved), new Set([...reservedValues, ...reservedWords, 'session']), told);
      yield* smallEntities(resolved);
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

function* clashes(
  declared: readonly Declared[],
  reserved: ReadonlySet<string>,
  told: Set<string>,
): Generator<Finding> {
  const seen = new Map<string, Declared>();
  for (const one of declared) {
    const earlier = seen.get(one.name);
    seen.set(one.name, earlier ?? one);
    if (told.has(one.from)) continue;
    if (earlier && earlier.from !== one.from) {
      told.add(one.from);
      yield {
        at: one.at,
        message: `Generated code would declare \`${one.name}\` twice: for ${earlier.from} and for ${one.from}.`,
        notes: [{ message: 'the first one', at: earlier.at }],
        hint: 'Rename one of them.',
      };
    } else if (reserved.has(one.name)) {
      told.add(one.from);
      yield {
        at: one.at,
        message: `Generated code would declare \`${one.name}\` for ${one.from}, but needs that name itself.`,
        hint: 'Rename it.',
      };
    }
  }
}

function typeNames({ model, entities }: ResolvedModel): Declared[] {
  const attributeTypes = new Set(
    [...entities.values()].flatMap(({ attributes }) => [...attributes.values()].map((one) => one.of)),
  );
  const rules = new Map<string, Word>();
  for (const word of ruleWords(model)) if (!rules.has(word.text)) rules.set(word.text, word);
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
    ...[...rules.values()].map((word) => ({
      name: ruleTypeName(word.text),
      from: `rule \`${word.text}\``,
      at: word.at,
    })),
    ...[...model.sdl.types.values()]
      .filter((type) => attributeTypes.has(type.name) && (type.kind === 'enum' || type.kind === 'object'))
      .map((type) => ({ name: pascal(type.name), from: `type \`${type.name}\``, at: type.at })),
  ];
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
  const words = [
    ...model.rules.map((rule) => rule.name),
    ...model.patterns.flatMap((pattern) => [pattern.allow, pattern.visible]),
    ...model.mutations.flatMap((mutation) => [mutation.allow, mutation.prepare, mutation.alongside]),
    ...model.entities.flatMap((entity) =>
      entity.validate.map(({ validation }) => (validation.kind === 'rule' ? validation.rule : undefined)),
    ),
  ];
  return words.filter((word) => word !== undefined);
}

/** Of keys.ts, items.ts, writes.ts and queries.ts, which import from one another. */
function valueNames({ model, entities }: ResolvedModel): Declared[] {
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
      const { keyBuilder, keyParser, codec, writes } = entityNames(name);
      return [keyBuilder, keyParser, codec, writes].map((one) => ({
        name: one,
        from: `entity \`${name}\``,
        at: word.at,
      }));
    }),
    ...aggregateNames({ model, entities }),
    ...model.patterns.flatMap((pattern) => {
      const entity = entities.get(pattern.target.text);
      if (pattern.cardinality === 'mixed')
        return [
          { name: pattern.name.text, from: `pattern \`${pattern.name.text}\``, at: pattern.name.at },
          {
            name: `${pattern.name.text}Members`,
            from: `pattern \`${pattern.name.text}\``,
            at: pattern.name.at,
          },
        ];
      if (!entity || isGet(pattern, { keyFields: entity.keyFields ?? [] })) return [];
      return [{ name: pattern.name.text, from: `pattern \`${pattern.name.text}\``, at: pattern.name.at }];
    }),
  ];
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

/** Of loaders.ts; an entity's is also the parameter of its functions. */
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

/** Types begin with a capital and functions with a small letter: that is what tells them apart. */
function* smallEntities({ entities }: ResolvedModel): Generator<Finding> {
  for (const { name, model, type } of entities.values()) {
    const { key, keyBuilder } = entityNames(name);
    if (key !== keyBuilder) continue;
    yield {
      at: model.name.at,
      message: `Generated code would declare \`${key}\` twice, as a type and as a function: \`${name}\` begins with a lowercase letter.`,
      notes: [{ message: 'the type', at: type.at }],
      hint: `Rename the type to \`${pascal(name)}\`.`,
    };
  }
}

/** What a query function is given: attributes, bounds, `bucket`, `order`, and a filter's arguments. */
function* inputClashes(resolved: ResolvedModel): Generator<Finding> {
  for (const { name, where, narrow, bucket, in: given, leadsTo } of resolved.model.patterns) {
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
        filter: path.at(-1),
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
