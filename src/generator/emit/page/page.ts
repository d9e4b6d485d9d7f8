/** The data of access-patterns.md: the page a reviewer reads first. */

import { referencesTo } from '../../plan/lookup/find.js';
import { mixedQuery } from '../../plan/lookup/mixed-query.js';
import type { GetAccess, MixedAccess, PatternPlan, QueryAccess } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type {
  AggregatePlan,
  AttributePlan,
  EntityPlan,
  IndexPlan,
  ItemPlan,
  KeyTemplate,
  ReferencePlan,
  SlotPlan,
  TablePlan,
  TemplatePart,
} from '../../plan/types/storage.js';
import type { MutationPlan, TransactionPlan, WriteCost } from '../../plan/types/writes.js';

export function accessPatternsView(plan: Plan) {
  return {
    patterns: plan.patterns.map((pattern) => {
      const row = patternRow(plan, pattern);
      return { ...row, why: [row.why, ...startOf(pattern)].join('; ') };
    }),
    mutations: plan.mutations.flatMap((mutation) => {
      const entity = plan.entities.find((one) => one.name === mutation.entity);
      const whole = plan.transactions?.find(({ steps }) =>
        steps.some((one) => one.mutation === mutation.name),
      );
      const row = {
        field: mutation.field ? `\`${mutation.field.type}.${mutation.field.field}\`` : '',
        what: `${mutation.kind} ${mutation.entity}${mutation.step === undefined ? '' : ` (step ${mutation.step})`}${required(mutation)}`,
        items: entity
          ? `${writtenItems(plan, entity, mutation.kind)}${mutation.idempotent ? ', 1 idempotency token' : ''}`
          : '',
        units: unitsRange(mutation.cost),
        indexes: indexUnits(mutation.cost),
        rules: [whole?.allow ?? mutation.allow, mutation.prepare, mutation.alongside]
          .flatMap((rule) => (rule === null ? [] : [`\`${rule}\``]))
          .join(', '),
      };
      return whole?.steps[0]?.mutation === mutation.name ? [wholeRow(whole), row] : [row];
    }),
    ruleWrites: plan.rules.flatMap(({ name, use, writes = [], cost }) =>
      use.kind === 'field' && cost
        ? [
            {
              field: `\`${use.field.type}.${use.field.field}\``,
              what: writes.map(({ kind, entity }) => `${kind} ${entity}`).join(', '),
              units: unitsRange(cost),
              indexes: indexUnits(cost),
              rule: `\`${name}\``,
            },
          ]
        : [],
    ),
    followUps: followUps(plan),
    hasMutations: plan.mutations.length > 0,
    tables: plan.tables.map((table) => ({
      name: table.name,
      physicalName: table.physicalName,
      why: whyIndexes(plan, table),
      key: [table.partition, table.sort].filter((one) => one !== null).join(' / '),
      indexes: table.indexes.map((index) => ({
        name: index.name,
        key: index.multiAttribute
          ? [index.multiAttribute.partition, index.multiAttribute.sort]
              .filter((keys) => keys.length > 0)
              .map((keys) => keys.map((key) => key.name).join(', '))
              .join(' / ')
          : [index.partition, index.sort].filter((one) => one !== null).join(' / '),
        project:
          index.project.kind === 'include'
            ? index.project.attributes.join(', ')
            : index.project.kind === 'keys'
              ? 'keys only'
              : 'all',
        users: plan.entities
          .filter((entity) => entity.table === table.name)
          .flatMap((entity) =>
            isInMultiAttribute(entity, index)
              ? [entity.name]
              : entity.items
                  .filter((item) => item.role !== 'version')
                  .flatMap((item) =>
                    item.slots
                      .filter((slot) => slot.index === index.name)
                      .map((slot) => `${itemName(entity, item)} \`${templates(slot)}\``),
                  ),
          )
          .join('<br>'),
      })),
    })),
    entities: plan.entities.map((entity) => ({
      name: entity.name,
      items: entity.items
        .filter((item) => item.role !== 'version')
        .map((item) => ({
          name: itemName(entity, item),
          keys: item.slots.map((slot) => ({
            index: slot.index ?? 'table',
            partition: slot.partition.text,
            sort: slot.sort?.text ?? '',
            sparse: [
              ...slot.present,
              ...slot.when.map(({ field, values }) => `${field}: ${values.join(' or ')}`),
            ].join(', '),
          })),
        })),
      guards: entity.guards.map((guard) => ({
        fields: guard.fields.join(' + '),
        key: [guard.partition.text, guard.sort?.text].filter(Boolean).join(' / '),
      })),
      hasGuards: entity.guards.length > 0,
      aggregates: (entity.aggregates ?? []).map(numberRow),
      references: (entity.references ?? []).map(({ to, fields, onDelete, counter }) => ({
        to,
        fields: fields.map(({ field }) => field).join(' + '),
        onDelete,
        counter: counter && [counter.partition.text, counter.sort?.text].filter(Boolean).join(' / '),
      })),
      hasReferences: (entity.references ?? []).length > 0,
      history: plan.entities.find((one) => one.historyOf === entity.name)?.name ?? null,
      sample: JSON.stringify(sampleItem(plan, entity), null, 2),
    })),
    relations: relations(plan),
    hasRelations: relations(plan).length > 0,
  };
}

interface PatternRow {
  readonly name: string;
  readonly field: string;
  readonly returns: string;
  readonly index: string;
  readonly condition: string;
  readonly order: string;
  readonly requests: string;
  readonly units: string;
  readonly why: string;
}

function patternRow(plan: Plan, pattern: PatternPlan): PatternRow {
  const { access } = pattern;
  const base = {
    name: pattern.name,
    field: pattern.field ? `\`${pattern.field.type}.${pattern.field.field}\`` : 'rules',
    returns: `${pattern.cardinality} ${pattern.target}`,
  };
  switch (access.kind) {
    case 'get':
      return { ...base, ...getCells(plan, access) };
    case 'query': {
      const cells = queryCells(plan, pattern, access);
      if (access.total === undefined) return { ...base, ...cells };
      const items = entityNamed(plan, access.entity)?.aggregates?.find(
        (one) => one.name === access.total,
      )?.shards;
      return {
        ...base,
        ...cells,
        requests: `${cells.requests} + 1 get for totalCount where it is asked`,
        units: `${cells.units}, and ${round((items ?? 1) * 0.5)} for totalCount`,
      };
    }
    case 'count': {
      const { query, upTo } = access;
      const cells = queryCells(plan, pattern, query);
      const entity = plan.entities.find((one) => one.name === query.entity);
      const perItem = entity ? itemUnits(plan, entity, query.item) : 0.5;
      return {
        ...base,
        ...cells,
        returns: `count of ${pattern.target}, up to ${upTo}`,
        order: '',
        requests: `${partitionsRead(query)}, and more ${query.filter ? 'while the filter drops items' : 'for each further MB'}`,
        units: `up to ${round(Math.max(0.5, Math.ceil((upTo * perItem) / 4096) * 0.5) * partitionsMost(query))}${query.filter ? ', and what the filter drops' : ''}`,
      };
    }
    case 'aggregate': {
      const entity = entityNamed(plan, access.entity);
      const number = entity?.aggregates?.find((one) => one.name === access.number);
      const items = number?.shards ?? 1;
      return {
        ...base,
        returns: `${number?.kind === 'sum' ? `sum of ${pattern.target}.${number.field}` : `count of ${pattern.target}`}, kept`,
        index: 'table',
        condition: number ? condition(number.partition, number.sort) : '',
        order: '',
        requests: '1, batched',
        units: round(items * (access.consistent ? 1 : 0.5)),
        why: items === 1 ? 'the number is kept' : `the number is kept, in ${items} items`,
      };
    }
    case 'exists': {
      const { by, each } = access;
      const cells = by.kind === 'get' ? getCells(plan, by) : queryCells(plan, pattern, by);
      const every = each && (by.kind === 'get' && by.consistent ? 1 : 0.5) * each.max;
      return {
        ...base,
        ...cells,
        returns: each ? `exists ${pattern.target}, for each of at most ${each.max}` : base.returns,
        order: '',
        requests: each
          ? `${batches(each.max) > 1 ? `up to ${batches(each.max)}` : '1'}, batched`
          : by.kind === 'get'
            ? cells.requests
            : partitionsRead(by),
        units: every === null ? round(partitionsLow(by) * 0.5) : `up to ${round(every)}`,
      };
    }
    case 'through': {
      const { join, entity } = access;
      const cells = join.kind === 'get' ? getCells(plan, join) : queryCells(plan, pattern, join);
      const many = pattern.cardinality === 'many';
      const size = join.kind === 'query' && many ? join.page : { default: 1, max: 1 };
      // A connection looks one further, to tell whether there is a next page.
      const isPaged = plan.resolvers.some(
        ({ answer }) =>
          answer.kind === 'pattern' && answer.pattern === pattern.name && answer.shape === 'connection',
      );
      const more = batches(size.max + (isPaged ? 1 : 0));
      return {
        ...base,
        ...cells,
        returns: `${pattern.cardinality} ${entity} through ${join.entity}`,
        requests: `${join.kind === 'get' ? cells.requests : partitionsRead(join)}, then ${more === 1 ? '1 batch get' : `up to ${more} batch gets`}`,
        units: many
          ? cells.units.replace(/( \+ [\d.]+)? a page/, ` + ${round(size.default * 0.5)} a page`)
          : `${cells.units} + 0.5`,
      };
    }
    case 'typed':
      return {
        ...base,
        index: 'table',
        condition: `primary key of ${access.members.map((member) => member.entity).join(' or ')}`,
        order: '',
        requests: '1, batched',
        units: '0.5',
        why: 'a value tells the entity',
      };
    case 'any':
      return {
        ...base,
        index: 'table',
        condition: `primary keys of ${access.entities.join(', ')}`,
        order: '',
        requests: '1, batched',
        units: String(access.entities.length * 0.5),
        why: 'every member is looked up',
      };
    case 'mixed': {
      const { members, parent } = access;
      const { access: query, partitions: read } = mixedQuery(plan, pattern, access);
      const row = patternRow(plan, { ...pattern, access: query });
      const beside = parent?.read === 'separate' ? ` + 1 get of ${parent.entity}` : '';
      const partitions = new Set(read.map(({ text }) => text));
      return {
        ...row,
        ...base,
        condition:
          partitions.size > 1
            ? [...partitions].map((text) => `\`${query.partition.attribute} = ${text}\``).join(' and ')
            : [condition(query.partition, null), collectionCondition(access, query)]
                .filter(Boolean)
                .join(' and '),
        requests: `${partitions.size > 1 ? partitions.size : row.requests}${beside}`,
        why: `${members.map(({ entity }) => entity).join(', ')} ${partitions.size > 1 ? 'are merged' : 'share a collection'}${
          parent ? `; ${parent.entity} comes first` : ''
        }`,
      };
    }
  }
}

/** How a field is read where its parent is read by key. */
function startOf({ prefetch, field }: PatternPlan): string[] {
  if (!prefetch || !field) return [];
  if (prefetch.kind === 'parallel') return [`starts beside its ${field.type}`];
  const pages = { first: '`first`', last: '`last`', ordered: 'what the order begins with' }[prefetch.page];
  const between = prefetch.between === 0 ? '' : `, with ${prefetch.between} more between them`;
  return [
    `one Query with its ${field.type} for a page of ${pages} without a cursor${between}; else starts beside it`,
  ];
}

/** What a mixed pattern reads of its item collection. */
function collectionCondition({ within }: MixedAccess, query: QueryAccess): string {
  if (!within) return query.range === null ? '' : sortCondition(query);
  return query.sort ? `\`${query.sort.attribute}\` from \`${within.from}\`, before \`${within.below}\`` : '';
}

/** Why a table has as many indexes as were made for it. */
function whyIndexes(plan: Plan, table: TablePlan): string {
  if (!table.isMade) return '';
  const needs = plan.entities
    .filter((entity) => entity.table === table.name)
    .map(({ name, items }) => ({ name, keys: (items[0]?.slots.length ?? 1) - 1 }));
  const most = Math.max(...needs.map(({ keys }) => keys));
  const neediest = needs.find(({ keys }) => keys === most);
  const kept = table.indexes.length - most;
  const keys = most === 1 ? '1 key' : `${most} keys`;
  const indexes = kept === 0 ? String(most) : `${most}, and the lock keeps ${kept} more`;
  return `An item has one key per index, and \`${neediest?.name}\` has ${keys} besides its own; indexes: ${indexes}.`;
}

function getCells(plan: Plan, access: GetAccess) {
  const entity = plan.entities.find((one) => one.name === access.entity);
  const slot = entity?.items[0]?.slots[0];
  return {
    index: 'table',
    condition: slot ? condition(slot.partition, slot.sort) : '',
    order: '',
    requests: '1, batched',
    units: access.consistent ? '1' : '0.5',
    why: 'the primary key is known',
  };
}

/** Why a query reads the key it does. */
function whyText({ why, entity, index }: QueryAccess): string {
  const name = index ?? 'the table';
  switch (why.kind) {
    case 'primary key':
      return 'the primary key answers it';
    case 'pinned':
      if (why.key === 'attributes') return `pinned to ${name}, whose keys are attributes of the record`;
      return why.key === 'own'
        ? `pinned to ${name}`
        : `pinned to ${name}, for records that meet its \`when\``;
    case 'entry':
      return 'an index entry, as declared';
    case 'shared':
      return `shares the key of \`${why.with}\``;
    case 'chosen':
      return `${name} is the first index that \`${entity}\` leaves free`;
    case 'locked':
      return `the lock keeps it on ${name}`;
  }
}

/** How many partitions a query reads: shards, and the buckets it may cross. */
function partitionsRead(access: QueryAccess): string {
  const low = access.shards ?? 1;
  const most = partitionsMost(access);
  return most > low ? `${low} to ${most}` : String(low);
}

function partitionsMost({ shards, bucket }: QueryAccess): number {
  return (shards ?? 1) * (bucket?.reads.kind === 'across' ? bucket.reads.count : 1);
}

function partitionsLow(access: GetAccess | QueryAccess): number {
  return access.kind === 'query' ? (access.shards ?? 1) : 1;
}

/** Requests of a batch get of so many keys. */
function batches(keys: number): number {
  return Math.ceil(keys / 100);
}

function queryCells(plan: Plan, pattern: PatternPlan, access: QueryAccess) {
  const entity = plan.entities.find((one) => one.name === access.entity);
  const isWhole = access.sort !== null && access.head.length === access.sort.parts.length;
  const low = access.shards ?? 1;
  const strong = access.consistent ? 2 : 1;
  const follow = access.covering.kind === 'some';
  const perItem = entity ? itemUnits(plan, entity, access.item) : 0.5;
  const most = access.page.default + 1;
  const arrow = access.order.kind === 'chosen' ? '↑ or ↓' : access.order.descending ? '↓' : '↑';
  return {
    index: access.index ?? 'table',
    condition: access.multiAttribute
      ? multiAttributeCondition(access)
      : isWhole
        ? condition(access.partition, access.sort)
        : [condition(access.partition, null), sortCondition(access)].filter(Boolean).join(' and '),
    order: access.orderBy.length === 0 ? '' : `${access.orderBy.join(', ')} ${arrow}`,
    requests: `${partitionsRead(access)}${follow ? ' + 1 batch get for fields not in the entry' : ''}`,
    units:
      pattern.cardinality === 'one'
        ? round(0.5 * strong)
        : `${round(Math.max(0.5, Math.ceil((most * perItem) / 4096) * 0.5) * low * strong)}${follow ? ` + ${round(access.page.default * 0.5)}` : ''} a page of ${access.page.default}`,
    why: whyText(access),
  };
}

/** Patterns whose items do not hold the whole record: what a selection can ask for without a further read. */
function followUps(plan: Plan): { name: string; covering: string; lacks: string }[] {
  return plan.patterns.flatMap(({ name, access }) => {
    const query = access.kind === 'query' ? access : null;
    if (query?.covering.kind !== 'some') return [];
    const { attributes: held } = query.covering;
    const shown = entityNamed(plan, query.entity)?.attributes.filter((one) => !one.hidden) ?? [];
    const list = (isHeld: boolean) =>
      shown
        .filter((one) => held.includes(one.name) === isHeld)
        .map((one) => one.name)
        .join(', ');
    return [{ name, covering: list(true), lacks: list(false) }];
  });
}

function entityNamed(plan: Plan, name: string): EntityPlan | undefined {
  return plan.entities.find((one) => one.name === name);
}

function condition(partition: KeyTemplate, sort: KeyTemplate | null): string {
  return [partition, sort]
    .flatMap((template) => (template ? [`\`${template.attribute} = ${template.text}\``] : []))
    .join(' and ');
}

/** `country`, `city`, `category` and bounds on `rating`, each an attribute as it is. */
function multiAttributeCondition({ equals, range }: QueryAccess): string {
  const terms = [
    ...equals.map(({ field }) => `\`${field}\` equal`),
    ...(range ? [`\`${range.field}\` ${range.bounds.join(', ')}`] : []),
  ];
  return terms.join(', ');
}

function isInMultiAttribute(entity: EntityPlan, { multiAttribute }: IndexPlan): boolean {
  const names =
    multiAttribute && [...multiAttribute.partition, ...multiAttribute.sort].map((key) => key.name);
  return names?.every((name) => entity.attributes.some((one) => one.name === name)) ?? false;
}

function sortCondition(access: {
  sort: KeyTemplate | null;
  head: readonly TemplatePart[];
  range: { field: string; bounds: readonly string[] } | null;
}): string {
  if (!access.sort) return '';
  const head = access.head.map(partText).join('');
  if (access.range)
    return `\`${access.sort.attribute}\` by \`${head}{${access.range.field}}\` ${access.range.bounds.join(', ')}`;
  return head ? `\`${access.sort.attribute}\` begins with \`${head}\`` : '';
}

function partText(part: TemplatePart): string {
  if (part.kind === 'literal') return part.text;
  return part.kind === 'shard' ? '{shard}' : `{${part.field}}`;
}

function numberRow({ kind, name, field, partition, sort, shards, present, when, cap }: AggregatePlan) {
  return {
    name:
      kind === 'sum' ? `${name}, the sum of ${field}` : kind === 'sequence' ? `${name}, a sequence` : name,
    key: [partition.text, sort?.text].filter(Boolean).join(' / '),
    more: [
      ...(shards === null ? [] : [`in ${shards} items`]),
      ...(cap === null ? [] : [`at most ${cap}`]),
      ...(present.length > 0 ? [`of those with a value of ${present.join(', ')}`] : []),
      ...when.map((one) => `of those with ${one.field} ${one.values.join(' or ')}`),
    ]
      .map((text) => `, ${text}`)
      .join(''),
  };
}

function itemName(entity: EntityPlan, item: ItemPlan): string {
  return item.role === 'main' ? entity.name : `${entity.name}, entry of ${item.for}`;
}

function templates(slot: SlotPlan): string {
  return [slot.partition.text, slot.sort?.text].filter((text) => text !== undefined).join(' / ');
}

/** All steps of a transaction, and the token, together. */
function wholeRow({ field, steps, idempotent, allow, cost }: TransactionPlan) {
  return {
    field: field ? `\`${field.type}.${field.field}\`` : '',
    what: `transaction of ${steps.map(({ name }) => name).join(', ')}`,
    items: `its steps${idempotent ? ', 1 idempotency token' : ''}`,
    units: unitsRange(cost),
    indexes: indexUnits(cost),
    rules: allow === null ? '' : `\`${allow}\``,
  };
}

/** `, where isOpen and hasSeats`: what has to hold of the record. */
function required({ require = [] }: MutationPlan): string {
  return require.length === 0 ? '' : `, where ${require.map(({ name }) => `\`${name}\``).join(', ')}`;
}

function writtenItems(plan: Plan, entity: EntityPlan, kind: string): string {
  const entries = entity.items.filter((item) => item.role === 'entry').length;
  const versions = kind === 'delete' ? 0 : entity.items.filter((item) => item.role === 'version').length;
  const guards = entity.guards.length;
  const aggregates = (entity.aggregates ?? []).filter(
    (one) => one.kind !== 'sequence' || kind === 'create' || kind === 'upsert' || kind === 'put',
  ).length;
  return [
    '1 item',
    ...(entries ? [`${entries} index ${entries === 1 ? 'entry' : 'entries'}`] : []),
    ...(guards ? [`${guards} unique guard${guards === 1 ? '' : 's'}`] : []),
    ...(versions ? ['1 version'] : []),
    ...(aggregates ? [`${aggregates} kept number${aggregates === 1 ? '' : 's'}`] : []),
    ...referenceItems(plan, entity, kind),
  ].join(', ');
}

/** Checks of what a record names, the numbers of records that name one, and what goes with a deleted one. */
function referenceItems(plan: Plan, entity: EntityPlan, kind: string): string[] {
  const references = entity.references ?? [];
  const naming = kind === 'delete' ? referencesTo(plan, entity.name) : [];
  const checks = kind === 'delete' ? 0 : references.length;
  const isCounted = ({ counter }: ReferencePlan) => counter !== null;
  const counters =
    references.filter(isCounted).length + naming.filter(({ reference }) => isCounted(reference)).length;
  const going = naming.filter(({ reference }) => reference.onDelete === 'cascade');
  return [
    ...(checks ? [`${checks} reference check${checks === 1 ? '' : 's'}`] : []),
    ...(counters ? [`${counters} reference counter${counters === 1 ? '' : 's'}`] : []),
    ...(going.length > 0
      ? [`and with it ${[...new Set(going.map(({ child }) => child.name))].join(', ')}`]
      : []),
  ];
}

function unitsRange({ least, most, without }: WriteCost): string {
  return [range(least.total, most.total), ...without.map((rule) => `those of \`${rule}\``)].join(' + ');
}

/** Where they go: the table, and each index. */
function indexUnits({ least, most }: WriteCost): string {
  const names = [...new Set([...Object.keys(most.indexes), ...Object.keys(least.indexes)])].sort();
  return [
    `table ${range(least.table, most.table)}`,
    ...names.map((name) => `${name} ${range(least.indexes[name] ?? 0, most.indexes[name] ?? 0)}`),
  ].join(', ');
}

function range(least: number, most: number): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

/** Relations between entities: a pattern on a field of one that returns another. */
function relations(plan: Plan): { from: string; to: string; label: string; many: boolean }[] {
  const names = new Set(plan.entities.map((entity) => entity.name));
  return plan.patterns.flatMap((pattern) => {
    if (!pattern.field || !names.has(pattern.field.type)) return [];
    if (['count', 'sum', 'exists'].includes(pattern.cardinality)) return [];
    const targets =
      pattern.access.kind === 'typed'
        ? [...new Set(pattern.access.members.map((member) => member.entity))]
        : pattern.access.kind === 'any'
          ? pattern.access.entities
          : [pattern.target];
    const { type, field } = pattern.field;
    return targets.map((to) => ({ from: type, to, label: field, many: pattern.cardinality !== 'one' }));
  });
}

// --- samples ---

function itemUnits(plan: Plan, entity: EntityPlan, item: number): number {
  const held = entity.items[item];
  const sample = sampleItem(plan, entity);
  if (held?.covering.kind !== 'some') return byteLength(sample);
  const keep = new Set([...held.covering.attributes]);
  return byteLength(
    Object.fromEntries(
      Object.entries(sample).filter(([name]) => keep.has(name) || /^(PK|SK|GSI\d+[PS]K)$/.test(name)),
    ),
  );
}

/** Bytes as DynamoDB counts them, roughly: names and values. */
function byteLength(item: Record<string, unknown>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) =>
      sum +
      name.length +
      (typeof value === 'string' ? Buffer.byteLength(value) : JSON.stringify(value ?? '').length),
    0,
  );
}

function sampleItem(plan: Plan, entity: EntityPlan): Record<string, unknown> {
  const slots = entity.items[0]?.slots ?? [];
  const values = new Map(
    entity.attributes.map((attribute) => [attribute.name, sampleValue(plan, attribute)]),
  );
  const item: Record<string, unknown> = {};
  for (const slot of slots) {
    for (const template of [slot.partition, slot.sort]) {
      if (template)
        item[template.attribute] ??= template.parts.map((part) => samplePart(part, values)).join('');
    }
  }
  if (entity.ttl) item[entity.ttl.attribute] = 1769852400;
  item._type = entity.name;
  for (const [name, value] of values) item[name] = value;
  return item;
}

const sampleTime = '2026-01-31T09:30:00.000Z';

function samplePart(part: TemplatePart, values: ReadonlyMap<string, unknown>): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'shard') return '0';
  switch (part.encode) {
    case 'year':
      return sampleTime.slice(0, 4);
    case 'month':
      return sampleTime.slice(0, 7);
    case 'day':
      return sampleTime.slice(0, 10);
    case 'hour':
      return sampleTime.slice(0, 13);
    case 'integer':
      return String(values.get(part.field)).padStart(10, '0');
    case 'decimal':
      return '1500:15';
    case 'invert(integer)':
      return '-9999999998';
    case 'invert(decimal)':
      return '-499:84~';
    case 'invert(boolean)':
      return 'false';
    case 'invert(time)':
      return sampleTime.replace(/\d/g, (digit) => String(9 - Number(digit)));
    default:
      if (part.encode.startsWith('pad('))
        return String(values.get(part.field)).padStart(Number(part.encode.slice(4, -1)), '0');
      return String(values.get(part.field));
  }
}

function sampleValue(plan: Plan, attribute: AttributePlan): unknown {
  if (attribute.list) return [];
  switch (attribute.encoding) {
    case 'integer':
      return 1;
    case 'decimal':
      return 1.5;
    case 'boolean':
      return true;
    case 'time':
      return sampleTime;
    case 'enum':
      return plan.enums[attribute.of]?.[0] ?? '';
    case 'document':
      return {};
    case 'text':
      return attribute.of === 'EmailAddress'
        ? 'someone@example.com'
        : attribute.of === 'ID'
          ? '0198f3c2-6a51-7cc1-8a2b-3d5e7f901234'
          : attribute.name;
  }
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
