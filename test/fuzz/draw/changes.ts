/** Random changes of a project, as a pull request has them: what is declared of records that may be stored already. */

import type { Dice } from '../../support/dice.js';
import type { Drawn } from './draw.js';
import type { DrawnEntity } from './entities.js';
import { drawPattern } from './patterns.js';
import { isOneIn, states } from './pools.js';
import type { Answered, DrawnProject, Mapping } from './project.js';

export interface Changed {
  readonly project: DrawnProject;
  /** In a few words. */
  readonly what: string;
}

/** Undefined where the project has nothing that it could be of. */
type Change = (dice: Dice, project: DrawnProject, drawn: Drawn) => Changed | undefined;

/** What the project is after one change. Mutations are those of before: they are gone, as records are only read then. */
export function changedProject(dice: Dice, drawn: Drawn): Changed {
  const project: DrawnProject = { ...drawn.project, mutations: {}, inputs: {} };
  for (;;) {
    const change = dice.of(all)(dice, project, drawn);
    if (change) return change;
  }
}

const shardsChanged: Change = (dice, project) => {
  const isSpread = ({ yaml }: Answered) => Number(yaml.shards ?? 1) > 1;
  const spread = isOneIn(dice, 3) ? undefined : patternOf(dice, project, isSpread);
  const name =
    spread ?? patternOf(dice, project, ({ yaml }) => 'shards' in yaml || 'many' in yaml || 'count' in yaml);
  const known = name === undefined ? undefined : project.patterns[name];
  if (name === undefined || !known) return undefined;
  const { shards, ...rest } = known.yaml;
  const counts = [1, 2, 3, 4, 8].filter((one) => one !== shards);
  const yaml =
    shards !== undefined && known.yaml.where !== undefined && isOneIn(dice, 3)
      ? rest
      : { ...known.yaml, shards: dice.of(counts) };
  return withPattern(project, name, { ...known, yaml }, `shards of ${name}`);
};

const sortChanged: Change = (dice, project) => {
  const name = patternOf(dice, project, ({ yaml }) => 'sort' in yaml && !('bucket' in yaml));
  const known = name === undefined ? undefined : project.patterns[name];
  if (name === undefined || !known) return undefined;
  const { sort, range, order, ...rest } = known.yaml;
  const words = [sort].flat().map(String);
  const yaml = isOneIn(dice, 2)
    ? { ...known.yaml, sort: words.map((word) => (word.startsWith('-') ? word.slice(1) : `-${word}`)) }
    : 'narrow' in rest
      ? { ...known.yaml, sort: words.toReversed() }
      : rest;
  return withPattern(project, name, { ...known, yaml }, `sort of ${name}`);
};

const entryChanged: Change = (dice, project) => {
  const name = patternOf(dice, project, ({ yaml }) => 'many' in yaml && !('through' in yaml));
  const known = name === undefined ? undefined : project.patterns[name];
  if (name === undefined || !known) return undefined;
  const { entry, ...rest } = known.yaml;
  const fields = Object.keys(project.types[String(known.yaml.many)] ?? {}).filter((one) => one !== 'version');
  const include = { include: dice.some(fields, 1 + dice.below(3)) };
  const yaml =
    entry === undefined || isOneIn(dice, 2)
      ? { ...known.yaml, entry: isOneIn(dice, 3) ? true : include }
      : rest;
  return withPattern(project, name, { ...known, yaml }, `entry of ${name}`);
};

const whenChanged: Change = (dice, project) => {
  const name = patternOf(dice, project, ({ yaml }) => {
    const [target] = [yaml.many, yaml.count, yaml.sum].filter((one) => typeof one === 'string');
    return enumsOf(project, String(target)).length > 0;
  });
  const known = name === undefined ? undefined : project.patterns[name];
  if (name === undefined || !known) return undefined;
  const [target] = [known.yaml.many, known.yaml.count, known.yaml.sum].filter((one) => one !== undefined);
  const field = dice.of(enumsOf(project, String(target)));
  if (field in ((known.yaml.where ?? {}) as Mapping)) return undefined;
  const { when, ...rest } = known.yaml;
  const { [field]: was, ...others } = (when ?? {}) as Mapping;
  const yaml =
    was !== undefined && isOneIn(dice, 2)
      ? { ...rest, ...(Object.keys(others).length > 0 && { when: others }) }
      : { ...rest, when: { ...others, [field]: dice.some(states, 1 + dice.below(2)) } };
  return withPattern(project, name, { ...known, yaml }, `when of ${name}`);
};

const bucketChanged: Change = (dice, project) => {
  const name = patternOf(dice, project, ({ yaml }) => 'bucket' in yaml && !('in' in yaml));
  const known = name === undefined ? undefined : project.patterns[name];
  if (name === undefined || !known) return undefined;
  const bucket = String(known.yaml.bucket).replace(/^\w+/, dice.of(['month', 'year', 'day']));
  const yaml = { ...known.yaml, bucket, across: bucket.startsWith('day') ? 90 : 24 };
  return withPattern(project, name, { ...known, yaml }, `bucket of ${name}`);
};

const patternAdded: Change = (dice, project, { entities }) => {
  const entity = dice.of(entities.filter(({ name }) => name in project.types));
  const name = `added${dice.below(1000)}`;
  return withPattern(
    project,
    name,
    drawPattern(dice, name, current(project, entity), undefined),
    `${name} is new`,
  );
};

const patternDrawnAgain: Change = (dice, project, { entities }) => {
  const entity = dice.of(entities.filter(({ name }) => name in project.types));
  const name = patternOf(
    dice,
    project,
    ({ yaml }, pattern) => yaml.many === entity.name && pattern.startsWith('p'),
  );
  if (name === undefined) return undefined;
  return withPattern(
    project,
    name,
    drawPattern(dice, name, current(project, entity), undefined),
    `${name} is another one`,
  );
};

const patternGone: Change = (dice, project) => {
  const name = patternOf(dice, project, (_, one) => !one.startsWith('get'));
  if (name === undefined) return undefined;
  const { [name]: _gone, ...patterns } = project.patterns;
  return { project: { ...project, patterns }, what: `${name} is gone` };
};

const sumChanged: Change = (dice, project) => {
  const name = patternOf(dice, project, ({ yaml }) => 'sum' in yaml);
  const known = name === undefined ? undefined : project.patterns[name];
  if (name === undefined || !known) return undefined;
  const fields = Object.entries(project.types[String(known.yaml.sum)] ?? {});
  const others = fields.filter(
    ([one, type]) => /^Int/.test(type) && ![known.yaml.of, 'version'].includes(one),
  );
  if (others.length === 0) return undefined;
  return withPattern(
    project,
    name,
    { ...known, yaml: { ...known.yaml, of: dice.of(others)[0] } },
    `of of ${name}`,
  );
};

const attributeAdded: Change = (dice, project, drawn) => {
  const entity = dice.of(Object.keys(project.entities));
  const type = dice.of([
    'String',
    'Int',
    'State',
    'DateTime',
    '[String!]',
    'String!',
    'Int!',
    '[Int!]!',
    'State!',
  ]);
  const field = `extra${dice.below(10)}`;
  const more =
    type.endsWith('!') && !type.startsWith('[') && isOneIn(dice, 2)
      ? { default: { [field]: defaults[type] }, readDefault: [field] }
      : {};
  const added = withField(withOptions(project, entity, more), entity, field, type);
  const own = drawn.entities.find((one) => one.name === entity);
  if (!own || !isOneIn(dice, 2) || type.startsWith('['))
    return { project: added, what: `${entity}.${field}` };
  // And something that finds by it.
  const name = `by${field}`;
  return withPattern(
    added,
    name,
    {
      yaml: {
        many: entity,
        where: { [field]: `$${field}` },
        ...(!type.endsWith('!') && { when: { [field]: 'present' } }),
      },
      at: `Query.${name}`,
      args: { [field]: `${type.replace('!', '')}!` },
      returns: `[${entity}!]!`,
    },
    `${entity}.${field}, which ${name} finds by`,
  );
};

const defaults: Readonly<Record<string, unknown>> = { 'String!': 'a', 'Int!': 7, 'State!': 'OPEN' };

const attributeGone: Change = (dice, project) => {
  const found = attributeOf(dice, project);
  if (!found) return undefined;
  const [entity, field] = found;
  return { project: withoutField(project, entity, field), what: `${entity}.${field} is gone` };
};

const attributeRenamed: Change = (dice, project) => {
  const found = attributeOf(dice, project);
  if (!found) return undefined;
  const [entity, field, type] = found;
  const to = `new${field}`;
  const isSaid = isOneIn(dice, 2);
  const renamed = Object.entries(project.patterns).map(([name, one]) =>
    targetOf(one) === entity
      ? ([name, { ...one, yaml: renamedIn(one.yaml, field, to) }] as const)
      : ([name, one] as const),
  );
  const { [field]: _gone, ...fields } = project.types[entity] ?? {};
  const own = renamedOptions(project.entities[entity] ?? {}, field, to);
  return {
    project: {
      ...project,
      types: { ...project.types, [entity]: { ...fields, [to]: type } },
      entities: { ...project.entities, [entity]: { ...own, ...(isSaid && { renamed: { [field]: to } }) } },
      patterns: Object.fromEntries(renamed),
    },
    what: `${entity}.${field} is called ${to}${isSaid ? '' : ', which nobody says'}`,
  };
};

const attributeRetyped: Change = (dice, project) => {
  const found = attributeOf(dice, project);
  if (!found) return undefined;
  const [entity, field, type] = found;
  const bare = type.replace(/!$/, '');
  const others: Readonly<Record<string, readonly string[]>> = {
    String: ['Int', 'ID', 'State', '[String!]'],
    ID: ['String', 'Int'],
    Int: ['Float', 'String', '[Int!]'],
    Float: ['Int', 'String'],
    Boolean: ['String', 'Int'],
    DateTime: ['String'],
    State: ['String'],
    '[String!]': ['[Int!]', '[State!]', 'String', '[ID!]'],
    '[Int!]': ['[String!]', '[Float!]'],
  };
  const to = dice.of(others[bare] ?? ['String']) + (type.endsWith('!') ? '!' : '');
  return { project: withField(project, entity, field, to), what: `${entity}.${field} is ${to}, was ${type}` };
};

const nullabilityChanged: Change = (dice, project) => {
  const found = attributeOf(dice, project);
  if (!found) return undefined;
  const [entity, field, type] = found;
  const to = type.endsWith('!') ? type.slice(0, -1) : `${type}!`;
  const isRead = to.endsWith('!') && to in defaults && isOneIn(dice, 2);
  const { default: known, readDefault, ...rest } = project.entities[entity] ?? {};
  const options = isRead
    ? { ...rest, default: { ...(known as object), [field]: defaults[to] }, readDefault: [field] }
    : (project.entities[entity] ?? {});
  return {
    project: withField(
      { ...project, entities: { ...project.entities, [entity]: options } },
      entity,
      field,
      to,
    ),
    what: `${entity}.${field} is ${to}`,
  };
};

const enumChanged: Change = (dice, project) => {
  const values = dice.of([
    ['OPEN', 'HELD'],
    ['OPEN', 'DONE'],
    ['OPEN', 'HELD', 'DONE', 'LATE'],
    ['FIRST', 'OPEN', 'HELD', 'DONE'],
    ['DONE', 'HELD', 'OPEN'],
  ]);
  return {
    project: { ...project, enums: { ...project.enums, State: values } },
    what: `State is ${values.join(' ')}`,
  };
};

const optionChanged: Change = (dice, project) => {
  const entity = dice.of(Object.keys(project.entities));
  const fields = Object.entries(project.types[entity] ?? {}).filter(([field]) => field !== 'version');
  const like = (pattern: RegExp) => fields.filter(([, type]) => pattern.test(type)).map(([field]) => field);
  const { [entity]: own = {} } = project.entities;
  const option = dice.of(['normalize', 'encode', 'sets', 'ttl', 'unique', 'identity', 'references'] as const);
  const { [option]: was, ...rest } = own;
  const candidates: Readonly<Record<typeof option, readonly unknown[]>> = {
    normalize: like(/^String!?$/).map((one) => ({ [one]: dice.of(['lowercase', 'trim']) })),
    encode: [
      ...like(/^String!?$/).map((one) => ({ [one]: 'fold' })),
      ...like(/^(Int|DateTime)!?$/).map((one) => ({ [one]: 'invert' })),
      ...like(/^State!?$/).map((one) => ({ [one]: 'declared' })),
    ],
    sets: like(/^\[/).map((one) => [one]),
    ttl: like(/^DateTime!?$/).filter((one) => one !== 'createdAt' && one !== 'updatedAt'),
    unique: like(/^(String|Int)!?$/).flatMap((one) => [[one], [['owner', one]]]),
    identity: 'key' in own ? [] : [['id'], ['owner', 'id'], ['id', 'owner']],
    references: [],
  };
  const found = candidates[option].filter((one) => JSON.stringify(one) !== JSON.stringify(was));
  if (was !== undefined && isOneIn(dice, 3) && option !== 'identity')
    return { project: withEntity(project, entity, rest), what: `${option} of ${entity} is gone` };
  if (found.length === 0) return undefined;
  const now = dice.of(found);
  return {
    project: withEntity(project, entity, { ...rest, [option]: now }),
    what: `${option} of ${entity} is ${JSON.stringify(now)}`,
  };
};

const entityGone: Change = (dice, project) => {
  const names = Object.keys(project.entities);
  if (names.length < 2) return undefined;
  const entity = dice.of(names);
  const { [entity]: _own, ...entities } = project.entities;
  const { [entity]: _type, ...types } = project.types;
  const mentions = (value: unknown) => new RegExp(`\\b${entity}\\b`).test(JSON.stringify(value));
  const patterns = Object.entries(project.patterns).filter(([, one]) => !mentions(one));
  const unions = Object.entries(project.unions).filter(([, members]) => !members.includes(entity));
  const kept = new Set(unions.map(([name]) => name));
  return {
    project: {
      ...project,
      entities: Object.fromEntries(
        Object.entries(entities).map(([name, { references, ...own }]) => [
          name,
          references && !mentions(references) ? { ...own, references } : own,
        ]),
      ),
      types,
      unions: Object.fromEntries(unions),
      patterns: Object.fromEntries(
        patterns.filter(([, { yaml }]) => yaml.mixed === undefined || kept.has(String(yaml.mixed))),
      ),
    },
    what: `${entity} is gone`,
  };
};

const all: readonly Change[] = [
  shardsChanged,
  shardsChanged,
  sortChanged,
  entryChanged,
  whenChanged,
  bucketChanged,
  patternAdded,
  patternAdded,
  patternDrawnAgain,
  patternGone,
  sumChanged,
  attributeAdded,
  attributeAdded,
  attributeGone,
  attributeRenamed,
  attributeRetyped,
  nullabilityChanged,
  enumChanged,
  optionChanged,
  optionChanged,
  optionChanged,
  entityGone,
];

function current(project: DrawnProject, entity: DrawnEntity): DrawnEntity {
  return { ...entity, fields: project.types[entity.name] ?? {}, yaml: project.entities[entity.name] ?? {} };
}

function patternOf(
  dice: Dice,
  { patterns }: DrawnProject,
  isMeant: (one: Answered, name: string) => boolean,
): string | undefined {
  const names = Object.entries(patterns).filter(([name, one]) => isMeant(one, name));
  return names.length === 0 ? undefined : dice.of(names)[0];
}

function enumsOf({ types }: DrawnProject, entity: string): string[] {
  return Object.entries(types[entity] ?? {}).flatMap(([field, type]) => (/^State/.test(type) ? [field] : []));
}

/** An attribute that no key needs to have. */
function attributeOf(
  dice: Dice,
  project: DrawnProject,
): readonly [entity: string, field: string, type: string] | undefined {
  const entity = dice.of(Object.keys(project.entities));
  const { identity, key, generate } = project.entities[entity] ?? {};
  const fixed = JSON.stringify([identity ?? 'id', key, generate, 'owner', 'version']);
  const fields = Object.entries(project.types[entity] ?? {}).filter(
    ([field]) => !new RegExp(`\\b${field}\\b`).test(fixed),
  );
  if (fields.length === 0) return undefined;
  const [field, type] = dice.of(fields);
  return [entity, field, type];
}

function targetOf({ yaml }: Answered): unknown {
  return yaml.many ?? yaml.one ?? yaml.sum ?? yaml.exists ?? yaml.count;
}

function withPattern(project: DrawnProject, name: string, one: Answered, what: string): Changed {
  return { project: { ...project, patterns: { ...project.patterns, [name]: one } }, what };
}

function withEntity(project: DrawnProject, entity: string, yaml: Mapping): DrawnProject {
  return { ...project, entities: { ...project.entities, [entity]: yaml } };
}

function withOptions(project: DrawnProject, entity: string, more: Mapping): DrawnProject {
  const own = project.entities[entity] ?? {};
  const merged = Object.entries(more).map(([option, value]) => [
    option,
    Array.isArray(value) ? value : { ...(own[option] as object | undefined), ...(value as object) },
  ]);
  return withEntity(project, entity, { ...own, ...Object.fromEntries(merged) });
}

function withField(project: DrawnProject, entity: string, field: string, type: string): DrawnProject {
  return {
    ...project,
    types: { ...project.types, [entity]: { ...project.types[entity], [field]: type } },
  };
}

/** Without what is declared of the field, and without the patterns that name it. */
function withoutField(project: DrawnProject, entity: string, field: string): DrawnProject {
  const { [field]: _gone, ...fields } = project.types[entity] ?? {};
  const names = new RegExp(`\\b${field}\\b`);
  const own = Object.entries(project.entities[entity] ?? {}).filter(
    ([option, value]) => option === 'generate' || !names.test(JSON.stringify(value)),
  );
  const patterns = Object.entries(project.patterns).filter(
    ([, one]) => !names.test(JSON.stringify(Object.values(one.yaml))) || !reads(one, entity),
  );
  return {
    ...project,
    types: { ...project.types, [entity]: fields },
    entities: { ...project.entities, [entity]: Object.fromEntries(own) },
    patterns: Object.fromEntries(patterns),
  };
}

function reads(one: Answered, entity: string): boolean {
  return targetOf(one) === entity || 'mixed' in one.yaml || 'through' in one.yaml;
}

const withFields = ['where', 'narrow', 'range', 'filter', 'when'];

function renamedIn(yaml: Mapping, from: string, to: string): Mapping {
  const word = (text: unknown) =>
    typeof text === 'string' && !text.startsWith('$') ? text.replace(new RegExp(`\\b${from}\\b`), to) : text;
  const keys = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(keys);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name === from ? to : name, keys(one)]),
    );
  };
  return Object.fromEntries(
    Object.entries(yaml).map(([option, value]) => {
      if (withFields.includes(option)) return [option, keys(value)];
      if (['sort', 'of', 'select', 'bucket'].includes(option))
        return [option, Array.isArray(value) ? value.map(word) : word(value)];
      return [option, value];
    }),
  );
}

function renamedOptions(own: Mapping, from: string, to: string): Mapping {
  const names = new RegExp(`"${from}"`, 'g');
  return Object.fromEntries(
    Object.entries(own).map(([option, value]) => [
      option,
      option === 'key' ? value : (JSON.parse(JSON.stringify(value).replace(names, `"${to}"`)) as unknown),
    ]),
  );
}
