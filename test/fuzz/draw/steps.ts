/** What clients do with a project: writes, and then questions whose arguments meet what was written. */

import { type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import type { Dice } from '../../support/dice.js';
import { alive, type State } from '../oracle/answers.js';
import type { Declarations, Pattern, Values } from '../oracle/declarations.js';
import { drawValue, isOneIn, now, type Pools } from './pools.js';

export interface WriteStep {
  readonly mutation: string;
  readonly args: Values;
}

export interface QuestionStep {
  readonly pattern: string;
  readonly args: Values;
  /** The record whose field is asked. */
  readonly parent?: Values;
  /** The attributes that are selected of each record. */
  readonly select: Readonly<Record<string, readonly string[]>>;
  /** Draws the pages of a connection. */
  readonly pages: number;
}

export function drawWrites(dice: Dice, declared: Declarations, pools: Pools): WriteStep[] {
  const mutations = [...declared.mutations.values()];
  const creates = mutations.filter(({ kind }) => kind === 'create');
  const others = mutations.filter(({ kind }) => kind !== 'create');
  const count = 12 + dice.below(30);
  return Array.from({ length: count }, () => {
    const { name } = dice.of(others.length > 0 && isOneIn(dice, 3) ? others : creates);
    return {
      mutation: name,
      args: argumentsOf(dice, declared, 'Mutation', declared.mutation(name).field, pools),
    };
  });
}

function argumentsOf(dice: Dice, declared: Declarations, type: string, field: string, pools: Pools): Values {
  const taken = declared.fieldOf(type, field).args.filter(({ name }) => !paging.has(name));
  return Object.fromEntries(
    taken.flatMap(({ name, type: of }) => {
      const value = drawInput(dice, of, pools);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

const paging: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before']);

/** Undefined for what the caller leaves out. */
function drawInput(dice: Dice, type: GraphQLInputType, pools: Pools): unknown {
  const named = getNamedType(type);
  const text = String(type);
  if (!text.endsWith('!') && isOneIn(dice, 3)) return undefined;
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields()).flatMap((field) => {
        const value = drawInput(dice, field.type, pools);
        return value === undefined ? [] : [[field.name, value] as const];
      }),
    );
  if (named.name === 'Order') return isOneIn(dice, 4) ? null : dice.of(['ASC', 'DESC']);
  return drawValue(dice, pools, text);
}

export function drawQuestion(
  dice: Dice,
  declared: Declarations,
  pattern: Pattern,
  state: State,
  pools: Pools,
): QuestionStep | undefined {
  const { name, type, field, targets } = pattern;
  const drawn = argumentsOf(dice, declared, type, field, pools);
  const args = Object.fromEntries(
    Object.entries(drawn).map(([arg, value]) => [arg, met(dice, declared, pattern, arg, value, state)]),
  );
  const parents = type === 'Query' ? [] : alive(declared.entity(type), state, now);
  if (type !== 'Query' && parents.length === 0) return undefined;
  const select = Object.fromEntries(
    targets.map((target) => {
      const all = declared.shown(target);
      return [target, isOneIn(dice, 2) ? all : dice.some(all, 1 + dice.below(all.length))] as const;
    }),
  );
  const pages = dice.below(1_000_000);
  return { pattern: name, args, select, pages, ...(type !== 'Query' && { parent: dice.of(parents) }) };
}

/** Mostly a value that a record has; buckets, sizes and beginnings of texts made for what they are. */
function met(
  dice: Dice,
  declared: Declarations,
  { yaml, targets }: Pattern,
  arg: string,
  value: unknown,
  state: State,
): unknown {
  if (value === null) return null;
  if (arg === 'limit') return isOneIn(dice, 12) ? -1 : dice.below(12);
  if (/^size/.test(arg)) return dice.below(4);
  const records = targets.flatMap((target) => state.get(target) ?? []);
  const times = records.flatMap((record) =>
    Object.values(record).filter(
      (one): one is string => typeof one === 'string' && /^\d{4}-\d\d-\d\dT/.test(one),
    ),
  );
  const unit = /^(year|month|day|hour)(s?)\d*$/.exec(arg);
  if (unit) {
    const length = { year: 4, month: 7, day: 10, hour: 13 }[unit[1] as 'year'] ?? 7;
    const moment = () => (times.length > 0 ? dice.of(times) : '2126-01-01T00:00:00.000Z').slice(0, length);
    return unit[2] ? Array.from({ length: dice.below(4) }, moment) : moment();
  }
  if (/^prefix/.test(arg)) {
    const [field = ''] = Object.keys((yaml.range ?? {}) as object);
    const attribute = targets
      .map((target) => declared.entity(target).attributes.get(field))
      .find((one) => one !== undefined);
    const text = attribute?.kind === 'time' ? dice.of([...times, '2126-02-01T00:00:00.000Z']) : String(value);
    return attribute?.kind === 'time' ? text.slice(0, dice.of([4, 7, 10, 13])) : [...text][0];
  }
  const field = arg.replace(/\d+$/, '');
  const values = records.map((record) => record[field]).filter((one) => one !== undefined && one !== null);
  if (values.length === 0 || isOneIn(dice, 4)) return value;
  return Array.isArray(value) ? value.map(() => dice.of(values)) : dice.of(values);
}
