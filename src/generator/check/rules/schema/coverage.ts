/** Every field of every type a client can reach is answered, by exactly one thing (promise P1). */

import { nearest } from '../../../diagnostics/suggest.js';
import { type Model, namedType, type Sdl, type SdlField, type SdlType } from '../../../model.js';
import { camel } from '../../../names.js';
import { edgeFieldsOf } from '../../../resolve/edges.js';
import { isAnswered, type ResolvedModel } from '../../../resolve/resolved-model.js';
import { connectionNode, fieldAt, isConnection, isRoot, isStorable } from '../../../resolve/sdl.js';
import type { Check, Finding } from '../../row.js';

export const coverageChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'field-answered-twice',
    check: answeredTwice,
  },
  {
    code: 'field-unanswered',
    check: unanswered,
  },
];

function* answeredTwice({ model, answers, external }: ResolvedModel): Generator<Finding> {
  const relay = relayOf(model.sdl);
  for (const [path, list] of answers) {
    const [first, ...more] = list;
    if (!first || !fieldAt(model, first.for)) continue;
    const structure = relay.fields.get(path);
    if (structure !== undefined) {
      yield {
        at: first.for.at,
        message: `\`${path}\` is part of the connection, which answers it.`,
        notes: [{ message: structure.message, at: structure.field.at }],
        hint: `Answer the field that returns the connection instead of ${first.kind} \`${first.name.text}\`.`,
      };
    }
    for (const one of more) {
      yield {
        at: one.for.at,
        message: `\`${path}\` is answered twice, by ${first.kind} \`${first.name.text}\` and ${one.kind} \`${one.name.text}\`.`,
        notes: [{ message: 'first used here', at: first.for.at }],
        hint: 'Keep one of them.',
      };
    }
    const other = external.get(path);
    if (other) {
      yield {
        at: other.at,
        message: `\`${path}\` is answered by ${first.kind} \`${first.name.text}\`, so it is not external.`,
        notes: [{ message: 'answered here', at: first.for.at }],
        hint: 'Keep one of them.',
      };
    }
  }
}

function* unanswered(resolved: ResolvedModel): Generator<Finding> {
  const { model } = resolved;
  const relay = relayOf(model.sdl);
  const meant = meantFields(resolved);
  const ofJoins = edgeAttributes(resolved);
  const totals = keptTotals(resolved);
  for (const { type, isStored } of reachableTypes(resolved)) {
    if (resolved.meant.has(type.name)) continue;
    for (const field of type.fields) {
      const path = `${type.name}.${field.name}`;
      if (isAnswered(resolved, type.name, field.name) || relay.fields.has(path)) continue;
      if (meant.has(path) || ofJoins.has(path) || totals.has(path)) continue;
      const reason = openReason(resolved, relay, type, field, isStored);
      if (reason === undefined) continue;
      yield {
        at: field.at,
        message: `Nothing answers \`${path}\`${reason === '' ? '' : `: ${reason}`}.`,
        hint: hintFor(resolved, type, field),
      };
    }
  }
}

/** Why a field that nothing names is open; undefined where it is an attribute, or part of what a rule returns. */
function openReason(
  resolved: ResolvedModel,
  relay: Relay,
  type: SdlType,
  field: SdlField,
  isStored: boolean,
): string | undefined {
  const { model } = resolved;
  if (isRoot(model, type.name)) return '';
  if (relay.types.has(type.name)) return 'it is not a field of a Relay connection';
  const entity = resolved.entities.get(type.name);
  if (entity?.attributes.has(field.name)) return undefined;
  if (field.arguments.length > 0) return 'it takes arguments, so it is not stored';
  const isPlain = isStorable(model, field.type);
  // Every plain field is an attribute, but of a history what its original lacks, which is reported as such.
  if (entity) return isPlain ? undefined : `\`${namedType(field.type)}\` has records of its own`;
  return isStored && !isPlain
    ? `\`${type.name}\` is stored inside a record, but \`${namedType(field.type)}\` is not`
    : undefined;
}

function hintFor({ model, entities }: ResolvedModel, type: SdlType, field: SdlField): string {
  const path = `${type.name}.${field.name}`;
  if (field.name === 'totalCount') return totalHint(model, type);
  const { mutationType, subscriptionType } = model.sdl;
  if (type.name === mutationType) return `Add a mutation or a rule with \`for: ${path}\`.`;
  if (type.name === subscriptionType)
    return `Add a subscription with \`for: ${path}\`, or list it under \`external\`.`;
  const name = namedType(field.type);
  const many = connectionNode(model.sdl, name) ?? (field.type.kind === 'list' ? name : undefined);
  const target = many ?? name;
  const kind = model.sdl.types.get(target)?.kind;
  if (!entities.has(target) && kind !== 'interface' && kind !== 'union')
    return `Add a rule with \`for: ${path}\`.`;
  const isOne = many === undefined;
  const [argument] = field.arguments.filter((one) => !pagingArguments.includes(one.name));
  const fromParent = isOne ? `id: $parent.${field.name}Id` : `${camel(type.name)}Id: $parent.id`;
  const fromArgument = argument && `${argument.name}: $${argument.name}`;
  const where = isRoot(model, type.name) ? fromArgument : fromParent;
  const parts = [
    `${isOne ? 'one' : 'many'}: ${target}`,
    `for: ${path}`,
    ...(where ? [`where: { ${where} }`] : []),
  ];
  return `Add a pattern, as in \`{ ${parts.join(', ')} }\`, or a rule.`;
}

/** `totalCount` of the connections that every pattern that gives one keeps it for. */
function keptTotals({ model }: ResolvedModel): Set<string> {
  const kept = new Map<string, boolean>();
  for (const pattern of model.patterns) {
    const type = fieldAt(model, pattern.for)?.type;
    if (!type || !isConnection(model.sdl, type)) continue;
    const path = `${namedType(type)}.totalCount`;
    kept.set(path, (kept.get(path) ?? true) && pattern.total !== undefined);
  }
  return new Set([...kept].flatMap(([path, isMaintained]) => (isMaintained ? [path] : [])));
}

function totalHint(model: Model, type: SdlType): string {
  const node = connectionNode(model.sdl, type.name) ?? 'Entity';
  const without = model.patterns.find(({ for: path, total }) => {
    const given = fieldAt(model, path)?.type;
    return given !== undefined && namedType(given) === type.name && total === undefined;
  });
  return without
    ? `Add \`total: true\` to pattern \`${without.name.text}\`, so that the number is maintained.`
    : `Remove it, and return the number with another field and \`count: ${node}\`.`;
}

/** The fields of edges that patterns through a join answer, or for which those report why not. */
function edgeAttributes({ model }: ResolvedModel): Set<string> {
  return new Set(
    model.patterns.flatMap((pattern) => {
      const edge = pattern.leadsTo && edgeFieldsOf(model, pattern);
      return (edge?.fields ?? []).map(({ name }) => `${edge?.edge}.${name}`);
    }),
  );
}

const pagingArguments = ['first', 'after', 'last', 'before'];

/** Relay's structure: connections, their edges, PageInfo. */
interface Relay {
  /** By `Type.field`. */
  readonly fields: ReadonlyMap<string, { readonly message: string; readonly field: SdlField }>;
  readonly types: ReadonlySet<string>;
}

function relayOf(sdl: Sdl): Relay {
  const fields = new Map<string, { message: string; field: SdlField }>();
  const types = new Set<string>();
  const add = (type: SdlType | undefined, names: readonly string[], message: string) => {
    if (!type) return;
    types.add(type.name);
    for (const field of type.fields) {
      if (names.includes(field.name) && field.arguments.length === 0)
        fields.set(`${type.name}.${field.name}`, { message, field });
    }
  };
  for (const type of sdl.types.values()) {
    if (connectionNode(sdl, type.name) === undefined) continue;
    const edges = type.fields.find((field) => field.name === 'edges');
    add(type, ['edges', 'nodes', 'pageInfo'], 'part of a connection');
    add(edges && sdl.types.get(namedType(edges.type)), ['node', 'cursor'], 'part of an edge');
    add(
      sdl.types.get('PageInfo'),
      ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
      'part of a page',
    );
  }
  return { fields, types };
}

interface Reached {
  readonly type: SdlType;
  /** Stored in place, inside of a record. */
  readonly isStored: boolean;
}

/**
 * The object types a client can ask fields of, from the roots. What a resolver elsewhere gives is its own affair, down
 * to the entities: those are stored here, however one comes to them.
 */
function reachableTypes(resolved: ResolvedModel): Reached[] {
  const { model, entities, answers, external } = resolved;
  const { sdl } = model;
  const reached = new Map<string, Reached>();
  const visit = (name: string, isStored: boolean) => {
    const type = sdl.types.get(name);
    if (!type || !['object', 'interface', 'union'].includes(type.kind)) return;
    const known = reached.get(name);
    if (known && (known.isStored || !isStored)) return;
    const inPlace = isStored && type.kind === 'object' && !entities.has(name);
    reached.set(name, { type, isStored: inPlace });
    for (const member of type.members) visit(member, false);
    const attributes = entities.get(name)?.attributes;
    for (const field of type.fields) {
      const isExternal = !answers.has(`${name}.${field.name}`) && isAnswered(resolved, name, field.name);
      if (!isExternal) visit(namedType(field.type), attributes ? attributes.has(field.name) : inPlace);
    }
  };
  for (const root of rootsOf(model)) visit(root, false);
  if (external.size > 0) for (const name of entities.keys()) visit(name, false);
  return [...reached.values()].filter(({ type }) => type.kind === 'object');
}

function rootsOf({ sdl }: Model): string[] {
  return [sdl.queryType, sdl.mutationType, sdl.subscriptionType].filter((name) => name !== undefined);
}

/** The fields that a misspelt `for` probably meant. */
function meantFields({ model, answers }: ResolvedModel): Set<string> {
  const paths = [...[...answers.values()].flat().map((answer) => answer.for), ...model.external];
  const objects = [...model.sdl.types.values()]
    .filter((type) => type.kind === 'object')
    .map((type) => type.name);
  const meant = new Set<string>();
  for (const path of paths) {
    if (fieldAt(model, path)) continue;
    const type = model.sdl.types.get(path.type)?.kind === 'object' ? path.type : nearest(path.type, objects);
    const fields =
      type === undefined ? [] : (model.sdl.types.get(type)?.fields.map((field) => field.name) ?? []);
    const field = nearest(path.field, fields);
    const all = path.field === '*' ? fields : field === undefined ? [] : [field];
    for (const one of all) meant.add(`${type}.${one}`);
  }
  return meant;
}
