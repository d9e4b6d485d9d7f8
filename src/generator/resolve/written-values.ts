/** What values are written to: attributes, places within them, and the parts that `address.city` or `lines[sku=$sku].count` name. */

import { suggestion } from '../diagnostics/suggest.js';
import {
  type ElementUpdate,
  fieldNamed,
  type MutationModel,
  namedType,
  printType,
  type Sdl,
  type TypeRef,
} from '../model.js';
import { type PathStep, type Source, sourcesAlong, sourcesIn, type ValueModel } from '../sources.js';
import type { ResolvedAttribute } from './resolved-model.js';
import { encodingOf } from './sdl.js';

export interface WrittenPlace {
  /** Undefined where anything may be written, and where nothing of the name is known. */
  readonly attribute: ResolvedAttribute | undefined;
  readonly value: ValueModel;
  /** It is a part of a document or list. */
  readonly isPart: boolean;
}

/** The value, and everything that it is made of. */
export function* placesOf(
  sdl: Sdl,
  attribute: ResolvedAttribute | undefined,
  value: ValueModel,
  isPart = false,
): Generator<WrittenPlace> {
  yield { attribute, value, isPart };
  if (value.kind === 'list')
    for (const one of value.of) yield* placesOf(sdl, attribute && elementOf(sdl, attribute), one, true);
  else if (value.kind === 'document')
    for (const one of value.fields)
      yield* placesOf(sdl, attribute && memberOf(sdl, attribute, one.field.text), one.value, true);
}

/** A field of the documents that an attribute holds, as if it were an attribute. */
export function memberOf(
  sdl: Sdl,
  attribute: ResolvedAttribute,
  name: string,
): ResolvedAttribute | undefined {
  const field = attribute.list ? undefined : fieldNamed(embeddedType(sdl, attribute), name);
  return field && typedAs(sdl, attribute, `${attribute.name}.${name}`, field.type);
}

/** An element of the list that an attribute is, as if it were an attribute. */
export function elementOf(sdl: Sdl, attribute: ResolvedAttribute): ResolvedAttribute | undefined {
  const { type, name } = attribute;
  return type.kind === 'list' ? typedAs(sdl, attribute, name, type.of) : undefined;
}

/** The object type of the documents that an attribute holds; undefined where they are any JSON. */
export function embeddedType(sdl: Sdl, { of }: ResolvedAttribute) {
  const type = sdl.types.get(of);
  return type?.kind === 'object' ? type : undefined;
}

function typedAs(sdl: Sdl, attribute: ResolvedAttribute, name: string, type: TypeRef): ResolvedAttribute {
  const of = namedType(type);
  return {
    ...attribute,
    name,
    type,
    of,
    list: type.kind === 'list',
    nullable: !type.nonNull,
    encoding: encodingOf(type, sdl),
    element: encodingOf({ kind: 'named', name: of, nonNull: false }, sdl),
    generated: null,
    default: null,
    normalize: [],
  };
}

/** A step, and what its own value is: the name of an entry, or the field by which elements are found. */
export interface ResolvedStep {
  readonly step: PathStep;
  /** Of elements, the field that they are found by. */
  readonly by?: ResolvedAttribute;
  /** What the step leads into counts as an empty document where it has no value. */
  readonly mayBegin: boolean;
}

export interface ResolvedPath {
  readonly steps: readonly ResolvedStep[];
  /** The part, as if it were an attribute; undefined where it can be anything. */
  readonly target: ResolvedAttribute | undefined;
  /** Why the next step leads nowhere. */
  readonly misfit?: { readonly step: PathStep; readonly message: string; readonly hint: string | undefined };
}

export function pathFrom(sdl: Sdl, attribute: ResolvedAttribute, path: readonly PathStep[]): ResolvedPath {
  const steps: ResolvedStep[] = [];
  let target: ResolvedAttribute | undefined = attribute;
  for (const step of path) {
    if (!target || isFree(sdl, target)) {
      if (step.kind === 'elements')
        return { steps, target, misfit: { step, ...ofUnknown(target ?? attribute) } };
      steps.push({ step, mayBegin: true });
      target = undefined;
      continue;
    }
    const next = stepInto(sdl, target, step);
    if ('message' in next) return { steps, target, misfit: { step, ...next } };
    steps.push(next.resolved);
    target = next.target;
  }
  return { steps, target };
}

/** Whether it holds documents of no declared type. */
export function isFree(sdl: Sdl, attribute: ResolvedAttribute): boolean {
  return !attribute.list && attribute.encoding === 'document' && !embeddedType(sdl, attribute);
}

type Misfit = { readonly message: string; readonly hint: string | undefined };
type Next = { readonly resolved: ResolvedStep; readonly target: ResolvedAttribute | undefined } | Misfit;

function stepInto(sdl: Sdl, within: ResolvedAttribute, step: PathStep): Next {
  const is = `\`${within.name}\` is \`${printType(within.type)}\``;
  const type = embeddedType(sdl, within);
  if (!type) return { message: `${is}, which has no parts.`, hint: 'Name the attribute itself.' };
  if (within.list) {
    const element = elementOf(sdl, within);
    const known = type.fields.find((field) => namedType(field.type) === 'ID') ?? type.fields[0];
    const example = `Write \`${within.name}[${known?.name}=$…]\`.`;
    if (step.kind !== 'elements' || !element || element.list)
      return { message: `${is}, and nothing says which of its elements are meant.`, hint: example };
    const by = memberOf(sdl, element, step.field.text);
    if (!by)
      return {
        message: `\`${type.name}\` has no field \`${step.field.text}\`.`,
        hint:
          suggestion(
            step.field.text,
            type.fields.map(({ name }) => name),
          ) ?? example,
      };
    if (by.list || by.encoding === 'document')
      return {
        message: `\`${by.name}\` is \`${printType(by.type)}\`, but elements are found by a plain value.`,
        hint: example,
      };
    return { resolved: { step, by, mayBegin: false }, target: element };
  }
  if (step.kind !== 'field')
    return {
      message: `${is}, which has fields and neither elements nor entries.`,
      hint: `Write \`${within.name}.${type.fields[0]?.name}\`.`,
    };
  const field = fieldNamed(type, step.name);
  if (!field)
    return {
      message: `\`${type.name}\` has no field \`${step.name}\`.`,
      hint: suggestion(
        step.name,
        type.fields.map(({ name }) => name),
      ),
    };
  const mayBegin = type.fields.every((one) => one === field || !one.type.nonNull);
  return { resolved: { step, mayBegin }, target: memberOf(sdl, within, step.name) };
}

function ofUnknown({ name, type }: ResolvedAttribute): Misfit {
  return {
    message: `\`${name}\` is \`${printType(type)}\`, and the fields of elements of JSON are not known.`,
    hint: 'Make it a list of an object type.',
  };
}

type Attributes = ReadonlyMap<string, ResolvedAttribute>;

/** The part that an update changes; undefined where it can be anything, or is not known. */
export function targetOf(sdl: Sdl, attributes: Attributes | undefined, { field, path }: ElementUpdate) {
  const attribute = attributes?.get(field.text);
  const along = attribute && pathFrom(sdl, attribute, path);
  return along?.misfit ? undefined : along?.target;
}

/** A value that an attribute, a part of one or an element becomes. */
export interface WrittenWhole {
  readonly attribute: ResolvedAttribute | undefined;
  readonly value: ValueModel;
  /** It has some fields of the elements that are removed. */
  readonly isPattern?: true;
}

export function writtenBy(
  sdl: Sdl,
  attributes: Attributes | undefined,
  { set, elements }: Pick<MutationModel, 'set' | 'elements'>,
): WrittenWhole[] {
  return [
    ...set.map(({ field, value }) => ({ attribute: attributes?.get(field.text), value })),
    ...elements.flatMap((update): WrittenWhole[] => {
      const { how, value } = update;
      const target = targetOf(sdl, attributes, update);
      if (how === 'set' || value.kind === 'list') return [{ attribute: target, value }];
      if (value.kind !== 'document') return [];
      const attribute = target && elementOf(sdl, target);
      return [{ attribute, value, ...(how === 'remove' ? { isPattern: true as const } : {}) }];
    }),
  ];
}

/** Every value that an update takes. */
export function sourcesOfUpdate({ path, value }: ElementUpdate): readonly Source[] {
  return [...sourcesAlong(path), ...sourcesIn(value)];
}
