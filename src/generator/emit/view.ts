/** Plan -> the data each template renders. Every choice is made here; templates only lay it out. */

import { camel, pascal } from '../names.js';
import type { AttributePlan, EntityPlan, FieldRef, GuardPlan, ItemPlan, KeyTemplate, MutationPlan, PatternPlan, Plan, QueryAccess, ResolverPlan, RulePlan, SlotPlan, TemplatePart } from '../plan.js';
import { encodingFunctions, givenType, group, keyComment, keyExpression, literal, partsExpression, quote, recordType, union, unpackTemplate, valueExpression } from './code.js';

// --- entities.ts ---

export function entitiesView(plan: Plan) {
  return {
    entities: plan.entities.map((entity) => {
      const created = entity.attributes.filter((one) => one.generated !== 'touch' && one.generated !== 'revision');
      const changeable = entity.attributes.filter((one) => !one.immutable && one.generated === null && !entity.keyFields.includes(one.name));
      return {
        name: entity.name,
        names: entity.names,
        comment: `${keyComment(mainSlot(entity))} in \`${entity.table}\``,
        attributes: entity.attributes.map((one) => ({ name: one.name, type: recordType(one), note: attributeNote(one) })),
        created: created.map((one) => ({ name: one.name, type: givenType(one), optional: isOptional(one), required: !isOptional(one) })),
        changes: changeable.map((one) => ({ name: one.name, type: givenType(one) })),
        writable: entity.historyOf === null,
        updatable: entity.revision !== null,
        keyFields: entity.keyFields.map(quote).join(' | ') || 'never',
        isConnected: plan.patterns.some((pattern) => pattern.target === entity.name && pattern.cardinality === 'many'),
      };
    }),
  };
}

function attributeNote(attribute: AttributePlan): string {
  if (attribute.secret) return 'Stored only, secret.';
  return attribute.hidden ? 'Stored only.' : '';
}

/** Whether a creator may leave it out. */
function isOptional(attribute: AttributePlan): boolean {
  return attribute.nullable || attribute.generated !== null || attribute.default !== null;
}

// --- keys.ts ---

export function keysView(plan: Plan) {
  return {
    tables: plan.tables.map((table) => ({
      variable: `${camel(table.name)}Table`,
      name: quote(table.name),
      partition: quote(table.partition),
      sort: table.sort === null ? null : quote(table.sort),
      indexes: table.indexes.map((index) => ({
        variable: indexVariable(table.name, index.name),
        name: quote(index.name),
        partition: quote(index.partition),
        sort: index.sort === null ? null : quote(index.sort),
      })),
    })),
    entities: plan.entities.map((entity) => {
      const parameter = entity.names.loader;
      const main = mainSlot(entity);
      return {
        name: entity.name,
        names: entity.names,
        comment: keyComment(main),
        parameter,
        properties: slotProperties(main, parameter, entity),
        parse: parseView(entity, main),
        slots: entity.items
          .filter((item) => item.role !== 'version')
          .flatMap((item) => item.slots.filter((slot) => item.role === 'entry' || slot.index !== null).map((slot) => slotView(entity, item, slot))),
        guards: entity.guards.map((guard) => ({
          function: guardFunction(entity, guard),
          comment: guard.fields.join(' + '),
          parameter,
          record: entity.names.record,
          fields: guard.fields.map(quote).join(' | '),
          properties: keyProperties(guard.partition, guard.sort, parameter),
          absent: absence(guard.present, parameter),
        })),
      };
    }),
  };
}

function slotView(entity: EntityPlan, item: ItemPlan, slot: SlotPlan) {
  const parameter = entity.names.loader;
  const fields = [...new Set([...templateFields(slot), ...(slot.shards === null ? [] : entity.keyFields)])];
  return {
    function: slotFunction(entity, item, slot),
    comment: `${slot.index ?? 'The table'}: ${keyComment(slot)}${item.for === null ? '' : `, the entry of ${item.for}`}`,
    parameter,
    record: entity.names.record,
    fields: fields.map(quote).join(' | ') || 'never',
    properties: slotProperties(slot, parameter, entity),
    absent: absence(slot.present, parameter),
    unused: fields.length === 0,
  };
}

function slotProperties(slot: SlotPlan, parameter: string, entity: EntityPlan) {
  const shard = slot.shards === null ? '' : `shardOf(${entity.keyFields.map((field) => `${parameter}.${field}`).join(" + '#' + ")}, ${slot.shards})`;
  // A local index shares the table's partition key: only its sort key is its own.
  const isLocal = slot.index !== null && slot.partition.attribute === mainSlot(entity).partition.attribute;
  return keyProperties(isLocal ? null : slot.partition, slot.sort, parameter, shard);
}

function keyProperties(partition: KeyTemplate | null, sort: KeyTemplate | null, parameter: string, shard = ''): string[] {
  const value = (field: string, encode: keyof typeof encodingFunctions) => `${encodingFunctions[encode]}(${parameter}.${field})`;
  return [partition, sort].flatMap((template) => (template ? [`${template.attribute}: ${keyExpression(template, value, shard)}`] : []));
}

function absence(present: readonly string[], parameter: string): string | null {
  return present.length === 0 ? null : present.map((field) => `${parameter}.${field} === null`).join(' || ');
}

function parseView(entity: EntityPlan, slot: SlotPlan) {
  const templates = [slot.partition, slot.sort].flatMap((template) => (template ? [template] : []));
  const places = new Map<string, string>();
  for (const template of templates) {
    let at = 0;
    for (const part of template.parts) {
      if (part.kind === 'literal') continue;
      const { encoding } = (part.kind === 'hole' && entity.attributes.find((one) => one.name === part.field)) || { encoding: null };
      if (part.kind === 'hole' && part.encode === encoding && !places.has(part.field)) {
        const cast = part.enum === null ? '' : ` as ${part.enum}`;
        places.set(part.field, `${part.field}: ${template.attribute.toLowerCase()}[${at}]${cast}`);
      }
      at += 1;
    }
  }
  return {
    /** Only where every key field can be read back (a truncated moment cannot). */
    possible: entity.keyFields.every((field) => places.has(field)),
    parts: templates.map((template) => ({ variable: template.attribute.toLowerCase(), value: `String(key.${template.attribute})`, template: unpackTemplate(template) })),
    guard: templates.map((template) => template.attribute.toLowerCase()).join(' && '),
    fields: entity.keyFields.map((field) => places.get(field) ?? '').join(', '),
  };
}

// --- items.ts ---

export function itemsView(plan: Plan) {
  return {
    entities: plan.entities.map((entity) => {
      const parameter = entity.names.loader;
      const [main, ...others] = entity.items;
      const entries = others.filter((item) => item.role === 'entry');
      const versions = others.filter((item) => item.role === 'version');
      return {
        name: entity.name,
        names: entity.names,
        table: `${camel(entity.table)}Table`,
        parameter,
        keys: (main?.slots ?? []).map((slot) => (slot.index === null ? `${entity.names.keyBuilder}(${parameter})` : `${slotFunction(entity, main as ItemPlan, slot)}(${parameter})`)),
        attributes: entity.attributes.map((one) => ({ name: one.name, store: storeExpression(one, `${parameter}.${one.name}`), read: readExpression(one) })),
        ttl: entity.ttl ? { attribute: quote(entity.ttl.attribute), name: entity.ttl.attribute, value: ttlExpression(entity, `${parameter}.${entity.ttl.field}`) } : null,
        revision: entity.revision === null ? null : quote(entity.revision),
        entries: entries.map((item) => {
          const keys = item.slots.map((slot) => ({ call: `${slotFunction(entity, item, slot)}(${parameter})`, nullable: slot.present.length > 0 }));
          return {
            for: item.for,
            function: entryFunction(entity, item),
            comment: `The entry of ${item.for}: ${keyComment(item.slots.at(-1) ?? mainSlot(entity))}`,
            record: entity.names.record,
            parameter,
            keys: keys.map((key) => key.call),
            guard: absence([...new Set(item.slots.flatMap((slot) => slot.present))], parameter),
            attributes: heldAttributes(entity, item).map((one) => ({ name: one.name, store: storeExpression(one, `${parameter}.${one.name}`) })),
            type: quote(`${entity.name}.${item.for}`),
          };
        }),
        versions: versions.map((item) => {
          const history = plan.entities.find((one) => one.name === item.for);
          return { codec: history?.names.codec ?? '', type: quote(history?.name ?? ''), fields: (history?.attributes ?? []).map((one) => `${one.name}: ${parameter}.${one.name}`) };
        }),
        guards: entity.guards.map((guard) => ({ field: quote(guard.fields.join('+')), key: `${guardFunction(entity, guard)}(${parameter})` })),
        isPlain: entries.length === 0 && versions.length === 0 && entity.guards.length === 0,
        hasEntries: entries.length > 0,
        hasVersions: versions.length > 0,
        hasGuards: entity.guards.length > 0,
      };
    }),
  };
}

function heldAttributes(entity: EntityPlan, item: ItemPlan): AttributePlan[] {
  const { holds } = item;
  if (holds.kind === 'all') return [...entity.attributes];
  return entity.attributes.filter((one) => holds.attributes.includes(one.name));
}

function storeExpression(attribute: AttributePlan, value: string): string {
  const isDocument = attribute.encoding === 'document';
  const stored = isDocument ? `documentValue(${value}, ${quote(attribute.name)})` : value;
  if (!attribute.nullable) return stored;
  return isDocument ? `${value} === null ? undefined : ${stored}` : `${value} ?? undefined`;
}

function readExpression(attribute: AttributePlan): string {
  const type = recordType(attribute);
  const value = `item.${attribute.name}`;
  if (attribute.nullable) return type === 'unknown' ? `${value} ?? null` : `(${value} ?? null) as ${type}`;
  return type === 'unknown' ? value : `${value} as ${type}`;
}

function ttlExpression(entity: EntityPlan, value: string): string {
  const nullable = entity.attributes.find((one) => one.name === entity.ttl?.field)?.nullable;
  return nullable ? `${value} === null ? undefined : epochSeconds(${value})` : `epochSeconds(${value})`;
}

// --- queries.ts ---

export function queriesView(plan: Plan) {
  const queries = plan.patterns.flatMap((pattern) => (pattern.access.kind === 'query' ? [queryView(plan, pattern, pattern.access)] : []));
  const covered = plan.entities.flatMap((entity) =>
    entity.items.flatMap((item) =>
      item.holds.kind === 'some' ? [{ ...coverView(entity, item), isUsed: queries.some((one) => one.holds === coverVariable(entity, item)) }] : [],
    ),
  );
  return { queries, covers: covered.filter((one) => one.isUsed) };
}

function coverVariable(entity: EntityPlan, item: ItemPlan): string {
  return `${entity.names.loader}${pascal(item.for ?? '')}Holds`;
}

function coverView(entity: EntityPlan, item: ItemPlan) {
  const held = heldAttributes(entity, item);
  const nulls = entity.attributes.filter((one) => !held.includes(one));
  return {
    variable: coverVariable(entity, item),
    record: entity.names.record,
    comment: `What the entry of ${item.for} holds of ${entity.name}; other fields take a follow-up batch get.`,
    covers: held.filter((one) => !one.hidden).map((one) => quote(one.name)).join(', '),
    keyBuilder: entity.names.keyBuilder,
    key: entity.keyFields.map((field) => `${field}: item.${field} as ${typeOfField(entity, field)}`).join(', '),
    type: quote(entity.name),
    fields: held.map((one) => `${one.name}: ${readExpression(one)}`),
    isPartial: nulls.length > 0,
  };
}

function typeOfField(entity: EntityPlan, field: string): string {
  const attribute = entity.attributes.find((one) => one.name === field);
  return attribute ? recordType(attribute) : 'string';
}

function queryView(plan: Plan, pattern: PatternPlan, access: QueryAccess) {
  const entity = entityOf(plan, access.entity);
  const item = entity.items[access.item];
  const inputs = pattern.inputs;
  const constants = new Map(inputs.flatMap(({ name, value }) => (value.kind === 'literal' ? [[name, value.value] as const] : [])));
  const value = (field: string, encode: keyof typeof encodingFunctions) => {
    if (access.bucket?.field === field && encode === access.bucket.unit) return access.bucket.reads.kind === 'given' ? `${access.bucket.unit}(by.bucket)` : 'bucket';
    const constant = constants.get(field);
    return `${encodingFunctions[encode]}(${constant === undefined ? asStored(entity, field, `by.${field}`) : literal(constant)})`;
  };
  const parts = (list: readonly TemplatePart[]) => partsExpression(inlined(list, constants), value, 'shard');
  const free = access.equals.filter(({ field }) => !constants.has(field));
  const range = access.range;
  const crossing = access.bucket?.reads.kind === 'across' ? access.bucket.reads : null;
  const shape = [
    ...(free.length > 0 ? [`Pick<${entity.names.record}, ${free.map(({ field }) => quote(field)).join(' | ')}>`] : []),
    ...members([
      ...(access.bucket?.reads.kind === 'given' ? ['readonly bucket: string'] : []),
      ...(range ? range.bounds.map((bound) => `readonly ${bound}?: ${boundType(entity, range.field)} | null | undefined`) : []),
      ...(access.order.kind === 'chosen' ? ["readonly order?: 'ASC' | 'DESC' | null | undefined"] : []),
      ...(crossing ? ['readonly now?: Date'] : []),
    ]),
  ];
  const head = parts(access.head);
  const isWhole = access.sort !== null && access.head.length === access.sort.parts.length && access.sort.parts.length > 0;
  const table = `${camel(entity.table)}Table`;
  const optionalOnly = free.length === 0 && access.bucket?.reads.kind !== 'given';
  return {
    function: access.function,
    name: quote(pattern.name),
    comment: queryComment(pattern, access),
    parameter: shape.length === 0 ? '' : `by: ${shape.join(' & ')}${optionalOnly ? ' = {}' : ''}`,
    record: entity.names.record,
    codec: entity.names.codec,
    index: access.index === null ? table : indexVariable(entity.table, access.index),
    isTable: access.index === null,
    partitions: partitionsExpression(access, parts(access.partition.parts), crossing?.count ?? 0),
    sort: sortExpression(entity, access, head, isWhole),
    descending: descendingExpression(access),
    holds: access.holds.kind === 'all' || !item ? "{ kind: 'all' }" : coverVariable(entity, item),
    consistent: access.consistent,
    page: `{ default: ${access.page.default}, max: ${access.page.max} }`,
    binding: crossing ? bindingExpression(access, free.map(({ field }) => field)) : null,
  };
}

/** A value a caller gives, in the form the attribute is stored in. */
function asStored(entity: EntityPlan, field: string, value: string): string {
  const steps = entity.attributes.find((one) => one.name === field)?.normalize ?? [];
  return steps.reduce((expression, step) => `${step}(${expression})`, value);
}

function descendingExpression({ order }: QueryAccess): string {
  if (order.kind === 'fixed') return String(order.descending);
  return order.descending ? "by.order !== 'ASC'" : "by.order === 'DESC'";
}

function members(list: readonly string[]): string[] {
  return list.length === 0 ? [] : [list.join('').length > 60 ? `{\n${list.map((one) => `  ${one};`).join('\n')}\n}` : `{ ${list.join('; ')} }`];
}

function boundType(entity: EntityPlan, field: string): string {
  const attribute = entity.attributes.find((one) => one.name === field);
  if (!attribute) return 'string';
  return givenType({ ...attribute, nullable: false });
}

/** Enum values and other literals of the pattern become text of the key. */
function inlined(parts: readonly TemplatePart[], constants: ReadonlyMap<string, string | number | boolean>): TemplatePart[] {
  return parts.map((part) => {
    if (part.kind !== 'hole' || part.encode !== 'enum') return part;
    const constant = constants.get(part.field);
    return constant === undefined ? part : { kind: 'literal', text: String(constant) };
  });
}

function partitionsExpression(access: QueryAccess, key: string, count: number): string {
  const { bucket, shards } = access;
  const keys = shards === null ? `[${key}]` : `shardKeys(${shards}, (shard) => ${key})`;
  if (bucket?.reads.kind === 'across') {
    const ends = access.range?.bounds ?? [];
    const newest = ends.includes('to') ? 'by.to' : ends.includes('before') ? 'by.before' : null;
    const oldest = ends.includes('from') ? 'by.from' : ends.includes('after') ? 'by.after' : null;
    const options = [
      ...(oldest ? [`from: ${oldest}`] : []),
      ...(newest ? [`to: ${newest}`] : []),
      'now: by.now ?? new Date()',
      `across: ${count}`,
      `descending: ${descendingExpression(access)}`,
    ];
    return [
      '{',
      "    kind: 'sequence',",
      `    keys: bucketsOf(${quote(bucket.unit)}, { ${options.join(', ')} }).map((bucket) =>`,
      `      ${keys},`,
      '    ),',
      '  }',
    ].join('\n');
  }
  return shards === null ? `{ kind: 'one', key: ${key} }` : `shards(${shards}, (shard) => ${key})`;
}

function sortExpression(_entity: EntityPlan, access: QueryAccess, head: string, isWhole: boolean): string | null {
  if (access.sort === null) return null;
  if (isWhole) return `{ kind: 'equals', value: ${head} }`;
  if (access.range) {
    const encode = encodingFunctions[access.range.encode];
    const bounds = access.range.bounds.map((bound) => `${bound}: encoded(${bound === 'prefix' && access.range?.encode !== 'fold' ? 'text' : encode}, by.${bound})`);
    return `rangeOf({ ${bounds.join(', ')} }, { head: ${head}, terminated: ${access.terminated} })`;
  }
  return access.head.length === 0 ? null : `{ kind: 'prefix', prefix: ${head} }`;
}

/** Buckets move with time; a cursor is bound to what was asked instead. */
function bindingExpression(access: QueryAccess, fields: readonly string[]): string {
  const asked = [...fields, ...(access.range?.bounds ?? []), ...(access.order.kind === 'chosen' ? ['order'] : [])];
  return asked.length === 0 ? "''" : `JSON.stringify([${asked.map((name) => `by.${name}`).join(', ')}])`;
}

function queryComment(pattern: PatternPlan, access: QueryAccess): string {
  const field = pattern.field ? `${pattern.field.type}.${pattern.field.field}` : 'For rules';
  const order = access.order.kind === 'chosen' ? 'order chosen by the caller' : access.order.descending ? 'descending' : 'ascending';
  const shards = access.shards === null ? '' : `, ${access.shards} shards merged`;
  return `${field}: ${access.index ?? 'table'} ${keyComment(access)}, ${order}${shards}.`;
}

// --- loaders.ts ---

export function loadersView(plan: Plan) {
  const loaded = plan.entities.filter((entity) => entity.historyOf === null).map((entity) => entity.names.loader);
  const patterns = plan.patterns.filter(({ access }) => access.kind === 'any' || access.kind === 'typed').map(({ name }) => name);
  return {
    all: [...loaded, ...patterns].join(', '),
    entities: plan.entities
      .filter((entity) => entity.historyOf === null)
      .map((entity) => ({ name: entity.name, names: entity.names, comment: `${entity.name} by ${entity.keyFields.join(', ')}.` })),
    any: plan.patterns.flatMap((pattern) => {
      const { access } = pattern;
      if (access.kind !== 'any') return [];
      return [{
        function: pattern.name,
        target: pattern.target,
        records: access.entities.map((name) => entityOf(plan, name).names.record).join(' | '),
        key: pattern.inputs.map((input) => `readonly ${input.name}: string`).join('; '),
        loads: access.entities.map((name) => entityOf(plan, name).names.loader),
        count: access.entities.length,
      }];
    }),
    typed: plan.patterns.flatMap((pattern) => {
      const { access } = pattern;
      if (access.kind !== 'typed') return [];
      return [{
        function: pattern.name,
        target: pattern.target,
        records: [...new Set(access.members.map((member) => entityOf(plan, member.entity).names.record))].join(' | '),
        values: access.members.map((member) => quote(member.value)).join(' | '),
        key: pattern.inputs.map((input) => `readonly ${input.name}: string`).join('; '),
        members: access.members.map((member) => ({ value: quote(member.value), loader: entityOf(plan, member.entity).names.loader })),
      }];
    }),
  };
}

// --- writes.ts ---

export function writesView(plan: Plan) {
  return {
    entities: plan.entities
      .filter((entity) => entity.historyOf === null)
      .map((entity) => ({
        name: entity.name,
        names: entity.names,
        isUpdatable: entity.revision !== null,
        hasRevision: entity.revision !== null,
        created: entity.attributes.map((one) => ({ name: one.name, value: createdExpression(one) })),
        changed: entity.attributes.filter((one) => isChanged(entity, one)).map((one) => ({ name: one.name, value: changedExpression(one) })),
        hasChanges: entity.attributes.some((one) => isChanged(entity, one) && one.generated === null),
        keyFields: entity.keyFields.map((field) => `${field}: key.${field}`).join(', '),
      })),
  };
}

function isChanged(entity: EntityPlan, attribute: AttributePlan): boolean {
  if (attribute.generated === 'touch' || attribute.generated === 'revision') return true;
  return !attribute.immutable && attribute.generated === null && !entity.keyFields.includes(attribute.name);
}

function createdExpression(attribute: AttributePlan): string {
  const given = `values.${attribute.name}`;
  switch (attribute.generated) {
    case 'uuidv7':
      return `${normalized(attribute, given)} ?? env.newId()`;
    case 'now':
      return `time(${given} ?? env.now)`;
    case 'touch':
      return 'time(env.now)';
    case 'revision':
      return '1';
    case null: {
      if (attribute.default !== null) return normalized(attribute, `${given} ?? ${literal(attribute.default)}`, true);
      return attribute.nullable ? `${normalized(attribute, given)} ?? null` : normalized(attribute, given);
    }
  }
}

function changedExpression(attribute: AttributePlan): string {
  if (attribute.generated === 'touch') return 'time(env.now)';
  if (attribute.generated === 'revision') return `current.${attribute.name} + 1`;
  const given = `changes.${attribute.name}`;
  return `${given} === undefined ? current.${attribute.name} : ${normalized(attribute, given)}`;
}

/** A moment in canonical form, text normalised; null stays null. */
function normalized(attribute: AttributePlan, value: string, present = false): string {
  const steps = [...attribute.normalize, ...(attribute.encoding === 'time' ? ['time'] : [])];
  if (steps.length === 0) return present ? value : value;
  const functions = steps.map((step) => (step === 'time' ? 'time' : step));
  if (attribute.nullable && !present) return functions.reduce((expression, name) => `encoded(${name}, ${expression})`, value);
  return functions.reduce((expression, name) => `${name}(${expression})`, value);
}

// --- rules.ts ---

export function rulesView(plan: Plan) {
  return {
    hasFieldRules: plan.rules.some((rule) => rule.use.kind === 'field'),
    rules: plan.rules.map((rule) => ({ name: rule.name, typeName: rule.typeName, file: rule.file, ...ruleView(plan, rule) })),
  };
}

function ruleView(plan: Plan, { use }: RulePlan) {
  switch (use.kind) {
    case 'field':
      return { comment: `Answers ${fieldName(use.field)}.`, type: `Answers<'${use.field.type}', '${use.field.field}', ${argsType(plan, use.field)}>` };
    case 'allow': {
      const parents = union(use.fields.map(parentType), 2);
      const args = union(use.fields.map((field) => argsType(plan, field)), 2);
      return { comment: `Asked before ${list(use.fields.map(fieldName))}; throws to refuse.`, type: generic('AllowRule', [parents, args]) };
    }
    case 'visible': {
      const records = [...new Set(use.targets.flatMap((target) => recordsOf(plan, target)))].join(' | ');
      return { comment: `Whether the caller may see what ${list(use.targets)} gave.`, type: generic('VisibleRule', [records]) };
    }
    case 'prepare': {
      const mutations = use.mutations.map((name) => mutationOf(plan, name));
      const types = mutations.map((mutation) => {
        const entity = entityOf(plan, mutation.entity);
        const args = mutation.field ? argsType(plan, mutation.field) : 'object';
        if (mutation.kind === 'create') return generic('PrepareRule', [args, 'null', entity.names.create]);
        if (mutation.kind === 'upsert') return generic('PrepareRule', [args, `${entity.names.record} | null`, entity.names.create]);
        return generic('PrepareRule', [args, entity.names.record, entity.names.changes]);
      });
      return { comment: `The values ${list(use.mutations)} write${use.mutations.length === 1 ? 's' : ''}.`, type: types.join(' & ') };
    }
    case 'alongside': {
      const mutations = use.mutations.map((name) => mutationOf(plan, name));
      const types = mutations.map((mutation) => {
        const { record } = entityOf(plan, mutation.entity).names;
        const before = mutation.kind === 'create' ? 'null' : mutation.kind === 'upsert' ? `${record} | null` : record;
        const after = mutation.kind === 'delete' ? 'null' : record;
        return `AlongsideChange<'${mutation.name}', ${before}, ${after}, ${mutation.field ? argsType(plan, mutation.field) : 'object'}>`;
      });
      return { comment: `Further writes in the transaction of ${list(use.mutations)}.`, type: generic('AlongsideRule', [union(types, 2)]) };
    }
  }
}

/** A rule's type; all take the request's context first. */
function generic(name: string, types: readonly string[]): string {
  return group(`${name}<`, ['Context', ...types], '>', 0, 32);
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function recordsOf(plan: Plan, target: string): string[] {
  const pattern = plan.patterns.find((one) => one.target === target && one.access.kind !== 'query' && one.access.kind !== 'get');
  if (pattern?.access.kind === 'any') return pattern.access.entities.map((name) => entityOf(plan, name).names.record);
  if (pattern?.access.kind === 'typed') return pattern.access.members.map((member) => entityOf(plan, member.entity).names.record);
  return [entityOf(plan, target).names.record];
}

function parentType(field: FieldRef): string {
  return `ResolversParentTypes['${field.type}']`;
}

/** Codegen's type of a field's arguments. */
function argsType(plan: Plan, field: FieldRef): string {
  return hasArguments(plan, field) ? `${pascal(field.type)}${pascal(field.field)}Args` : 'object';
}

function hasArguments(plan: Plan, field: FieldRef): boolean {
  return plan.resolvers.find((one) => one.type === field.type && one.field === field.field)?.hasArguments ?? false;
}

function fieldName(field: FieldRef): string {
  return `${field.type}.${field.field}`;
}

// --- resolvers.ts ---

export function resolversView(plan: Plan) {
  const types = [...new Set(plan.resolvers.map((one) => one.type))];
  return {
    types: types.map((type) => ({
      name: type,
      fields: plan.resolvers.filter((one) => one.type === type).map((one) => resolverView(plan, one)),
    })),
  };
}

function resolverView(plan: Plan, resolver: ResolverPlan) {
  const body = resolverBody(plan, resolver);
  const uses = (name: string) => body.some((line) => new RegExp(`(?<![\\w.'])${name}\\b`).test(line));
  const parameters = ['parent', 'args', 'context', 'info'].map((name) => (uses(name) ? name : `_${name}`));
  while (parameters.at(-1)?.startsWith('_')) parameters.pop();
  const single = body.length === 1 ? (body[0] ?? '').replace(/^return /, '').replace(/;$/, '') : null;
  return { name: resolver.field, parameters: parameters.join(', '), single, body, isAsync: body.some((line) => line.includes('await ')) };
}

function resolverBody(plan: Plan, { type, field, answer }: ResolverPlan): string[] {
  switch (answer.kind) {
    case 'rule':
      return [`return rules.${answer.rule}({ parent, args, context, info });`];
    case 'mutation':
      return mutationBody(plan, mutationOf(plan, answer.mutation));
    case 'pattern': {
      const pattern = plan.patterns.find((one) => one.name === answer.pattern);
      if (!pattern) throw new Error(`no pattern for ${type}.${field}`);
      return patternBody(plan, pattern, answer.shape);
    }
  }
}

function patternBody(plan: Plan, pattern: PatternPlan, shape: 'one' | 'list' | 'connection'): string[] {
  const { inputs } = pattern;
  const lines = pattern.allow === null ? [] : [`await rules.${pattern.allow}({ parent, args, context });`];
  // A parent without the value has no such relation; a null argument is an open bound, not an absence.
  const missing = inputs.filter(({ value }) => value.kind === 'parent' && value.nullable).map(({ value }) => `${valueExpression(value)} === null`);
  if (missing.length > 0) lines.push(`if (${missing.join(' || ')}) return null;`);
  const call = patternCall(plan, pattern, shape);
  if (pattern.visible === null) return [...lines, `return ${call};`];
  return [...lines, `const node = await ${call};`, `return node !== null && (await rules.${pattern.visible}({ node, context })) ? node : null;`];
}

function patternCall(plan: Plan, pattern: PatternPlan, shape: 'one' | 'list' | 'connection'): string {
  const { access, inputs } = pattern;
  const stored = access.kind === 'get' ? entityOf(plan, access.entity) : null;
  const key = object(inputs.map(({ name, value }) => [name, stored ? asStored(stored, name, valueExpression(value)) : valueExpression(value)]));
  switch (access.kind) {
    case 'get': {
      const { loader } = entityOf(plan, access.entity).names;
      return access.consistent ? `context.loaders.${loader}.load(${key}, { consistent: true })` : `context.loaders.${loader}.load(${key})`;
    }
    case 'typed':
      return `context.loaders.${pattern.name}.load(${valueExpression(access.by)}, ${key})`;
    case 'any':
      return `context.loaders.${pattern.name}.load(${key})`;
    case 'query': {
      const crossing = access.bucket?.reads.kind === 'across';
      const given = inputs.filter(({ value }) => value.kind !== 'literal').map(({ name, value }): [string, string] => [name, valueExpression(value)]);
      const all: [string, string][] = crossing ? [...given, ['now', 'context.db.now()']] : given;
      const query = `queries.${access.function}(${all.length === 0 ? '' : object(all)})`;
      if (shape === 'connection') return group('context.db.connection(', [query, 'args', 'selection(info)'], ')', 6, 7);
      return shape === 'list' ? `context.db.list(${query})` : `context.db.one(${query})`;
    }
  }
}

function mutationBody(plan: Plan, mutation: MutationPlan): string[] {
  const { names } = entityOf(plan, mutation.entity);
  const lines = mutation.allow === null ? [] : [`await rules.${mutation.allow}({ parent, args, context });`];
  const options = [
    ...(mutation.expect ? [`expect: ${valueExpression(mutation.expect)}`] : []),
    ...(mutation.alongside ? [`alongside: (change) => rules.${mutation.alongside}({ ...change, mutation: ${quote(mutation.name)}, args, context })`] : []),
  ];
  const tail = options.length === 0 ? [] : [group('{', options, '}', 8)];
  const write = (verb: string, parts: readonly string[]) =>
    `const [record] = await context.db.write(${group(`${names.writes}.${verb}(`, [...parts, ...tail], ')', 6, 46)});`;
  const entity = entityOf(plan, mutation.entity);
  const key = object(mutation.key.map(({ name, value }) => [name, asStored(entity, name, valueExpression(value))]));
  const fields: [string, string][] = [
    ...mutation.values.map(({ name, value }): [string, string] => [name, valueExpression(value)]),
    ...mutation.set.map(({ field, value }): [string, string] => [field, literal(value)]),
  ];
  const values = object(mutation.kind === 'upsert' ? [...mutation.key.map(({ name, value }): [string, string] => [name, valueExpression(value)]), ...fields] : fields);
  const prepared = mutation.prepare;
  const current = `(current) => rules.${prepared}({ args, context, current })`;
  switch (mutation.kind) {
    case 'create':
      if (prepared) lines.push(`const values = await rules.${prepared}({ args, context, current: null });`);
      lines.push(write('create', [prepared ? 'values' : values]));
      break;
    case 'update':
    case 'upsert':
      lines.push(write(mutation.kind, [key, prepared ? current : values]));
      break;
    case 'delete':
      lines.push(write('delete', [key]));
      break;
  }
  return [...lines, 'return record;'];
}

function object(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([name, value]) => (name === value ? name : `${name}: ${value}`)).join(', ')} }`;
}

// --- tables.ts ---

export function tablesView(plan: Plan) {
  return {
    tables: plan.tables.map((table) => ({
      name: quote(table.name),
      physicalName: quote(table.physicalName),
      partition: quote(table.partition),
      sort: table.sort === null ? null : quote(table.sort),
      ttl: table.ttl === null ? null : quote(table.ttl),
      indexes: table.indexes.map((index) => ({
        name: quote(index.name),
        kind: quote(index.kind),
        partition: quote(index.partition),
        sort: index.sort === null ? null : quote(index.sort),
        project: index.project.kind === 'include' ? `{ kind: 'include', attributes: [${index.project.attributes.map(quote).join(', ')}] }` : `{ kind: ${quote(index.project.kind)} }`,
      })),
    })),
  };
}

// --- shared ---

function entityOf(plan: Plan, name: string): EntityPlan {
  const entity = plan.entities.find((one) => one.name === name);
  if (!entity) throw new Error(`no entity ${name} in the plan`);
  return entity;
}

function mutationOf(plan: Plan, name: string): MutationPlan {
  const mutation = plan.mutations.find((one) => one.name === name);
  if (!mutation) throw new Error(`no mutation ${name} in the plan`);
  return mutation;
}

function mainSlot(entity: EntityPlan): SlotPlan {
  const slot = entity.items[0]?.slots[0];
  if (!slot) throw new Error(`entity ${entity.name} has no key`);
  return slot;
}

function templateFields(slot: SlotPlan): string[] {
  return [slot.partition, slot.sort].flatMap((template) => (template?.parts ?? []).flatMap((part) => (part.kind === 'hole' ? [part.field] : [])));
}

export function indexVariable(table: string, index: string): string {
  return `${camel(table)}${pascal(index.toLowerCase())}`;
}

function slotFunction(entity: EntityPlan, item: ItemPlan, slot: SlotPlan): string {
  const index = slot.index === null ? '' : pascal(slot.index.toLowerCase());
  return item.role === 'entry' ? `${entity.names.loader}${pascal(item.for ?? '')}Entry${index}Key` : `${entity.names.loader}${index}Key`;
}

function entryFunction(entity: EntityPlan, item: ItemPlan): string {
  return `${entity.names.loader}${pascal(item.for ?? '')}Entry`;
}

function guardFunction(entity: EntityPlan, guard: GuardPlan): string {
  return `${entity.names.loader}${guard.fields.map(pascal).join('')}GuardKey`;
}
