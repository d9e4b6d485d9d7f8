/** Random patterns of an entity: what is found, in which order, between which bounds, under which conditions. */

import type { Dice } from '../../support/dice.js';
import type { DrawnEntity } from './entities.js';
import { drawFilter } from './filters.js';
import { isOneIn, states } from './pools.js';
import { type Answered, type Mapping, pageArguments } from './project.js';

/** Arguments of one field, each with a name of its own. */
export class Arguments {
  readonly types: Record<string, string> = {};

  /** `$name`, of this type. */
  add(name: string, type: string): string {
    let free = name;
    for (let at = 2; free in this.types; at++) free = `${name}${at}`;
    this.types[free] = type;
    return `$${free}`;
  }
}

export const bare = (type: string) => type.replace(/!$/, '');

/** The entity's fields that keys may contain. */
function scalarsOf({ fields }: DrawnEntity): string[] {
  return Object.keys(fields).filter((field) => !fields[field]?.startsWith('[') && field !== 'version');
}

interface Parent {
  /** The type whose field is answered, and what of it an owner is found by. */
  readonly type: string;
}

/** How one pattern finds its records: a part of its mapping, and the arguments it takes. */
export function drawPattern(
  dice: Dice,
  name: string,
  entity: DrawnEntity,
  parent: Parent | undefined,
): Answered {
  const args = new Arguments();
  const kind = dice.of(['many', 'many', 'many', 'many', 'many', 'one', 'count', 'exists'] as const);
  const scalars = scalarsOf(entity);
  const typeOf = (field: string) => entity.fields[field] ?? 'String!';
  const where: Record<string, unknown> = {};
  const present = new Set<string>();
  const use = (field: string) => {
    if (!typeOf(field).endsWith('!') && !isOneIn(dice, 20)) present.add(field);
  };
  const equal = dice.some(scalars, dice.below(3));
  if (parent && !equal.includes('owner')) equal.push('owner');
  for (const field of equal) {
    use(field);
    where[field] = drawEquality(dice, field, bare(typeOf(field)), args, {
      isParents: parent !== undefined && field === 'owner',
      isListed: kind !== 'exists',
    });
  }
  if (entity.identity.every((field) => field in where))
    return wholeKey(dice, { kind, name, where, args, entity, parent });
  const isOrdered = kind === 'many' || kind === 'one';
  const free = dice.shuffled(scalars.filter((field) => !(field in where) && field !== 'id'));
  const narrow: Record<string, string> = {};
  if (kind === 'many' && isOneIn(dice, 6)) {
    for (const field of free.splice(0, 1 + dice.below(2))) {
      use(field);
      narrow[field] = args.add(field, bare(typeOf(field)));
    }
  }
  const sorted = isOrdered || isOneIn(dice, 3) ? free.splice(0, dice.below(3)) : [];
  for (const field of sorted) use(field);
  const isDown = isOneIn(dice, 2);
  const isText = (field: string) => /^(String|ID|State)/.test(typeOf(field));
  const anyWay = sorted.some(isText);
  const sort = sorted.map((field) => ((anyWay ? isDown : isOneIn(dice, 2)) ? `-${field}` : field));
  const order =
    isOrdered &&
    sort.length > 0 &&
    new Set(sort.map((word) => word[0] === '-')).size === 1 &&
    isOneIn(dice, 4)
      ? args.add('order', 'Order')
      : undefined;
  const bucket = drawBucket(dice, kind, sorted[0], typeOf, args, Object.keys(narrow).length > 0);
  const range = drawRange(dice, sorted[0], typeOf, args, 'bucket' in bucket);
  const when = drawWhen(dice, entity, present, where);
  const filter = isOneIn(dice, 3) ? drawFilter(dice, entity, args) : undefined;
  const isWhole = Object.keys(where).length === 0;
  const shards = isOneIn(dice, 6) ? 2 + dice.below(3) : isWhole && !when ? 1 : undefined;
  const isList = kind === 'many' && isOneIn(dice, 2);
  const limit = isList && isOneIn(dice, 2) ? args.add('limit', 'Int') : undefined;
  const max = 5 + dice.below(30);
  const page =
    kind === 'many' && isOneIn(dice, 4)
      ? { ...(!(isList && !limit) && { default: 1 + dice.below(5) }), max }
      : undefined;
  const isEntry = isOneIn(dice, 8) && !('ttl' in entity.yaml) && kind !== 'exists' && !filter;
  const select =
    isOrdered && (isList || kind === 'one') && isOneIn(dice, 5)
      ? dice.of(Object.keys(entity.fields).filter((field) => field !== 'version'))
      : undefined;
  const yaml: Mapping = {
    [kind]: entity.name,
    ...(!isWhole && { where }),
    ...(Object.keys(narrow).length > 0 && { narrow }),
    ...(Object.keys(narrow).length > 0 &&
      isOneIn(dice, 3) &&
      !range &&
      Object.keys(narrow).every((one) => /^(String|ID)/.test(typeOf(one))) && { last: 'prefix' }),
    ...(sort.length > 0 &&
      isOrdered && {
        sort: [...Object.keys(narrow).map((one) => (isDown && anyWay ? `-${one}` : one)), ...sort],
      }),
    ...(order && { order }),
    ...(range && { range }),
    ...(filter && { filter }),
    ...(when && { when }),
    ...bucket,
    ...(shards && { shards }),
    ...(limit && { limit }),
    ...(page && { page }),
    ...(kind === 'count' && isOneIn(dice, 4) && { upTo: 1 + dice.below(6) }),
    ...(isEntry && { entry: true }),
    ...(select !== undefined && { select }),
  };
  const at = `${parent ? parent.type : 'Query'}.${name}`;
  const answered = finished(kind, { yaml, at, args, isList, entity });
  if (select === undefined) return answered;
  const type = typeOf(select);
  return { ...answered, returns: kind === 'one' ? bare(type) : `[${type}]!` };
}

function finished(
  kind: string,
  {
    yaml,
    at,
    args,
    isList,
    entity,
  }: {
    readonly yaml: Mapping;
    readonly at: string;
    readonly args: Arguments;
    readonly isList: boolean;
    readonly entity: DrawnEntity;
  },
): Answered {
  const { name } = entity;
  if (kind === 'one') return { yaml, at, args: args.types, returns: name };
  if (kind === 'count') return { yaml, at, args: args.types, returns: 'Int!' };
  if (kind === 'exists') return { yaml, at, args: args.types, returns: 'Boolean!' };
  if (isList) return { yaml, at, args: args.types, returns: `[${name}!]!` };
  return { yaml, at, args: { ...args.types, ...pageArguments }, returns: `${name}Connection!` };
}

/** Of at most one record, there is nothing to order or to bound. */
function wholeKey(
  dice: Dice,
  {
    kind,
    name,
    where,
    args,
    entity,
    parent,
  }: {
    readonly kind: string;
    readonly name: string;
    readonly where: Mapping;
    readonly args: Arguments;
    readonly entity: DrawnEntity;
    readonly parent: Parent | undefined;
  },
): Answered {
  const filter =
    (kind === 'count' || kind === 'exists') && isOneIn(dice, 3) ? drawFilter(dice, entity, args) : undefined;
  const yaml = { [kind]: entity.name, where, ...(filter && { filter }) };
  const at = `${parent ? parent.type : 'Query'}.${name}`;
  const isBatch = Object.values(where).some((value) => typeof value === 'object');
  return finished(kind, { yaml, at, args, isList: isBatch || isOneIn(dice, 2), entity });
}

function drawEquality(
  dice: Dice,
  field: string,
  type: string,
  args: Arguments,
  { isParents, isListed }: { readonly isParents: boolean; readonly isListed: boolean },
): unknown {
  if (isParents) return '$parent.id';
  if (type === 'State' && isOneIn(dice, 3)) return dice.of(states);
  if (isListed && isOneIn(dice, 8))
    return type === 'State' && isOneIn(dice, 2)
      ? { in: dice.some(states, 2) }
      : { in: args.add(field, `[${type}!]!`) };
  return args.add(field, `${type}!`);
}

export function drawRange(
  dice: Dice,
  field: string | undefined,
  typeOf: (field: string) => string,
  args: Arguments,
  isBucketed: boolean,
): Mapping | undefined {
  if (field === undefined || !isOneIn(dice, 2)) return undefined;
  const type = bare(typeOf(field));
  const bounds: Record<string, unknown> = {};
  const bang = () => (isOneIn(dice, 3) ? '!' : '');
  const bound = (name: string) => constantOf(dice, type) ?? args.add(name, `${type}${bang()}`);
  if (/^(String|ID|DateTime)/.test(type) && !isBucketed && isOneIn(dice, 4))
    bounds.prefix = args.add('prefix', `String${bang()}`);
  else {
    if (!isOneIn(dice, 3)) bounds[dice.of(['from', 'after'])] = bound('low');
    if (Object.keys(bounds).length === 0 || isOneIn(dice, 2))
      bounds[dice.of(['to', 'before'])] = bound('high');
  }
  return { [field]: bounds };
}

/** Now and then a constant in the place of an argument. */
function constantOf(dice: Dice, type: string): unknown {
  if (!isOneIn(dice, 5)) return undefined;
  const constants: Readonly<Record<string, readonly unknown[]>> = {
    Int: [0, 7],
    Float: [0.25, 3],
    String: ['a', 'b'],
    Boolean: [true, false],
    DateTime: ['2126-02-14T10:30:00.000Z', '2126-01-31T23:59:59.999Z'],
    State: states,
  };
  const values = constants[type];
  return values && dice.of(values);
}

function drawBucket(
  dice: Dice,
  kind: string,
  first: string | undefined,
  typeOf: (field: string) => string,
  args: Arguments,
  isNarrowed: boolean,
): Mapping {
  if (first === undefined || isNarrowed || bare(typeOf(first)) !== 'DateTime' || !isOneIn(dice, 2)) return {};
  const unit = dice.of(['month', 'month', 'year', 'day'] as const);
  const bucket = `${unit}(${first})`;
  if (isOneIn(dice, 2) && kind !== 'one')
    return { bucket, in: isOneIn(dice, 2) ? args.add(unit, 'String!') : args.add(`${unit}s`, '[String!]!') };
  return { bucket, ...(unit === 'day' ? { across: 90 } : isOneIn(dice, 2) && { across: 24 }) };
}

function drawWhen(
  dice: Dice,
  entity: DrawnEntity,
  present: ReadonlySet<string>,
  where: Mapping,
): Mapping | undefined {
  const when: Record<string, unknown> = Object.fromEntries([...present].map((field) => [field, 'present']));
  const enums = Object.keys(entity.fields).filter(
    (field) => entity.fields[field]?.startsWith('State') && !(field in where) && !(field in when),
  );
  if (enums.length > 0 && isOneIn(dice, 6))
    when[dice.of(enums)] = isOneIn(dice, 2) ? dice.of(states) : dice.some(states, 2);
  return Object.keys(when).length > 0 ? when : undefined;
}
