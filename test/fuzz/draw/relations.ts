/** What reads or holds more than one entity: several of one union, joins, references, aggregates, transactions. */

import type { Dice } from '../../support/dice.js';
import type { DrawnEntity } from './entities.js';
import { drawFilter } from './filters.js';
import { Arguments, bare, drawPattern, drawRange } from './patterns.js';
import { isOneIn, states } from './pools.js';
import { type Answered, type Mapping, pageArguments } from './project.js';

export interface Relations {
  readonly patterns: Readonly<Record<string, Answered>>;
  readonly mutations: Readonly<Record<string, Answered>>;
  readonly unions: Readonly<Record<string, readonly string[]>>;
}

/** The entities with what refers from one to another. */
export function withReferences(dice: Dice, entities: readonly DrawnEntity[]): readonly DrawnEntity[] {
  const [target, ...others] = entities;
  if (!target || !isFoundById(target) || 'ttl' in target.yaml || !isOneIn(dice, 3)) return entities;
  return [
    target,
    ...others.map((one) => {
      if ('ttl' in one.yaml || one.name === 'Shelf') return one;
      const onDelete = dice.of(['leave', 'restrict', 'cascade']);
      return { ...one, yaml: { ...one.yaml, references: { owner: { to: target.name, onDelete } } } };
    }),
  ];
}

export function drawRelations(dice: Dice, entities: readonly DrawnEntity[]): Relations {
  const patterns: Record<string, Answered> = {};
  const unions: Record<string, readonly string[]> = {};
  for (const entity of entities) {
    const references = Object.values((entity.yaml.references ?? {}) as Readonly<Record<string, Mapping>>);
    if (references.some(({ onDelete }) => onDelete === 'cascade')) {
      const yaml = { many: entity.name, where: { owner: '$owner' } };
      const at = `Query.ofOwner${entity.name}`;
      patterns[`ofOwner${entity.name}`] = { yaml, at, args: { owner: 'ID!' }, returns: `[${entity.name}!]!` };
    }
    if (isOneIn(dice, 2) && !('ttl' in entity.yaml)) {
      const name = `total${entity.name}`;
      patterns[name] = drawAggregate(dice, name, entity);
    }
  }
  const [first, second] = entities.filter(({ name }) => name !== 'Shelf');
  const shelf = entities.find(({ name }) => name === 'Shelf');
  if (first && second && isOneIn(dice, 2)) {
    unions.Any = [first.name, second.name];
    for (const name of ['mixed0', 'mixed1'])
      patterns[name] = drawMixed(dice, { name, union: 'Any', members: [first, second] });
  }
  if (first && shelf && isOneIn(dice, 2)) {
    const members = second ? [first, second] : [first];
    unions.OnShelf = [shelf.name, ...members.map(({ name }) => name)];
    patterns.onShelf = drawMixed(dice, { name: 'onShelf', union: 'OnShelf', members, parent: shelf });
  }
  const target = entities.find(isFoundById);
  if (target && isOneIn(dice, 2)) {
    const join = dice.of(entities);
    const through = drawThrough(dice, target, join);
    if (through) patterns.through = through;
  }
  return { patterns, unions, mutations: drawTransaction(dice, entities) };
}

function isFoundById({ identity }: DrawnEntity): boolean {
  return identity.length === 1 && identity[0] === 'id';
}

function drawAggregate(dice: Dice, name: string, entity: DrawnEntity): Answered {
  const { fields } = entity;
  const args = new Arguments();
  const scalars = Object.keys(fields).filter(
    (field) => /^\w+!$/.test(fields[field] ?? '') && field !== 'version',
  );
  const where = Object.fromEntries(
    dice.some(scalars, dice.below(3)).map((field) => {
      const type = bare(fields[field] ?? '');
      return [field, type === 'State' && isOneIn(dice, 2) ? dice.of(states) : args.add(field, `${type}!`)];
    }),
  );
  const enums = Object.keys(fields).filter(
    (field) => /^State/.test(fields[field] ?? '') && !(field in where),
  );
  const numbers = Object.keys(fields).filter(
    (field) => /^Int/.test(fields[field] ?? '') && field !== 'version',
  );
  const isSum = numbers.length > 0 && isOneIn(dice, 2);
  const yaml: Mapping = {
    ...(isSum ? { sum: entity.name, of: dice.of(numbers) } : { count: entity.name, maintained: true }),
    ...(Object.keys(where).length > 0 && { where }),
    ...(enums.length > 0 && isOneIn(dice, 3) && { when: { [dice.of(enums)]: dice.some(states, 2) } }),
    ...(!isSum && isOneIn(dice, 4)
      ? { cap: 2 + dice.below(6) }
      : isOneIn(dice, 3) && { shards: 2 + dice.below(2) }),
  };
  return { yaml, at: `Query.${name}`, args: args.types, returns: isSum ? 'Float!' : 'Int!' };
}

/** Fields that all members have, of one type. */
function commonFields(members: readonly DrawnEntity[]): Readonly<Record<string, string>> {
  const [first, ...others] = members;
  return Object.fromEntries(
    Object.entries(first?.fields ?? {}).filter(
      ([field, type]) => field !== 'version' && others.every(({ fields }) => fields[field] === type),
    ),
  );
}

function drawMixed(
  dice: Dice,
  {
    name,
    union,
    members,
    parent,
  }: {
    readonly name: string;
    readonly union: string;
    readonly members: readonly DrawnEntity[];
    readonly parent?: DrawnEntity;
  },
): Answered {
  const args = new Arguments();
  const fields = commonFields(members);
  const plain = Object.keys(fields).filter((field) => /^\w+!$/.test(fields[field] ?? ''));
  const typeOf = (field: string) => fields[field] ?? 'String!';
  const others = plain.filter((field) => field !== 'owner' && field !== 'id');
  const bound = parent
    ? ['owner']
    : ['owner', ...dice.some(others, isOneIn(dice, 4) ? 1 : 0)].filter((one) => plain.includes(one));
  const where = Object.fromEntries(
    bound.map((field) => [
      field,
      !parent && isOneIn(dice, 6)
        ? { in: args.add(field, `[${bare(typeOf(field))}!]!`) }
        : args.add(field, typeOf(field)),
    ]),
  );
  const free = dice.shuffled(others.filter((field) => !(field in where)));
  const sorted = isOneIn(dice, 2) ? free.slice(0, 1) : [];
  const range = drawRange(dice, sorted[0], typeOf, args, false);
  const filter = isOneIn(dice, 3)
    ? drawFilter(dice, { ...(members[0] as DrawnEntity), fields }, args)
    : undefined;
  const isList = isOneIn(dice, 3);
  const yaml: Mapping = {
    mixed: union,
    ...(Object.keys(where).length > 0 && { where }),
    ...(sorted.length > 0
      ? { sort: isOneIn(dice, 2) ? `-${sorted[0]}` : sorted[0] }
      : isOneIn(dice, 2) && { order: isOneIn(dice, 2) ? 'DESC' : args.add('order', 'Order') }),
    ...(range && { range }),
    ...(filter && { filter }),
    ...(parent && { parent: parent.name }),
    ...(isOneIn(dice, 6) && { shards: 2 }),
  };
  return {
    yaml,
    at: `Query.${name}`,
    args: isList ? args.types : { ...args.types, ...pageArguments },
    returns: isList ? `[${union}!]!` : `${union}Connection!`,
  };
}

/** Records that the records of a pattern lead to. */
function drawThrough(dice: Dice, target: DrawnEntity, join: DrawnEntity): Answered | undefined {
  const { yaml, args, returns } = drawPattern(dice, 'through', join, undefined);
  const { many, where, narrow, select, page, ...rest } = yaml;
  if (many === undefined || narrow || select || returns.startsWith('[[')) return undefined;
  if (join.identity.every((field) => field in ((where ?? {}) as Mapping))) return undefined;
  const isList = returns.startsWith('[');
  return {
    yaml: {
      many: target.name,
      through: { many: join.name, ...(where ? { where } : {}) },
      where: { id: '$through.owner' },
      ...rest,
      ...(isList && isOneIn(dice, 2) && { distinct: true }),
    },
    at: 'Query.through',
    args,
    returns: isList ? `[${target.name}!]!` : `${target.name}Connection!`,
  };
}

/** Two records that are written together. */
function drawTransaction(dice: Dice, entities: readonly DrawnEntity[]): Readonly<Record<string, Answered>> {
  const known = entities.filter(({ yaml }) => !('id' in ((yaml.generate ?? {}) as Mapping)));
  if (known.length === 0 || !isOneIn(dice, 2)) return {};
  const args = new Arguments();
  const one = drawStep(dice, dice.of(known), args, ['create', 'update']);
  const other = drawStep(dice, dice.of(known), args, ['create', 'update', 'delete']);
  return {
    both: {
      yaml: { transaction: { one: one.yaml, other: other.yaml }, returns: 'one' },
      at: 'Mutation.both',
      args: args.types,
      returns: 'create' in one.yaml ? `${one.entity}!` : one.entity,
    },
  };
}

function drawStep(
  dice: Dice,
  { name, identity, fields, changeable }: DrawnEntity,
  args: Arguments,
  kinds: readonly ('create' | 'update' | 'delete')[],
): { readonly yaml: Mapping; readonly entity: string } {
  const possible = changeable.length > 0 ? kinds : kinds.filter((kind) => kind !== 'update');
  const kind = isOneIn(dice, 2) ? 'create' : dice.of(possible);
  if (kind === 'create') return { yaml: { create: name, from: args.add('a', `New${name}!`) }, entity: name };
  const where = Object.fromEntries(
    identity.map((field) => [field, args.add(field, `${bare(fields[field] ?? '')}!`)]),
  );
  const from = kind === 'update' ? { from: args.add('a', `${name}Changes!`) } : {};
  return { yaml: { [kind]: name, where, ...from }, entity: name };
}
