/** What `$input.a.b`, `$parent.x` and the other value paths lead to. */

import type { Span } from '../diagnostics/diagnostic.js';
import { suggestion } from '../diagnostics/suggest.js';
import {
  type FieldPath,
  fieldNamed,
  namedType,
  partOf,
  type SdlField,
  type Source,
  type TypeRef,
  type Word,
} from '../model.js';
import type {
  ResolvedAttribute,
  ResolvedNames,
  ResolvedValue,
  TypedValue,
  ValueReference,
} from './resolved-model.js';
import { fieldAt, isRoot } from './sdl.js';

type Resolved = Exclude<ResolvedValue, { readonly kind: 'free' }>;

/** Undefined where the field itself is not known: that is reported, and nothing follows from it. */
export function resolveValue(
  names: ResolvedNames,
  { source, path, field, by, join, owner }: Omit<ValueReference, 'value'>,
): ResolvedValue | undefined {
  switch (source.kind) {
    case 'literal':
      return { kind: 'free' };
    case 'through':
      return ofJoin(names, source, join);
    case 'step':
      return ofStep(names, source, by.name);
    case 'current':
      return ofRecord(names, source, owner, by.name);
    case 'each':
      return path && field ? ofElement(names, path, source) : { kind: 'free' };
  }
  if (path) return field && alongPath(names, path, field, source);
  if (source.kind === 'argument') return { kind: 'free' };
  return {
    kind: 'missing',
    at: source.at,
    message: `\`${writtenSource(source).text}\` has no parent, because ${by.kind} \`${by.name.text}\` answers no field.`,
    hint: 'Add `for: Type.field`, or use a parameter such as `$name`.',
  };
}

/** The type of an argument's or a parent's value, for the field at `path`; undefined where the source names nothing. */
export function typedValue(
  names: ResolvedNames,
  path: FieldPath | undefined,
  source: Source,
): TypedValue | undefined {
  const field = fieldAt(names.model, path);
  if (!path || !field) return undefined;
  if (source.kind !== 'argument' && source.kind !== 'parent' && source.kind !== 'each') return undefined;
  const value =
    source.kind === 'each' ? ofElement(names, path, source) : alongPath(names, path, field, source);
  return value?.kind === 'type' ? value : undefined;
}

/** What an argument or the parent's attribute is, for the field at `path`. */
export function valueAlong(
  names: ResolvedNames,
  path: FieldPath,
  source: Extract<Source, { readonly kind: 'argument' | 'parent' }>,
): Resolved | undefined {
  const field = fieldAt(names.model, path);
  return field && alongPath(names, path, field, source);
}

export function typeOfSource(
  names: ResolvedNames,
  path: FieldPath | undefined,
  source: Source,
): TypeRef | undefined {
  return typedValue(names, path, source)?.type;
}

/** From the argument or the parent's attribute down. */
function alongPath(
  names: ResolvedNames,
  path: FieldPath,
  field: SdlField,
  source: Extract<Source, { readonly kind: 'argument' | 'parent' }>,
): Resolved {
  const [head = '', ...rest] = source.path;
  const word = writtenSource(source);
  const start = source.kind === 'argument' ? 1 : '$parent.'.length;
  const first =
    source.kind === 'argument' ? ofArgument(names, path, field, head) : ofParent(names, path, head);
  if (first.kind !== 'type')
    return { ...first, at: partOf(word, source.path.length === 0 ? 0 : start, start + head.length) };
  return below(names, first, { word, rest, offset: start + head.length });
}

/** An element of the list of `each`, and what is below it; undefined where that is no list. */
function ofElement(
  names: ResolvedNames,
  path: FieldPath,
  source: Extract<Source, { readonly kind: 'each' }>,
): Resolved | undefined {
  const list = typedValue(names, path, source.list);
  if (list?.type.kind !== 'list') return undefined;
  const word = writtenSource(source);
  return below(names, found(list.type.of, list.at), { word, rest: source.path, offset: '$each'.length });
}

/** Follows the names after the first. */
function below(
  names: ResolvedNames,
  first: TypedValue,
  {
    word,
    rest,
    offset: start,
  }: { readonly word: Word; readonly rest: readonly string[]; readonly offset: number },
): Resolved {
  let { type, isNullable, at } = first;
  let offset = start;
  const optional: number[] = [];
  for (const [step, name] of rest.entries()) {
    const within = names.model.sdl.types.get(namedType(type));
    const next = type.kind === 'named' ? fieldNamed(within, name) : undefined;
    if (!next) {
      return {
        kind: 'missing',
        at: partOf(word, offset + 1, offset + 1 + name.length),
        message: `\`${namedType(type)}\` has no field \`${name}\`.`,
        hint: suggestion(name, within?.fields.map((one) => one.name) ?? []) ?? 'Name the argument itself.',
      };
    }
    offset += 1 + name.length;
    if (!type.nonNull) optional.push(step + 1);
    isNullable ||= !next.type.nonNull;
    type = next.type;
    at = next.at;
  }
  return { kind: 'type', type, isNullable, optional, at };
}

/** A source as written: `$input.email`. */
export function writtenSource(source: Source): Word {
  if (source.kind === 'literal') return { text: String(source.value), at: source.at };
  const head = source.kind === 'argument' ? [] : [source.kind === 'step' ? source.step : source.kind];
  const path = [...head, ...source.path];
  return { text: `$${path.join('.')}`, at: source.at };
}

function ofArgument(names: ResolvedNames, path: FieldPath, field: SdlField, name: string): Resolved {
  const argument = field.arguments.find((one) => one.name === name);
  if (argument) return found(argument.type, argument.at);
  const known = field.arguments.map((one) => one.name);
  const isAttribute = names.entities.get(path.type)?.attributes.has(name);
  return {
    kind: 'missing',
    at: field.at,
    message: `\`${path.type}.${path.field}\` has no argument \`${name}\`.`,
    hint: isAttribute
      ? `Write \`$parent.${name}\` for the attribute of \`${path.type}\`.`
      : (suggestion(name, known) ?? `Add the argument to \`${path.type}.${path.field}\`.`),
  };
}

function ofParent({ model, entities }: ResolvedNames, path: FieldPath, name: string): Resolved {
  const missing = (message: string, hint: string | undefined): Resolved => ({
    kind: 'missing',
    at: path.at,
    message,
    hint,
  });
  if (isRoot(model, path.type)) {
    return missing(
      `\`${path.type}\` is a root type, whose fields have no parent.`,
      'Use an argument, as in `$id`.',
    );
  }
  const type = model.sdl.types.get(path.type);
  const entity = entities.get(path.type);
  const attribute = entity?.attributes.get(name);
  if (attribute) return ofAttribute(attribute);
  // Of a type that is not stored, what a rule returned: its fields without arguments.
  const plain = entity ? [] : (type?.fields.filter((one) => one.arguments.length === 0) ?? []);
  const field = plain.find((one) => one.name === name);
  if (field) return found(field.type, field.at);
  const candidates = entity ? entity.attributes.keys() : plain.map((one) => one.name);
  return missing(
    name === '' ? '`$parent` names no attribute.' : `\`${path.type}\` has no attribute \`${name}\`.`,
    suggestion(name, candidates),
  );
}

/** Another attribute of the record a mutation is about. */
function ofRecord(
  { entities, model }: ResolvedNames,
  source: Source & { readonly kind: 'current' },
  owner: string,
  by: Word,
): Resolved | undefined {
  const entity = entities.get(owner);
  if (!entity) return undefined;
  const [name = '', ...rest] = source.path;
  const attribute = rest.length === 0 ? entity.attributes.get(name) : undefined;
  const kind = model.mutations.find((one) => one.name === by)?.kind;
  if (kind === 'create' || kind === 'put')
    return {
      kind: 'missing',
      at: source.at,
      message: `\`${writtenSource(source).text}\` is an attribute of the record as it is, and a ${kind} does not read it.`,
      hint: kind === 'put' ? 'Use `upsert`.' : 'Take the value from an argument, as in `$name`.',
    };
  if (attribute) {
    const value = ofAttribute(attribute);
    return kind === 'upsert' ? { ...value, isNullable: true } : value;
  }
  return {
    kind: 'missing',
    at: source.at,
    message:
      name === ''
        ? '`$current` does not name an attribute.'
        : `\`${owner}\` has no attribute \`${source.path.join('.')}\`.`,
    hint: suggestion(name, entity.attributes.keys()),
  };
}

/** An attribute of the join; undefined where the join itself is not known. */
function ofJoin(
  { entities }: ResolvedNames,
  source: Source & { readonly kind: 'through' },
  join: Word | undefined,
): Resolved | undefined {
  const [name = '', ...rest] = source.path;
  const missing = (message: string, hint: string | undefined): Resolved => ({
    kind: 'missing',
    at: source.at,
    message,
    hint,
  });
  if (!join) {
    return missing(
      `\`${writtenSource(source).text}\` is an attribute of a join, which is available only in the \`where\` next to \`through\`.`,
      'Take the value from an argument, as in `$id`, or from `$parent`.',
    );
  }
  const entity = entities.get(join.text);
  if (!entity) return undefined;
  const attribute = entity.attributes.get(name);
  if (attribute && rest.length === 0) return ofAttribute(attribute);
  return missing(
    name === ''
      ? '`$through` does not name an attribute.'
      : `\`${join.text}\` has no attribute \`${source.path.join('.')}\`.`,
    suggestion(name, entity.attributes.keys()),
  );
}

/** What an earlier step gives an attribute: its type is the attribute's. */
function ofStep(
  names: ResolvedNames,
  source: Source & { readonly kind: 'step' },
  by: Word,
): Resolved | undefined {
  const { model, entities } = names;
  const transaction = model.mutations.find((one) => one.name === by)?.step?.transaction;
  const mutation = model.mutations.find(
    ({ step }) => step?.transaction === transaction && step?.name.text === source.step,
  );
  const entity = mutation && entities.get(mutation.entity.text);
  if (!entity) return undefined;
  const [name = '', ...rest] = source.path;
  if (mutation.each)
    return {
      kind: 'missing',
      at: source.at,
      message: `Step \`${source.step}\` writes a record for each element of a list, so \`${writtenSource(source).text}\` is not one value.`,
      hint: 'Take the value from an argument.',
    };
  const attribute = rest.length === 0 ? entity.attributes.get(name) : undefined;
  if (!attribute)
    return {
      kind: 'missing',
      at: source.at,
      message:
        name === ''
          ? `\`$${source.step}\` does not name an attribute of its record.`
          : `\`${entity.name}\` has no attribute \`${source.path.join('.')}\`.`,
      hint: suggestion(name, entity.attributes.keys()) ?? `Write \`$${source.step}.id\`.`,
    };
  return ofAttribute(attribute);
}

function ofAttribute({ type, at }: ResolvedAttribute): TypedValue {
  return found(type, at);
}

function found(type: TypeRef, at: Span): TypedValue {
  return { kind: 'type', type, isNullable: !type.nonNull, optional: [], at };
}
