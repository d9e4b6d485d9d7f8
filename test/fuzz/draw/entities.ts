/** Random entities: their fields, how they are identified, and what else is declared of them. */

import type { Dice } from '../../support/dice.js';
import { isOneIn } from './pools.js';
import type { Mapping } from './project.js';

export interface DrawnEntity {
  readonly name: string;
  /** SDL types by field. */
  readonly fields: Readonly<Record<string, string>>;
  readonly yaml: Mapping;
  readonly identity: readonly string[];
  /** What callers provide when they create. */
  readonly given: readonly string[];
  /** What an update may change. */
  readonly changeable: readonly string[];
}

/** What a record may have besides its id, its owner and its revision. */
const kit: Readonly<Record<string, readonly string[]>> = {
  name: ['String!', 'String!', 'String'],
  place: ['String!', 'ID!', 'ID'],
  count: ['Int!', 'Int!', 'Int'],
  rank: ['Int!'],
  score: ['Float!', 'Float'],
  at: ['DateTime!'],
  until: ['DateTime!', 'DateTime'],
  flag: ['Boolean!', 'Boolean'],
  state: ['State!', 'State'],
  kind: ['State!'],
  tags: ['[String!]!', '[String!]'],
  marks: ['[Int!]!'],
};

export function drawEntity(dice: Dice, name: string): DrawnEntity {
  const drawn = dice
    .some(Object.keys(kit), 3 + dice.below(5))
    .map((field) => [field, dice.of(kit[field] ?? [])] as const);
  const fields: Record<string, string> = { id: 'ID!', owner: 'ID!', ...Object.fromEntries(drawn) };
  const generate: Record<string, string> = { version: 'revision' };
  if (isOneIn(dice, 4)) generate.id = 'uuidv7';
  if (isOneIn(dice, 5)) {
    fields.createdAt = 'DateTime!';
    generate.createdAt = 'now';
  }
  if (isOneIn(dice, 5)) {
    fields.updatedAt = 'DateTime!';
    generate.updatedAt = 'touch';
  }
  fields.version = 'Int!';
  const scalars = Object.entries(fields).filter(([, type]) => /^\w+!$/.test(type));
  const inKey = scalars.map(([field]) => field).filter((field) => !(field in generate) && field !== 'id');
  const { identity, key } = drawKey(dice, name, inKey, 'id' in generate);
  const texts = Object.entries(fields).filter(([field, type]) => /^String!?$/.test(type) && field !== 'id');
  const free = ([field]: readonly [string, string]) => !identity.includes(field) && !(field in generate);
  const yaml: Record<string, unknown> = { ...key, generate };
  const [text] = texts.filter(free);
  if (text && isOneIn(dice, 4))
    yaml.normalize = { [text[0]]: dice.of(['lowercase', 'trim', ['trim', 'lowercase']]) };
  if (text && !yaml.normalize && isOneIn(dice, 4)) yaml.encode = { [text[0]]: 'fold' };
  const numbers = Object.entries(fields).filter(
    (one) => /^(Int|Float|DateTime|Boolean)/.test(one[1]) && free(one),
  );
  if (numbers.length > 0 && isOneIn(dice, 5)) yaml.encode = { [dice.of(numbers)[0]]: 'invert' };
  const enumField = ['state', 'kind'].find((field) => field in fields && !identity.includes(field));
  if (enumField && !yaml.encode && isOneIn(dice, 3)) yaml.encode = { [enumField]: 'declared' };
  if ('until' in fields && !identity.includes('until') && isOneIn(dice, 2)) yaml.ttl = 'until';
  if ('tags' in fields && isOneIn(dice, 2)) yaml.sets = ['tags'];
  const state = Object.entries(fields)
    .filter(([, type]) => /^State/.test(type))
    .filter(free);
  if (state[0] && isOneIn(dice, 4)) yaml.default = { [state[0][0]]: 'OPEN' };
  const unique = Object.entries(fields).filter((one) => /^(String|Int)/.test(one[1]) && free(one));
  if (unique.length > 0 && isOneIn(dice, 6))
    yaml.unique = isOneIn(dice, 2) ? [dice.of(unique)[0]] : [['owner', dice.of(unique)[0]]];
  const given = Object.keys(fields).filter((field) => !(field in generate) || field === 'id');
  return {
    name,
    fields,
    yaml,
    identity,
    given,
    changeable: given.filter((field) => field !== 'id' && !identity.includes(field)),
  };
}

/** A key that is pinned, an identity of one or several fields, or nothing at all. */
function drawKey(
  dice: Dice,
  name: string,
  inKey: readonly string[],
  isGenerated: boolean,
): { readonly key: Mapping; readonly identity: readonly string[] } {
  const type = name.toUpperCase();
  const field = dice.of(inKey);
  const rest = field === 'owner' ? [] : [field];
  const pinned = (PK: string, SK: string, identity: readonly string[]) => ({
    key: { key: { PK, SK } },
    identity,
  });
  const named = (...identity: readonly string[]) => ({ key: { identity }, identity });
  switch (dice.below(isGenerated ? 4 : 8)) {
    case 0:
      return pinned(`${type}#{id}`, dice.of(['#', 'METADATA']), ['id']);
    case 1:
      return pinned('OWNER#{owner}', `${type}#{id}`, ['owner', 'id']);
    case 4: {
      const sort = [type, ...rest.map((one) => `{${one}}`), '{id}'].join('#');
      return pinned('OWNER#{owner}', sort, ['owner', ...rest, 'id']);
    }
    case 5:
      return named('owner', 'id');
    case 6:
      return named('id', ...rest);
    default:
      return { key: {}, identity: ['id'] };
  }
}

/** One record for each owner, which others lie with. */
export const shelf: DrawnEntity = {
  name: 'Shelf',
  fields: { owner: 'ID!', title: 'String', version: 'Int!' },
  yaml: { identity: ['owner'], generate: { version: 'revision' } },
  identity: ['owner'],
  given: ['owner', 'title'],
  changeable: ['title'],
};
