/** A small project as data, which is drawn, printed and reduced. */

import { stringify } from 'yaml';

export interface Texts {
  readonly sdl: string;
  readonly yaml: string;
}

/** A mapping of access-patterns.yaml. */
export type Mapping = Readonly<Record<string, unknown>>;

/** A declaration and the SDL field that it answers. */
export interface Answered {
  /** Without `for`. */
  readonly yaml: Mapping;
  /** `Query.books`. */
  readonly at: string;
  /** Types of arguments by name. */
  readonly args: Readonly<Record<string, string>>;
  readonly returns: string;
}

export interface DrawnProject {
  readonly tables: Mapping | null;
  readonly entities: Readonly<Record<string, Mapping>>;
  /** Fields of the SDL types of entities, and of whatever is in them. */
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly unions: Readonly<Record<string, readonly string[]>>;
  readonly inputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly patterns: Readonly<Record<string, Answered>>;
  readonly mutations: Readonly<Record<string, Answered>>;
}

export const pageArguments = { first: 'Int', after: 'String', last: 'Int', before: 'String' } as const;

export function textsOf(project: DrawnProject): Texts {
  return { sdl: sdlOf(project), yaml: yamlOf(project) };
}

/** One declaration a line. */
function yamlOf({ tables, entities, patterns, mutations }: DrawnProject): string {
  const line = (value: unknown) => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
  const section = (name: string, all: Mapping) =>
    Object.keys(all).length === 0
      ? []
      : [`${name}:`, ...Object.entries(all).map(([key, value]) => `  ${key}: ${line(value)}`)];
  const answered = (all: Readonly<Record<string, Answered>>) =>
    Object.fromEntries(Object.entries(all).map(([name, { yaml, at }]) => [name, { ...yaml, for: at }]));
  return [
    'version: 1',
    ...section('tables', tables ?? {}),
    ...section('entities', entities),
    ...section('patterns', answered(patterns)),
    ...section('mutations', answered(mutations)),
    '',
  ].join('\n');
}

function sdlOf({ types, enums, unions, inputs, patterns, mutations }: DrawnProject): string {
  const fields = new Map<string, Record<string, string>>(
    Object.entries(types).map(([name, own]) => [name, { ...own }]),
  );
  for (const { at, args, returns } of [...Object.values(patterns), ...Object.values(mutations)]) {
    const [type = '', field = ''] = at.split('.');
    const own = fields.get(type) ?? {};
    fields.set(type, own);
    const taken = Object.entries(args).map(([name, one]) => `${name}: ${one}`);
    own[`${field}${taken.length > 0 ? `(${taken.join(', ')})` : ''}`] = returns;
  }
  const names = [...Object.values(patterns).map(({ returns }) => returns.replace(/[[\]!]/g, ''))];
  const pages = [...new Set(names)].filter((name) => name.endsWith('Connection'));
  const block = (kind: string, name: string, own: Readonly<Record<string, string>>) =>
    `${kind} ${name} {\n${Object.entries(own)
      .map(([field, type]) => `  ${field}: ${type}`)
      .join('\n')}\n}`;
  return [
    'scalar DateTime',
    ...Object.entries(enums).map(([name, values]) => `enum ${name} { ${values.join(' ')} }`),
    ...Object.entries(unions).map(([name, members]) => `union ${name} = ${members.join(' | ')}`),
    ...[...fields].map(([name, own]) => block('type', name, own)),
    ...Object.entries(inputs).map(([name, own]) => block('input', name, own)),
    ...pages.flatMap((name) => {
      const node = name.replace(/Connection$/, '');
      const edge = `${node}Edge`;
      return [
        block('type', name, { edges: `[${edge}!]!`, pageInfo: 'PageInfo!' }),
        block('type', edge, { node: `${node}!`, cursor: 'String!' }),
      ];
    }),
    ...(pages.length > 0
      ? [
          block('type', 'PageInfo', {
            hasNextPage: 'Boolean!',
            hasPreviousPage: 'Boolean!',
            startCursor: 'String',
            endCursor: 'String',
          }),
        ]
      : []),
    '',
  ].join('\n');
}
