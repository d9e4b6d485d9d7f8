/** What a mutation computes from the record as it is, and what goes with which kind of mutation. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { suggestion } from '../../../diagnostics/suggest.js';
import { isNumber } from '../../../encodings.js';
import { givesAll } from '../../../layout/references.js';
import { type ElementUpdate, type MutationModel, namedType, printType, type Sdl } from '../../../model.js';
import {
  type ResolvedAttribute,
  type ResolvedEntity,
  type ResolvedModel,
  valuesTakenBy,
} from '../../../resolve/resolved-model.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import { isFree, pathFrom, sourcesOfUpdate } from '../../../resolve/written-values.js';
import { scalarHint } from '../../../scalars.js';
import { isFieldOf, type PathStep, sourcesIn } from '../../../sources.js';
import type { Check, Finding } from '../../row.js';

export const elementChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'element-type',
    *check({ model: { mutations, sdl }, entities }) {
      for (const { entity, elements } of mutations) {
        const attributes = entities.get(entity.text)?.attributes;
        for (const update of elements) {
          const { how, field, path } = update;
          const attribute = attributes?.get(field.text);
          const along = attribute && pathFrom(sdl, attribute, path);
          const wanted = along && !along.misfit ? wantedBy(sdl, update, along.target) : undefined;
          if (!attribute || wanted === undefined) continue;
          const part = along?.target ?? attribute;
          yield {
            at: field.at,
            message: `\`${how}\` applies to ${wanted}, but \`${entity.text}.${part.name}\` is \`${printType(part.type)}\`.`,
            hint: hintFor(sdl, update, part),
          };
        }
      }
    },
  },
  {
    code: 'attribute-part',
    *check({ model: { mutations, sdl }, entities }) {
      for (const { entity, elements } of mutations) {
        const resolved = entities.get(entity.text);
        for (const { field, path } of elements) {
          const attribute = resolved?.attributes.get(field.text);
          const misfit = attribute && pathFrom(sdl, attribute, path).misfit;
          if (!misfit) continue;
          const { step, message, hint } = misfit;
          yield {
            at: step.at,
            message,
            notes: [{ message: `the attribute, of \`${entity.text}\``, at: attribute.at }],
            hint,
          };
        }
      }
    },
  },
  {
    code: 'written-twice',
    check: writtenTwice,
  },
  {
    code: 'each-list',
    *check(resolved) {
      for (const { source, role, value } of resolved.values.all) {
        if (role !== 'each') continue;
        const written = writtenSource(source).text;
        if (value?.kind === 'type' && (value.type.kind !== 'list' || !value.type.of.nonNull))
          yield {
            at: source.at,
            message: `\`${written}\` is \`${printType(value.type)}\`, but \`each\` takes a list without nulls.`,
            notes: [{ message: 'declared here', at: value.at }],
            hint:
              value.type.kind === 'list'
                ? 'Make its elements non-null, as in `[ID!]!`.'
                : 'Make it a list, as in `[ID!]!`.',
          };
        else if (value?.kind === 'free' || source.kind !== 'argument')
          yield {
            at: source.at,
            message: `\`${written}\` is no argument, but \`each\` takes a list that the caller passes.`,
            hint: 'Name an argument, as in `$ids`.',
          };
      }
      for (const { name, each, prepare } of resolved.model.mutations) {
        if (!each || !prepare) continue;
        yield {
          at: prepare.at,
          message: `Mutation \`${name.text}\` writes a record for each element of a list, and a \`prepare\` rule does not know the element.`,
          hint: 'Use `from: $each` and `set`.',
        };
      }
    },
  },
  {
    code: 'delete-pattern',
    *check({ model, entities }) {
      for (const { name, kind, all, entity, where } of model.mutations) {
        if (!all || kind !== 'delete' || !entities.has(entity.text)) continue;
        const pattern = model.patterns.find((one) => one.name.text === all.text);
        const fields = new Set(where.map(({ field }) => field.text));
        if (pattern && givesAll(model, pattern, { entity: entity.text, fields })) continue;
        const bound = pattern?.where.map(({ field }) => field.text) ?? [];
        yield {
          at: all.at,
          message: pattern
            ? `Pattern \`${all.text}\` does not return all of \`${entity.text}\` for which mutation \`${name.text}\` has values.`
            : `There is no pattern \`${all.text}\`.`,
          ...(pattern ? { notes: [{ message: 'the pattern', at: pattern.name.at }] } : {}),
          hint: pattern
            ? `Name a \`many\` pattern of \`${entity.text}\` without filter, bucket and order, and bind its equalities${bound.length > 0 ? `: \`where: { ${bound.map((field) => `${field}: $${field}`).join(', ')} }\`` : ''}.`
            : suggestion(
                all.text,
                model.patterns.map((one) => one.name.text),
              ),
        };
      }
    },
  },
  {
    code: 'touch-expiry',
    *check({ model, entities }) {
      for (const { kind, name, entity, to, extend } of model.mutations) {
        const resolved = entities.get(entity.text);
        if (kind !== 'touch' || !resolved) continue;
        if (!resolved.model.ttl)
          yield {
            at: entity.at,
            message: `\`${entity.text}\` does not expire, so mutation \`${name.text}\` has nothing to change.`,
            notes: [{ message: 'the entity', at: resolved.model.name.at }],
            hint: 'Add `ttl: field` to the entity.',
          };
        if (to && extend)
          yield {
            at: extend.at,
            message: `Mutation \`${name.text}\` has both \`to\` and \`extend\`.`,
            hint: 'Keep one of them.',
          };
        if (!to && !extend)
          yield {
            at: name.at,
            message: `Mutation \`${name.text}\` has neither \`to\` nor \`extend\`.`,
            hint: 'Add `to: $expiresAt`, or `extend: 30d` for 30 days from now.',
          };
      }
    },
  },
];

/** Keys of a mutation that have no effect for its kind, or in combination with others. */
export function* mutationWithoutEffect(
  mutation: MutationModel,
  entity: ResolvedEntity | undefined,
): Generator<Finding> {
  const { name, kind, from, set, prepare, expect, untouched, where, elements, require, messages } = mutation;
  const useless = (key: string, at: Span, why: string): Finding => ({
    at,
    message: `\`${key}\` of mutation \`${name.text}\` has no effect: ${why}.`,
    hint: `Remove \`${key}\`.`,
  });
  const deleted = kind === 'delete' ? 'a delete takes no values' : undefined;
  const touched = kind === 'touch' ? 'a touch moves the time of expiry, and nothing else' : undefined;
  const prepared = prepare ? '`prepare` provides the values' : undefined;
  const why = deleted ?? touched ?? prepared;
  if (why !== undefined && from) yield useless('from', from.at, why);
  const parts = prepared === undefined ? [] : elements.filter(({ how }) => how === 'set');
  for (const { field } of [...set.slice(0, 1), ...parts])
    if (why !== undefined) yield useless('set', field.at, why);
  const unprepared = kind === 'put' ? 'a put takes its values from `from` and `set`' : undefined;
  const unasked = deleted ?? touched ?? unprepared;
  if (unasked !== undefined && prepare) yield useless('prepare', prepare.at, unasked);
  if (kind === 'create' && expect) yield useless('expect', expect.at, 'a new record has no earlier revision');
  const isTouched = [...(entity?.attributes.values() ?? [])].some(({ generated }) => generated === 'touch');
  if (untouched && kind !== 'update' && kind !== 'upsert')
    yield useless('untouched', untouched.at, 'it is for `update` and `upsert`');
  else if (untouched && entity && !isTouched)
    yield useless('untouched', untouched.at, `\`${entity.name}\` has no field with \`generate: touch\``);
  if (kind === 'create' && where[0])
    yield useless('where', where[0].field.at, 'there is no record to find yet');
  if (kind === 'create' && require[0])
    yield useless('require', require[0].name.at, 'there is no record yet to check');
  for (const { name: one } of messages)
    if (!require.some((other) => other.name.text === one.text))
      yield useless('messages', one.at, `\`require\` has no condition \`${one.text}\``);
  if (kind !== 'update' && kind !== 'upsert')
    for (const { how, field } of elements)
      yield useless(how, field.at, deleted ?? touched ?? `a ${kind} does not use existing values`);
  if (mutation.all && kind !== 'delete') yield useless('all', mutation.all.at, 'it is for `delete`');
  else if (mutation.all) {
    const { each, alongside, idempotent, step } = mutation;
    const why = 'with `all`, records are deleted in as many transactions as it takes';
    for (const [key, at] of [
      ['each', each?.at],
      ['require', require[0]?.name.at],
      ['expect', expect?.at],
      ['alongside', alongside?.at],
      ['idempotent', idempotent?.token.at],
      ['all', step && mutation.all.at],
    ] as const)
      if (at) yield useless(key, at, key === 'all' ? 'a transaction cannot hold them' : why);
  }
  if (kind === 'touch') return;
  for (const [key, one] of [
    ['to', mutation.to],
    ['extend', mutation.extend],
  ] as const)
    if (one) yield useless(key, one.at, 'it is for `touch`');
}

/** What an update applies to, where its target is something else. @param target undefined where it can be anything */
function wantedBy(
  sdl: Sdl,
  { how, value }: ElementUpdate,
  target: ResolvedAttribute | undefined,
): string | undefined {
  const isList = target?.type.kind === 'list' && target.type.of.kind !== 'list';
  switch (how) {
    case 'set':
      return undefined;
    case 'append':
      return isList ? undefined : 'lists';
    case 'remove':
      if (!target || isFree(sdl, target)) return value.kind === 'document' ? 'lists of documents' : undefined;
      if (!isList) return 'lists and JSON';
      return target.element === 'document' && value.kind !== 'document' ? 'lists of plain values' : undefined;
    default:
      return !target || isNumber(target.encoding) ? undefined : 'numbers';
  }
}

function hintFor(sdl: Sdl, { how, field }: ElementUpdate, target: ResolvedAttribute): string {
  const hint = how === 'add' ? scalarHint(sdl, target, 'integer') : undefined;
  if (hint) return hint;
  if (how === 'remove' && isFree(sdl, target)) return `Name the entry, as in \`${field.text}: $name\`.`;
  return how === 'remove' && target.list
    ? `Name fields of the elements, as in \`${field.text}: { id: $id }\`.`
    : 'Set the value under `set` or in a `prepare` rule.';
}

function* writtenTwice(resolved: ResolvedModel): Generator<Finding> {
  for (const mutation of resolved.model.mutations) {
    const input = valuesTakenBy(resolved, mutation.name).find((one) => one.role === 'input');
    const value = input?.value;
    const fields =
      value?.kind === 'type' && !mutation.prepare
        ? (resolved.model.sdl.types.get(namedType(value.type))?.fields ?? [])
        : [];
    // Fields of the input that something else takes its value from are not attributes of the record.
    const taken = [
      ...mutation.set.flatMap(({ value }) => sourcesIn(value)),
      ...mutation.elements.flatMap(sourcesOfUpdate),
    ];
    const { from } = mutation;
    const isTaken = (name: string) => taken.some((source) => isFieldOf(from, name, source));
    const attributes = resolved.entities.get(mutation.entity.text)?.attributes;
    // What nothing but a rule may set is reported as such.
    const isSet = (name: string) => attributes?.get(name)?.computed === undefined;
    const given: readonly Place[] = fields
      .filter(({ name }) => isSet(name) && !isTaken(name))
      .map(({ name, at }) => ({ steps: [name], at }));
    const set = [...mutation.set.map(({ field }) => ({ field, path: [] })), ...mutation.elements];
    const seen = [...given];
    for (const { field, path } of set) {
      const place: Place = { steps: [field.text, ...path.map(writtenStep)], at: field.at };
      const earlier = seen.find((one) => isWithin(one, place) || isWithin(place, one));
      seen.push(place);
      if (!earlier) continue;
      yield {
        at: field.at,
        message: `Mutation \`${mutation.name.text}\` sets \`${mutation.entity.text}.${place.steps.join('')}\` twice.`,
        notes: [{ message: 'also set here', at: earlier.at }],
        hint: 'Keep one of the two.',
      };
    }
  }
}

interface Place {
  readonly steps: readonly string[];
  readonly at: Span;
}

/** Whether a place is a part of another, or the same. */
function isWithin({ steps }: Place, whole: Place): boolean {
  return whole.steps.every((step, at) => steps[at] === step);
}

function writtenStep(step: PathStep): string {
  if (step.kind === 'field') return `.${step.name}`;
  const value = writtenSource(step.source).text;
  return step.kind === 'entry' ? `[${value}]` : `[${step.field.text}=${value}]`;
}
