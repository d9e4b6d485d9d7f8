/** Random projects. */

import { Dice } from '../../support/dice.js';
import { type DrawnEntity, drawEntity, shelf } from './entities.js';
import { Arguments, bare, drawPattern } from './patterns.js';
import { drawPools, isOneIn, type Pools, states } from './pools.js';
import type { Answered, DrawnProject } from './project.js';
import { drawRelations, withReferences } from './relations.js';

export interface Drawn {
  readonly project: DrawnProject;
  readonly entities: readonly DrawnEntity[];
  readonly pools: Pools;
}

export function drawProject(number: number): Drawn {
  const dice = new Dice(number);
  const drawn = ['Alpha', 'Beta'].slice(0, 1 + dice.below(2)).map((name) => drawEntity(dice, name));
  const entities = withReferences(dice, isOneIn(dice, 3) ? [...drawn, shelf] : drawn);
  const patterns: Record<string, Answered> = {};
  const mutations: Record<string, Answered> = {};
  const inputs: Record<string, Record<string, string>> = {};
  for (const entity of entities) {
    patterns[`get${entity.name}`] = lookup(entity);
    Object.assign(mutations, writesOf(dice, entity, inputs));
    const count = entity === shelf ? 0 : 2 + dice.below(4);
    for (let at = 0; at < count; at++) {
      const parent = entities.find(({ identity }) => identity.length === 1);
      const isUnder = parent !== undefined && isOneIn(dice, 5);
      const name = `p${at}Of${entity.name}`;
      patterns[name] = drawPattern(dice, name, entity, isUnder ? { type: parent.name } : undefined);
    }
  }
  const relations = drawRelations(dice, entities);
  Object.assign(patterns, relations.patterns);
  Object.assign(mutations, relations.mutations);
  return {
    entities,
    pools: drawPools(dice),
    project: {
      tables: null,
      entities: Object.fromEntries(entities.map(({ name, yaml }) => [name, yaml])),
      types: Object.fromEntries(entities.map(({ name, fields }) => [name, fields])),
      enums: { State: states, Order: ['ASC', 'DESC'] },
      unions: relations.unions,
      inputs,
      patterns,
      mutations,
    },
  };
}

function keyArguments({ identity, fields }: DrawnEntity) {
  const args = new Arguments();
  const where = Object.fromEntries(
    identity.map((field) => [field, args.add(field, `${bare(fields[field] ?? '')}!`)]),
  );
  return { args, where };
}

/** The record with a whole key. */
function lookup(entity: DrawnEntity): Answered {
  const { args, where } = keyArguments(entity);
  const { name } = entity;
  return { yaml: { one: name, where }, at: `Query.get${name}`, args: args.types, returns: name };
}

function writesOf(
  dice: Dice,
  entity: DrawnEntity,
  inputs: Record<string, Record<string, string>>,
): Record<string, Answered> {
  const { name, fields, given, changeable, yaml, identity } = entity;
  const isOptional = (field: string) =>
    field in ((yaml.default ?? {}) as object) || field in ((yaml.generate ?? {}) as object);
  inputs[`New${name}`] = Object.fromEntries(
    given.map((field) => [field, isOptional(field) ? bare(fields[field] ?? '') : (fields[field] ?? '')]),
  );
  const all: Record<string, Answered> = {
    [`add${name}`]: {
      yaml: { create: name, from: '$input' },
      at: `Mutation.add${name}`,
      args: { input: `New${name}!` },
      returns: `${name}!`,
    },
    [`drop${name}`]: {
      yaml: { delete: name, where: keyArguments(entity).where },
      at: `Mutation.drop${name}`,
      args: keyArguments(entity).args.types,
      returns: name,
    },
  };
  if (changeable.length === 0) return all;
  inputs[`${name}Changes`] = Object.fromEntries(
    changeable.map((field) => [field, bare(fields[field] ?? '')]),
  );
  const { args, where } = keyArguments(entity);
  const input = args.add('input', `${name}Changes!`);
  const expect = isOneIn(dice, 3) ? args.add('expect', 'Int') : undefined;
  all[`change${name}`] = {
    yaml: { update: name, where, from: input, ...(expect && { expect }) },
    at: `Mutation.change${name}`,
    args: args.types,
    returns: name,
  };
  const isWhole = given.every((field) => field !== 'id' || identity.includes('id'));
  if (isOneIn(dice, 3) && isWhole)
    all[`put${name}`] = wholeWrite(dice.of(['put', 'upsert'] as const), entity, inputs);
  return all;
}

/** A write that makes the record where there is none. */
function wholeWrite(
  kind: 'put' | 'upsert',
  entity: DrawnEntity,
  inputs: Record<string, Record<string, string>>,
): Answered {
  const { name, changeable, fields } = entity;
  const { args, where } = keyArguments(entity);
  inputs[`Whole${name}`] = Object.fromEntries(changeable.map((field) => [field, fields[field] ?? '']));
  const input = args.add('input', `Whole${name}!`);
  return {
    yaml: { [kind]: name, where, from: input },
    at: `Mutation.put${name}`,
    args: args.types,
    returns: `${name}!`,
  };
}
