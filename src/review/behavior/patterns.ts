/** Which records a pattern returns, in which order, with what a request gives. */

import { durationText } from '../../generator/durations.js';
import {
  type Access,
  type AggregateAccess,
  type CountAccess,
  type ExistsAccess,
  type GetAccess,
  type MixedAccess,
  type PatternPlan,
  type QueryAccess,
  queryOf,
  type ThroughAccess,
  type UniqueAccess,
} from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { AttributePlan, SlotPlan } from '../../generator/plan/types/storage.js';
import { type Fact, factsOf, type Readers } from './facts.js';
import { conditionText, conjuncts, listText, valuesIn, valueText } from './words.js';

export interface OfPattern {
  readonly pattern: PatternPlan;
  readonly plan: Plan;
  /** The plan that this one is compared with. */
  readonly other: Plan;
}

export function patternFacts(pattern: PatternPlan, plan: Plan, other: Plan): Fact[] {
  return factsOf(ofPattern, pattern, { pattern, plan, other });
}

const ofPattern: Readers<PatternPlan, OfPattern> = {
  name: 'how',
  cardinality: (cardinality, { target }) => [
    { topic: 'answer', text: `${cardinality === 'sum' ? 'a sum' : cardinality} of \`${target}\`` },
  ],
  target: 'elsewhere',
  // By it the two are known to be the same, or the API says it.
  field: 'elsewhere',
  access: (access, _, of) => accessFacts(access, of),
  select: (select) => [{ topic: 'select', text: `\`${select}\` of each record` }],
  distinct: (distinct) => [
    {
      topic: 'distinct',
      text: distinct.by === 'record' ? 'each record once' : `each \`${distinct.attribute}\` once`,
    },
  ],
  inputs: (inputs, { access }) => {
    const range = (access.kind === 'mixed' ? access.query : queryOf(access))?.range;
    return inputs.map(({ name, value }) => {
      const isBound = range?.bounds.some((bound) => bound === name);
      return {
        topic: isBound && /from|after/.test(name) ? 'from' : isBound ? 'to' : `input ${name}`,
        text: `\`${isBound ? range?.field : name}\` ${isBound ? name : 'is'} ${valueText(value)}`,
        values: [value],
        isInput: true,
      };
    });
  },
  // With the filter.
  filterInputs: 'elsewhere',
  allow: 'elsewhere',
  visible: 'elsewhere',
  prefetch: 'how',
  starts: 'how',
};

function accessFacts(access: Access, of: OfPattern): Fact[] {
  switch (access.kind) {
    case 'get':
      return factsOf(ofGet, access, of);
    case 'unique':
      return factsOf(ofUnique, access, of);
    case 'typed':
      return factsOf(ofTyped, access, of);
    case 'any':
      return factsOf(ofAny, access, of);
    case 'query':
      return factsOf(ofQuery, access, of);
    case 'mixed':
      return factsOf(ofMixed, access, of);
    case 'count':
      return factsOf(ofCount, access, of);
    case 'aggregate':
      return factsOf(ofAggregate, access, of);
    case 'exists':
      return factsOf(ofExists, access, of);
    case 'through':
      return factsOf(ofThrough, access, of);
  }
}

type Typed = Extract<Access, { kind: 'typed' }>;
type Any = Extract<Access, { kind: 'any' }>;
type Member = Any['members'][number];

const from = (entity: string): Fact[] => [
  { topic: `from ${entity}`, text: `reads records of \`${entity}\`` },
];

function memberFacts({ entity, renames }: Member): Fact[] {
  return [
    ...from(entity),
    ...Object.entries(renames).map(([field, name]) => ({
      topic: `rename ${entity}.${field}`,
      text: `\`${name}\` is \`${field}\` of \`${entity}\``,
    })),
  ];
}

const listed = (each: { readonly max: number } | null): Fact[] =>
  each ? [{ topic: 'list', text: `at most ${each.max} values in a list` }] : [];

const ofGet: Readers<GetAccess, OfPattern> = {
  kind: 'how',
  entity: from,
  // What it costs says it.
  consistent: 'elsewhere',
  each: listed,
};

const ofUnique: Readers<UniqueAccess, OfPattern> = {
  kind: 'how',
  entity: from,
  // Among the inputs.
  fields: 'elsewhere',
};

const ofTyped: Readers<Typed, OfPattern> = {
  kind: 'how',
  by: (by) => [{ topic: 'type', text: `the type is named by ${valueText(by)}`, values: [by], isInput: true }],
  members: (members) =>
    members.flatMap((member) => [
      { topic: `type ${member.value}`, text: `\`${member.value}\` is \`${member.entity}\`` },
      ...memberFacts(member),
    ]),
};

const ofAny: Readers<Any, OfPattern> = {
  kind: 'how',
  members: (members) => members.flatMap(memberFacts),
};

const ofQuery: Readers<QueryAccess, OfPattern> = {
  kind: 'how',
  entity: from,
  item: (_, access, of) => conditionsOf(slotOf(access, of), access.entity, of),
  index: 'how',
  partition: 'how',
  sort: 'how',
  shards: 'how',
  equals: (equals) =>
    equals.flatMap(({ field, each }) =>
      each === undefined || each === 'list'
        ? []
        : [{ topic: `input ${field}`, text: `\`${field}\` is one of ${listText(each)}` }],
    ),
  head: 'how',
  narrow: ({ parts, last }) => [
    {
      topic: 'narrow',
      text: `narrowed by ${listText(parts.map(({ hole }) => hole.field))}${last === 'prefix' ? ', the last by its beginning' : ''}`,
    },
  ],
  terminated: 'how',
  // Its bounds are among the inputs.
  range: 'elsewhere',
  multiAttribute: 'how',
  filter: (filter, { entity }, { pattern, plan }) => filterFacts(filter, pattern, attributesOf(plan, entity)),
  bucket: ({ field, unit, reads }) => [
    {
      topic: 'bucket',
      text:
        reads.kind === 'given'
          ? `of one ${unit} of \`${field}\``
          : `of the last ${reads.count} ${unit}s of \`${field}\``,
    },
  ],
  order: ({ kind, descending }, { orderBy, entity }, { plan }) => [
    {
      topic: 'order',
      text: [
        ...(orderBy.length > 0 ? [`by ${listText(orderBy)}`] : []),
        `${directionOf(
          descending,
          attributesOf(plan, entity).find(({ name }) => name === orderBy[0]),
        )}${kind === 'chosen' ? ' unless the request says otherwise' : ''}`,
      ].join(', '),
    },
  ],
  isInverted: 'how',
  // With the order.
  orderBy: 'elsewhere',
  covering: 'how',
  // What it costs says it.
  consistent: 'elsewhere',
  cache: ({ seconds, stale }) => [{ topic: 'age', text: `may be ${durationText(seconds + stale)} old` }],
  page: (page, _, { pattern }) =>
    pattern.cardinality === 'one'
      ? []
      : [{ topic: 'page', text: `${page.default} records, at most ${page.max}, in one answer` }],
  // A field of the connection.
  total: 'elsewhere',
  limit: (limit) => [
    { topic: 'limit', text: `at most ${valueText(limit)} records`, values: [limit], isInput: true },
  ],
  function: 'how',
  why: 'how',
};

function directionOf(descending: boolean, attribute: AttributePlan | undefined): string {
  switch (attribute?.element) {
    case 'time':
      return descending ? 'the newest first' : 'the oldest first';
    case 'integer':
    case 'safeInteger':
    case 'decimal':
      return descending ? 'the largest first' : 'the smallest first';
    default:
      return descending ? 'descending' : 'ascending';
  }
}

function filterFacts(
  filter: NonNullable<QueryAccess['filter']>,
  { filterInputs }: PatternPlan,
  attributes: readonly AttributePlan[],
): Fact[] {
  const inputOf = (name: string) => filterInputs.find((one) => one.name === name)?.value;
  return conjuncts(filter).flatMap((one) => {
    // What tells apart the entities that share an index.
    if (one.kind === 'compare' && !attributes.some(({ name }) => name === one.field)) return [];
    const text = conditionText(one, (value) => {
      const plan = value.kind === 'literal' ? value : inputOf(value.name);
      return plan ? valueText(plan) : `\`${JSON.stringify(value)}\``;
    });
    return [
      {
        topic: one.kind === 'compare' ? `filter ${one.field} ${one.operator}` : `filter ${text}`,
        text: `only where ${text}`,
        values: valuesIn(one).flatMap((value) => (value.kind === 'input' ? (inputOf(value.name) ?? []) : [])),
        isInput: true,
      },
    ];
  });
}

function attributesOf({ entities }: Plan, name: string): readonly AttributePlan[] {
  return entities.find((one) => one.name === name)?.attributes ?? [];
}

type Conditions = Pick<SlotPlan, 'when' | 'present'>;

function slotOf(
  { entity, item, index, partition }: QueryAccess,
  { plan }: OfPattern,
): Conditions | undefined {
  const slots = plan.entities.find(({ name }) => name === entity)?.items[item]?.slots ?? [];
  const own = slots.filter((slot) => slot.index === index);
  return own.find((slot) => slot.partition.text === partition.text) ?? own[0];
}

/** Which records are in the index. */
function conditionsOf(of: Conditions | undefined, entity: string, { plan, other }: OfPattern): Fact[] {
  // That an attribute is required, or no longer is, the API and storage say.
  const isNullable = (name: string) =>
    [plan, other].every(
      (one) => attributesOf(one, entity).find((attribute) => attribute.name === name)?.nullable,
    );
  return [
    ...(of?.when ?? []).map(({ field, values }) => ({
      topic: `when ${field}`,
      text: `only where \`${field}\` is ${values.map((value) => (value === null ? 'absent' : `\`${value}\``)).join(' or ')}`,
    })),
    ...(of?.present ?? []).filter(isNullable).map((field) => ({
      topic: `present ${field}`,
      text: `only records that have \`${field}\``,
    })),
  ];
}

/** Of records that are counted, or of which there is one: in whatever order. */
function withoutOrder(facts: readonly Fact[]): Fact[] {
  return facts.filter(({ topic }) => !['order', 'page', 'limit'].includes(topic));
}

const ofMixed: Readers<MixedAccess, OfPattern> = {
  kind: 'how',
  members: (members, _, of) =>
    members.flatMap((member) => [
      ...memberFacts(member),
      ...withoutOrder(accessFacts(member.access, of)).map((fact) => ({
        ...fact,
        topic: `${member.entity} ${fact.topic}`,
        text: `of \`${member.entity}\` ${fact.text}`,
      })),
    ]),
  query: (query, _, of) =>
    accessFacts(query, of).filter(({ topic }) => ['order', 'page', 'limit'].includes(topic)),
  spans: 'how',
  parents: (parents) =>
    parents.map(({ entity }) => ({ topic: `parent ${entity}`, text: `\`${entity}\` comes first` })),
  only: 'how',
};

const ofCount: Readers<CountAccess, OfPattern> = {
  kind: 'how',
  query: (query, _, of) => withoutOrder(accessFacts(query, of)),
  upTo: (upTo) => [{ topic: 'up to', text: `counts up to ${upTo}` }],
};

const ofAggregate: Readers<AggregateAccess, OfPattern> = {
  kind: 'how',
  entity: from,
  aggregate: (name, { entity }, of) => {
    const own = of.plan.entities.find((one) => one.name === entity)?.aggregates;
    const aggregate = own?.find((one) => one.name === name);
    return [
      ...(aggregate?.field ? [{ topic: 'sum', text: `adds up \`${aggregate.field}\`` }] : []),
      ...conditionsOf(aggregate, entity, of),
    ];
  },
  consistent: 'elsewhere',
};

const ofExists: Readers<ExistsAccess, OfPattern> = {
  kind: 'how',
  by: (by, _, of) => withoutOrder(accessFacts(by, of)),
  each: listed,
};

const ofThrough: Readers<ThroughAccess, OfPattern> = {
  kind: 'how',
  join: (join, _, of) => accessFacts(join, of),
  entity: 'elsewhere',
  key: (key, { entity }) =>
    key.map(({ name, value }) => ({
      topic: `key ${name}`,
      text: `leads to \`${entity}\` whose \`${name}\` is ${valueText(value)}`,
      ...(value.kind === 'through' ? {} : { values: [value], isInput: true }),
    })),
  edge: 'elsewhere',
};
