/** Model -> plan. The model has passed its checks; anything missing here is our own bug and throws. */

import { isInverted } from '../encodings.js';
import { type EntityLayout, isGet, type Layout, sortFields } from '../layout/layout.js';
import { mixedAccess } from '../layout/mixed.js';
import {
  multiAttributeAccess,
  multiAttributeFields,
  multiAttributeKeys,
  ofKind,
  othersInIndex,
} from '../layout/multi-attribute.js';
import { referencePlan } from '../layout/references.js';
import type {
  Binding,
  FieldPath,
  FilterModel,
  IndexModel,
  Model,
  MutationModel,
  PatternModel,
  Source,
  TransactionModel,
  TypeRef,
} from '../model.js';
import { isMaintained, namedType, printType, returned } from '../model.js';
import { camel, entityNames, indexName, pascal, ruleTypeName } from '../names.js';
import { edgeOf } from '../resolve/edges.js';
import type { ResolvedAttribute, ResolvedModel } from '../resolve/resolved-model.js';
import { fieldAt, shapeOf, storedMembers } from '../resolve/sdl.js';
import { holesOf } from '../resolve/templates.js';
import { typedValue, typeOfSource } from '../resolve/value-paths.js';
import { withPrefetch } from './prefetch.js';
import { withProjection } from './projections.js';
import { idempotentPlan, madeBy, madeName, originOf, tokensOf, transactionPlan } from './transactions.js';
import type {
  Access,
  ExistsAccess,
  FilterPlan,
  FilterValue,
  GetAccess,
  PatternPlan,
  QueryAccess,
  RangeOperator,
  ThroughValue,
} from './types/access.js';
import type { Plan } from './types/plan.js';
import type { ResolverPlan } from './types/resolvers.js';
import type { RulePlan } from './types/rules.js';
import type { AttributePlan, EntityPlan, ItemPlan, TablePlan, TemplatePart } from './types/storage.js';
import type { FieldRef, NamedValue, ValuePlan } from './types/values.js';
import type { ConditionPlan, ConditionValue, MutationPlan, TransactionPlan } from './types/writes.js';
import { mutationCost, ruleCost, transactionCost } from './write-costs.js';
import type { Stored } from './write-units.js';

const defaultPage = { default: 20, max: 100 };
const defaultAcross = 12;
const defaultUpTo = 10_000;
const defaultEach = 100;

export function planOf(resolved: ResolvedModel, layout: Layout): Plan {
  const { model } = resolved;
  const entities = [...layout.entities.values()].map((entity) => entityPlan(model, layout, entity));
  const resolvers = resolverPlans(model);
  const patterns = withPrefetch(
    model.patterns.map((pattern) => patternPlan(resolved, layout, pattern)),
    { entities, resolvers },
  );
  const writes = model.mutations.map((mutation) => mutationPlan(resolved, layout, mutation));
  const wholes = model.transactions.map((one) =>
    transactionPlan(model, layout, one, {
      value: valuesIn(resolved, one, one.for),
      typeOf: (source) => typeOfSource(resolved, one.for, source),
      field: fieldRef(one.for),
    }),
  );
  const keepers = new Set([...writes, ...wholes].flatMap(({ idempotent }) => idempotent?.table ?? []));
  const tables = tablePlans(layout, keepers);
  const rules = rulePlans(model, { entities, tables });
  const stored = { entities, tables };
  const mutations = writes.map(
    (write): MutationPlan => ({ ...write, cost: mutationCost(stored, rules, write) }),
  );
  const transactions = wholes.map((whole): TransactionPlan => {
    const steps = writes.filter(({ name }) => whole.steps.some(({ mutation }) => mutation === name));
    const hasToken = whole.idempotent !== undefined;
    return { ...whole, cost: transactionCost(stored, rules, { steps, hasToken }) };
  });
  const enums = new Set(
    entities.flatMap((entity) =>
      entity.attributes.filter((one) => one.encoding === 'enum').map((one) => one.of),
    ),
  );
  return {
    format: 1,
    tables,
    entities: withProjection(entities, patterns),
    patterns,
    mutations,
    ...(transactions.length > 0 ? { transactions } : {}),
    rules,
    resolvers,
    enums: Object.fromEntries(
      [...enums].sort().map((name) => [name, model.sdl.types.get(name)?.values ?? []]),
    ),
  };
}

function tablePlans(layout: Layout, keepers: ReadonlySet<string>): TablePlan[] {
  return layout.tables.map(
    (table): TablePlan => ({
      name: table.name.text,
      physicalName: table.physicalName,
      partition: table.partition.text,
      sort: table.sort?.text ?? null,
      indexes: table.indexes.map((index) => ({
        name: index.name.text,
        kind: index.kind === 'local' ? 'local' : 'global',
        partition: index.partition.text,
        sort: index.sort?.text ?? null,
        project:
          index.project.kind === 'include'
            ? { kind: 'include', attributes: index.project.fields.map((word) => word.text) }
            : { kind: index.project.kind },
        ...(index.multiAttribute
          ? {
              multiAttribute: multiAttributeKeys(
                index.multiAttribute,
                [...layout.entities.values()]
                  .filter((entity) => entity.table === table)
                  .map((entity) => entity.attributes),
              ),
            }
          : {}),
      })),
      ...(table.isOpen && table.indexes.length > 0 ? { isMade: true } : {}),
      ttl: table.ttl?.text ?? null,
      ...tokensOf(table, keepers.has(table.name.text)),
    }),
  );
}

function entityPlan(whole: Model, layout: Layout, entity: EntityLayout): EntityPlan {
  const { model, table, attributes, items, keyFields, guards, aggregates } = entity;
  const references = entity.references.map((one) =>
    referencePlan(whole, model, one, layout.entities.get(one.to)?.keyFields ?? []),
  );
  const revision = [...attributes.values()].find((one) => one.generated === 'revision')?.name ?? null;
  return {
    name: model.name.text,
    names: entityNames(model.name.text),
    table: table.name.text,
    attributes: Array.from(attributes.values(), attributePlan),
    items,
    guards,
    ...(aggregates.length > 0 ? { aggregates } : {}),
    ...(references.length > 0 ? { references } : {}),
    revision: model.immutable === true || model.historyOf ? null : revision,
    ttl: model.ttl && table.ttl ? { attribute: table.ttl.text, field: model.ttl.text } : null,
    keyFields,
    historyOf: model.historyOf?.text ?? null,
    ...(model.keep?.seconds !== undefined && table.ttl ? { expires: table.ttl.text } : {}),
  };
}

function attributePlan({ name, type, at: _at, ...rest }: ResolvedAttribute): AttributePlan {
  const elements = type.kind === 'list' ? { elements: type.of } : {};
  return { name, type: printType(type), ...elements, ...rest };
}

// --- patterns ---

function patternPlan(resolved: ResolvedModel, layout: Layout, pattern: PatternModel): PatternPlan {
  return {
    name: pattern.name.text,
    cardinality: pattern.cardinality,
    target: returned(pattern).text,
    field: fieldRef(pattern.for),
    access: access(resolved, layout, pattern),
    inputs: inputsOf(resolved, pattern),
    filterInputs: filterSources(pattern.filter).map((source) => ({
      name: sourceName(source),
      value: valuePlan(resolved, pattern.for, source),
    })),
    allow: pattern.allow?.text ?? null,
    visible: pattern.visible?.text ?? null,
  };
}

function access(resolved: ResolvedModel, layout: Layout, pattern: PatternModel): Access {
  const { model } = resolved;
  const entity = layout.entities.get(pattern.target.text);
  if (pattern.cardinality === 'mixed')
    return mixedAccess(
      model,
      layout,
      pattern,
      (name, member) => query(resolved, layout, name, member),
      pattern.filter ? filterPlan(pattern.filter) : null,
    );
  if (!entity) {
    if (pattern.type) {
      const members = pattern.type.members.map((member) => ({
        value: member.value.text,
        entity: member.entity.text,
      }));
      return { kind: 'typed', by: valuePlan(resolved, pattern.for, pattern.type.by), members };
    }
    return { kind: 'any', entities: storedMembers(model, pattern.target.text) };
  }
  if (isMaintained(pattern))
    return {
      kind: 'aggregate',
      entity: pattern.target.text,
      number: pattern.name.text,
      consistent: pattern.consistent,
    };
  const each = eachOf(pattern);
  const read: GetAccess | QueryAccess = isGet(pattern, entity)
    ? {
        kind: 'get',
        entity: pattern.target.text,
        consistent: pattern.consistent,
        ...(each && pattern.cardinality === 'many' ? { each } : {}),
      }
    : query(resolved, layout, entity, pattern);
  if (read.kind === 'query' && pattern.cardinality === 'count')
    return { kind: 'count', query: read, upTo: pattern.upTo?.count ?? defaultUpTo };
  if (pattern.cardinality === 'exists') return { kind: 'exists', by: read, each };
  if (!pattern.leadsTo) return read;
  return {
    kind: 'through',
    join: read,
    entity: pattern.leadsTo.target.text,
    key: pattern.leadsTo.where.map(
      ({ field, source }): ThroughValue => ({
        name: field.text,
        value:
          source.kind === 'through' ? throughValue(entity, source) : valuePlan(resolved, pattern.for, source),
      }),
    ),
    edge: edgeOf(model, pattern),
  };
}

function throughValue(join: EntityLayout, { path }: Source & { kind: 'through' }): ThroughValue['value'] {
  const [attribute = ''] = path;
  return { kind: 'through', attribute, nullable: join.attributes.get(attribute)?.nullable ?? true };
}

/** The binding of a whole key that takes a list. */
function eachOf(pattern: PatternModel): ExistsAccess['each'] {
  const list = pattern.where.find((binding) => binding.each !== undefined);
  return list ? { field: list.field.text, max: pattern.page?.max ?? defaultEach } : null;
}

function query(
  resolved: ResolvedModel,
  layout: Layout,
  entity: EntityLayout,
  pattern: PatternModel,
): QueryAccess {
  const read = layout.reads.get(pattern.name.text);
  if (!read) throw new Error(`pattern ${pattern.name.text} was not laid out`);
  const { slot } = read;
  const inPartition = new Set(holesOf(slot.partition).map((hole) => hole.field));
  const bound = new Set(pattern.where.map((binding) => binding.field.text));
  const equals = pattern.where.map(({ field, each }): QueryAccess['equals'][number] => ({
    field: field.text,
    in: inPartition.has(field.text) ? 'partition' : 'sort',
    ...(each ? { each: each === 'list' ? each : each.map(({ value }) => value) } : {}),
  }));
  const head: TemplatePart[] = [];
  const rest = [...(slot.sort?.parts ?? [])];
  while (rest[0] && (rest[0].kind === 'literal' || (rest[0].kind === 'hole' && bound.has(rest[0].field)))) {
    head.push(rest[0]);
    rest.shift();
  }
  const narrow = narrowParts(pattern, rest);
  const ranged = rest[0]?.kind === 'hole' ? rest[0] : undefined;
  const isOpposite = sortFields(pattern).length > 0 && ranged !== undefined && isInverted(ranged.encode);
  const item = entity.items[read.item];
  const index = entity.table.indexes.find((one) => one.name.text === slot.index);
  const { bucket, order } = pattern;
  const filter = pattern.filter ? filterPlan(pattern.filter) : null;
  const shares =
    index?.multiAttribute && othersInIndex(index.multiAttribute, entity, layout.entities.values()).length > 0;
  const descending = pattern.sort[0]?.descending ?? false;
  return {
    kind: 'query',
    entity: pattern.target.text,
    item: read.item,
    index: slot.index,
    partition: slot.partition,
    sort: slot.sort,
    shards: slot.shards,
    equals,
    head,
    ...(narrow.length > 0 ? { narrow: { parts: narrow, last: pattern.last ? 'prefix' : 'whole' } } : {}),
    terminated: rest.length > 1,
    range:
      pattern.range && ranged
        ? {
            field: pattern.range.field.text,
            encode: ranged.encode,
            bounds: pattern.range.bounds.map((one) => one.operator.text as RangeOperator),
          }
        : null,
    ...(index?.multiAttribute ? { multiAttribute: multiAttributeAccess(pattern, index.multiAttribute) } : {}),
    filter: shares ? ofKind(pattern.target.text, filter) : filter,
    bucket: bucket
      ? {
          field: bucket.field.text,
          unit: bucket.unit.text as 'year' | 'month' | 'day' | 'hour',
          reads: pattern.in
            ? {
                kind: 'given',
                ...(typeOfSource(resolved, pattern.for, pattern.in)?.kind === 'list' ? { list: true } : {}),
              }
            : { kind: 'across', count: pattern.across?.count ?? defaultAcross },
        }
      : null,
    order: order ? { kind: 'chosen', descending } : { kind: 'fixed', descending },
    ...(isOpposite ? { isInverted: true as const } : {}),
    orderBy: sortFields(pattern),
    covering: coveringOf(entity, item, index),
    consistent: pattern.consistent,
    page: pageOf(pattern),
    ...(pattern.total ? { total: pattern.name.text } : {}),
    ...(pattern.limit ? { limit: valuePlan(resolved, pattern.for, pattern.limit) } : {}),
    function: pattern.name.text,
    why: read.why,
  };
}

/** Takes the optional equalities off what is left of the sort key, each with the literal behind it. */
function narrowParts(
  pattern: PatternModel,
  rest: TemplatePart[],
): NonNullable<QueryAccess['narrow']>['parts'][number][] {
  return pattern.narrow.flatMap(() => {
    const hole = rest.shift();
    if (hole?.kind !== 'hole') return [];
    const then = rest[0]?.kind === 'literal' ? rest[0].text : '';
    if (then !== '') rest.shift();
    return [{ hole, then }];
  });
}

function pageOf({ page }: PatternModel): QueryAccess['page'] {
  return {
    default: page?.default ?? Math.min(defaultPage.default, page?.max ?? defaultPage.max),
    max: page?.max ?? Math.max(defaultPage.max, page?.default ?? 0),
  };
}

/** What a query's items hold: an entry what it includes, an index what it projects. */
function coveringOf(
  entity: EntityLayout,
  item: ItemPlan | undefined,
  index: IndexModel | undefined,
): QueryAccess['covering'] {
  if (!item) throw new Error(`${entity.model.name.text} has no such item`);
  const loader = camel(entity.model.name.text);
  const projected = index?.project.kind === 'include' ? index.project.fields.map((word) => word.text) : [];
  const isWhole = !index || index.project.kind === 'all';
  if (item.covering.kind === 'all') {
    if (isWhole) return { kind: 'all' };
    // The keys are projected always.
    const held = [
      ...new Set([...(index.multiAttribute ? multiAttributeFields(index.multiAttribute) : []), ...projected]),
    ];
    const attributes = held.filter((name) => entity.attributes.has(name));
    return {
      kind: 'some',
      name: `${loader}${indexName(index.name.text)}Holds`,
      attributes,
      key: 'item',
    };
  }
  const attributes = isWhole
    ? item.covering.attributes
    : item.covering.attributes.filter((name) => projected.includes(name));
  return { kind: 'some', name: `${loader}${pascal(item.for ?? '')}Holds`, attributes, key: 'fields' };
}

function filterPlan(filter: FilterModel): FilterPlan {
  if (filter.kind === 'not') return { kind: 'not', of: filterPlan(filter.of) };
  if (filter.kind !== 'compare') return { kind: filter.kind, of: filter.of.map(filterPlan) };
  const values = filter.values.map(
    (source): FilterValue =>
      source.kind === 'literal'
        ? { kind: 'literal', value: source.value }
        : { kind: 'input', name: sourceName(source) },
  );
  return {
    kind: 'compare',
    field: filter.field.text,
    operator: filter.operator,
    values,
    isList: filter.isList,
  };
}

/** The arguments a filter uses, each once. */
function filterSources(filter: FilterModel | undefined): Exclude<Source, { kind: 'literal' }>[] {
  const found = new Map<string, Exclude<Source, { kind: 'literal' }>>();
  const walk = (part: FilterModel) => {
    if (part.kind === 'not') walk(part.of);
    else if (part.kind !== 'compare') part.of.forEach(walk);
    else
      for (const source of part.values) if (source.kind !== 'literal') found.set(sourceName(source), source);
  };
  if (filter) walk(filter);
  return [...found.values()];
}

/** What a generated query calls an argument: `$input.minTotal` is `minTotal`. */
function sourceName(source: Exclude<Source, { kind: 'literal' }>): string {
  return source.path.at(-1) ?? '';
}

// --- mutations ---

function mutationPlan(
  resolved: ResolvedModel,
  layout: Layout,
  mutation: MutationModel,
): Omit<MutationPlan, 'cost'> {
  const { model } = resolved;
  const entity = layout.entities.get(mutation.entity.text);
  if (!entity) throw new Error(`mutation ${mutation.name.text} has no entity`);
  const transaction = model.transactions.find(({ name }) => name === mutation.step?.transaction);
  const value = valuesIn(resolved, transaction, mutation.for);
  const given = [
    ...namedValues(mutation.given, value),
    ...(transaction ? madeValues(entity, transaction, mutation) : []),
  ];
  const isGiven = (name: string) => given.some((one) => one.name === name);
  const input = mutation.from ? inputValues(resolved, entity, mutation, mutation.from) : [];
  return {
    name: mutation.name.text,
    kind: mutation.kind,
    entity: mutation.entity.text,
    field: fieldRef(mutation.for),
    key: namedValues(mutation.where, value),
    values: [...input.filter(({ name }) => !isGiven(name)), ...given],
    set: mutation.set.map(({ field, value: literal }) => ({ field: field.text, value: literal.value })),
    ...elementPlans(resolved, mutation, value),
    ...requirePlans(mutation, entity, value),
    ...expiryPlan(mutation, value, entity.model.ttl?.text),
    expect: mutation.expect ? value(mutation.expect) : null,
    prepare: mutation.prepare?.text ?? null,
    alongside: mutation.alongside?.text ?? null,
    allow: mutation.allow?.text ?? null,
    ...(mutation.idempotent
      ? { idempotent: idempotentPlan(layout, mutation.entity.text, mutation.idempotent, value) }
      : {}),
    ...(mutation.step ? { step: mutation.step.name.text } : {}),
  };
}

/** What plans the values of a mutation; those of a step may come from earlier ones. */
function valuesIn(
  resolved: ResolvedModel,
  transaction: TransactionModel | undefined,
  path: FieldPath | undefined,
): (source: Source) => ValuePlan {
  if (!transaction) return (source) => valuePlan(resolved, path, source);
  return (source) => {
    const origin = originOf(resolved.model, transaction, source, (one) => typeOfSource(resolved, path, one));
    return origin.kind === 'made' ? origin : valuePlan(resolved, path, origin.source);
  };
}

/** The ids of a new record that later steps take: made before the writes. */
function madeValues(
  entity: EntityLayout,
  transaction: TransactionModel,
  { kind, prepare, step }: MutationModel,
): NamedValue[] {
  const name = step?.name.text ?? '';
  if (kind !== 'create' || prepare) return [];
  return [...madeBy(transaction, name)]
    .filter((attribute) => entity.attributes.get(attribute)?.generated === 'uuidv7')
    .map((attribute) => ({ name: attribute, value: { kind: 'made', name: madeName(name, attribute) } }));
}

function elementPlans(
  resolved: ResolvedModel,
  { elements, for: path }: MutationModel,
  value: (source: Source) => ValuePlan,
): Pick<MutationPlan, 'elements'> {
  if (elements.length === 0) return {};
  return {
    elements: elements.map(({ how, field, source }) => ({
      how,
      field: field.text,
      value: value(source),
      ...(isList(typeOfSource(resolved, path, source)) ? { isList: true } : {}),
    })),
  };
}

function isList(type: TypeRef | undefined): boolean {
  return type?.kind === 'list';
}

function requirePlans(
  { require }: MutationModel,
  entity: EntityLayout,
  value: (source: Source) => ValuePlan,
): Pick<MutationPlan, 'require'> {
  if (require.length === 0) return {};
  const planOf = (condition: FilterModel): ConditionPlan => {
    if (condition.kind === 'not') return { kind: 'not', of: planOf(condition.of) };
    if (condition.kind !== 'compare') return { kind: condition.kind, of: condition.of.map(planOf) };
    const { field, operator, isList } = condition;
    const values = condition.values.map((source) =>
      source.kind === 'current' ? currentValue(entity, source) : value(source),
    );
    return { kind: 'compare', field: field.text, operator, values, isList };
  };
  return {
    require: require.map(({ name, condition }) => ({ name: name.text, condition: planOf(condition) })),
  };
}

function currentValue(entity: EntityLayout, { path }: Source & { kind: 'current' }): ConditionValue {
  const [field = ''] = path;
  return { kind: 'current', field, nullable: entity.attributes.get(field)?.nullable ?? true };
}

const timeUnits = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' } as const;

function expiryPlan(
  { kind, to, extend, entity }: MutationModel,
  value: (source: Source) => ValuePlan,
  ttl: string | undefined,
): Pick<MutationPlan, 'expiry'> {
  if (kind !== 'touch') return {};
  if (ttl === undefined) throw new Error(`${entity.text} does not expire`);
  if (to) return { expiry: { field: ttl, to: value(to) } };
  const [, count = '0', unit = 's'] = /^(\d+)([smhd])$/.exec(extend?.text ?? '') ?? [];
  return {
    expiry: {
      field: ttl,
      to: { kind: 'later', unit: timeUnits[unit as keyof typeof timeUnits], count: Number(count) },
    },
  };
}

/**
 * The fields of the input type that are attributes; what the key, an element update or the expected revision takes is not
 * among them.
 */
function inputValues(
  resolved: ResolvedModel,
  entity: EntityLayout,
  mutation: MutationModel,
  from: Source,
): NamedValue[] {
  const type = typeOfSource(resolved, mutation.for, from);
  const input = type && resolved.model.sdl.types.get(namedType(type));
  const ofKey = mutation.where.filter(
    ({ field, source }) => source.kind === 'argument' && source.path.at(-1) === field.text,
  );
  const taken = new Set(
    [...ofKey, ...mutation.elements].map(({ source }) =>
      source.kind === 'argument' ? source.path.join('.') : '',
    ),
  );
  return (input?.fields ?? []).flatMap((field) => {
    const attribute = entity.attributes.get(field.name);
    if (!attribute || attribute.generated === 'revision' || attribute.computed) return [];
    const path = from.kind === 'argument' ? [...from.path, field.name] : [field.name];
    if (taken.has(path.join('.'))) return [];
    return [{ name: field.name, value: { kind: 'argument', path, nullable: !field.type.nonNull } }];
  });
}

// --- rules ---

function rulePlans(model: Model, stored: Stored): RulePlan[] {
  const writesOf = (name: string): Pick<RulePlan, 'writes'> => {
    const declared = model.rules.find((rule) => rule.name.text === name)?.writes ?? [];
    if (declared.length === 0) return {};
    return { writes: declared.map(({ kind, entity }) => ({ kind, entity: entity.text })) };
  };
  const plans = new Map<string, RulePlan>();
  const fileOf = (name: string) => model.rules.find((rule) => rule.name.text === name)?.in?.text ?? 'rules';
  const use = (name: string | undefined, make: (earlier: RulePlan['use'] | undefined) => RulePlan['use']) => {
    if (name === undefined) return;
    plans.set(name, {
      name,
      file: fileOf(name),
      typeName: ruleTypeName(name),
      ...writesOf(name),
      use: make(plans.get(name)?.use),
      ...asksOf(model, name),
    });
  };
  for (const rule of model.rules) {
    const field = fieldRef(rule.for);
    if (field)
      use(rule.name.text, () => ({ kind: 'field', field, description: descriptionOf(model, field) }));
  }
  for (const pattern of model.patterns) {
    const field = fieldRef(pattern.for);
    if (field)
      use(pattern.allow?.text, (earlier) => ({
        kind: 'allow',
        fields: [...(earlier?.kind === 'allow' ? earlier.fields : []), field],
      }));
    use(pattern.visible?.text, (earlier) => ({
      kind: 'visible',
      targets: [
        ...new Set([...(earlier?.kind === 'visible' ? earlier.targets : []), returned(pattern).text]),
      ],
    }));
  }
  for (const entity of model.entities) {
    for (const { field, rule } of entity.compute) {
      const attribute = { entity: entity.name.text, field: field.text };
      use(rule.text, (earlier) => ({
        kind: 'compute',
        attributes: [...(earlier?.kind === 'compute' ? earlier.attributes : []), attribute],
      }));
    }
    for (const { field, validation } of entity.validate) {
      const attribute = { entity: entity.name.text, field: field.text };
      use(validation.kind === 'rule' ? validation.rule.text : undefined, (earlier) => ({
        kind: 'validate',
        attributes: [...(earlier?.kind === 'validate' ? earlier.attributes : []), attribute],
      }));
    }
  }
  for (const mutation of model.mutations) {
    const field = fieldRef(mutation.for);
    const name = mutation.name.text;
    if (field)
      use(mutation.allow?.text, (earlier) => ({
        kind: 'allow',
        fields: [...(earlier?.kind === 'allow' ? earlier.fields : []), field],
      }));
    use(mutation.prepare?.text, (earlier) => ({
      kind: 'prepare',
      mutations: [...(earlier?.kind === 'prepare' ? earlier.mutations : []), name],
    }));
    use(mutation.alongside?.text, (earlier) => ({
      kind: 'alongside',
      mutations: [...(earlier?.kind === 'alongside' ? earlier.mutations : []), name],
    }));
  }
  for (const { allow, for: path } of model.transactions) {
    const field = fieldRef(path);
    if (!field) continue;
    use(allow?.text, (earlier) => ({
      kind: 'allow',
      fields: [...(earlier?.kind === 'allow' ? earlier.fields : []), field],
    }));
  }
  return [...plans.values()].map((plan) =>
    plan.writes && plan.use.kind === 'field' ? { ...plan, cost: ruleCost(stored, plan.writes) } : plan,
  );
}

function asksOf(model: Model, name: string): Pick<RulePlan, 'asks'> {
  const { gets, once, requests } = model.rules.find((rule) => rule.name.text === name) ?? {};
  if (gets === undefined && requests === undefined) return {};
  return {
    asks: {
      ...(gets === undefined ? {} : { gets }),
      ...(once === undefined ? {} : { once: once.text }),
      ...(requests === undefined ? {} : { requests }),
    },
  };
}

function descriptionOf(model: Model, field: FieldRef): string | null {
  return model.sdl.types.get(field.type)?.fields.find((one) => one.name === field.field)
    ? `${field.type}.${field.field}`
    : null;
}

// --- resolvers ---

function resolverPlans(model: Model): ResolverPlan[] {
  const plans: ResolverPlan[] = [];
  const add = (path: FieldPath | undefined, answer: ResolverPlan['answer']) => {
    const field = path && fieldAt(model, path);
    if (path && field)
      plans.push({
        type: path.type,
        field: path.field,
        nullable: !field.type.nonNull,
        hasArguments: field.arguments.length > 0,
        answer,
      });
  };
  for (const pattern of model.patterns) {
    const field = pattern.for && fieldAt(model, pattern.for);
    if (!field) continue;
    const sparse = field.type.kind === 'list' && !field.type.of.nonNull;
    add(pattern.for, {
      kind: 'pattern',
      pattern: pattern.name.text,
      shape: shapeOf(model, field.type),
      ...(sparse ? { sparse } : {}),
    });
  }
  // In the order of the YAML: a transaction stands where its first step does.
  const told = new Set<string>();
  for (const mutation of model.mutations) {
    const transaction = mutation.step?.transaction.text;
    if (transaction === undefined) add(mutation.for, { kind: 'mutation', mutation: mutation.name.text });
    else if (!told.has(transaction)) add(mutation.for, { kind: 'transaction', transaction });
    if (transaction !== undefined) told.add(transaction);
  }
  for (const rule of model.rules) add(rule.for, { kind: 'rule', rule: rule.name.text });
  return plans;
}

function inputsOf(resolved: ResolvedModel, pattern: PatternModel): NamedValue[] {
  const value = (source: Source) => valuePlan(resolved, pattern.for, source);
  // What leads on may be asked for by the same argument.
  const given = pattern.leadsTo?.where.filter(
    ({ field, source }) =>
      (source.kind === 'argument' || source.kind === 'parent') &&
      !pattern.where.some((one) => one.field.text === field.text),
  );
  return [
    ...namedValues(
      [...pattern.where, ...(given ?? [])].filter(({ each }) => each === undefined || each === 'list'),
      value,
    ),
    ...namedValues(pattern.narrow, value),
    ...(pattern.range?.bounds ?? []).map((bound) => ({
      name: bound.operator.text,
      value: value(bound.source),
    })),
    ...(pattern.in ? [{ name: 'bucket', value: value(pattern.in) }] : []),
    ...(pattern.order ? [{ name: 'order', value: value(pattern.order) }] : []),
  ];
}

// --- values ---

function namedValues(bindings: readonly Binding[], value: (source: Source) => ValuePlan): NamedValue[] {
  return bindings.map((binding) => ({ name: binding.field.text, value: value(binding.source) }));
}

function valuePlan(resolved: ResolvedModel, field: FieldPath | undefined, source: Source): ValuePlan {
  if (source.kind === 'literal') return { kind: 'literal', value: source.value };
  if (source.kind === 'through' || source.kind === 'step' || source.kind === 'current')
    throw new Error(`unchecked $${source.kind}`);
  return {
    kind: source.kind,
    path: source.path,
    nullable: typedValue(resolved, field, source)?.isNullable ?? false,
  };
}

function fieldRef(path: FieldPath | undefined): FieldRef | null {
  return path ? { type: path.type, field: path.field } : null;
}
