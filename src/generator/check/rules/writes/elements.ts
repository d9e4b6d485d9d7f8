/** What a mutation computes from the record as it is, and what goes with which kind of mutation. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { suggestion } from '../../../diagnostics/suggest.js';
import { isNumber } from '../../../encodings.js';
import { givesAll } from '../../../layout/references.js';
import { type MutationModel, namedType, printType } from '../../../model.js';
import {
  type ResolvedAttribute,
  type ResolvedModel,
  valuesTakenBy,
} from '../../../resolve/resolved-model.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import { scalarHint } from '../../../scalars.js';
import { isFieldOf, sourcesIn } from '../../../sources.js';
import type { Check, Finding } from '../../row.js';

export const elementChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'element-type',
    *check({ model, entities }) {
      for (const { entity, elements } of model.mutations) {
        for (const { how, field } of elements) {
          const attribute = entities.get(entity.text)?.attributes.get(field.text);
          const wanted = attribute && wantedBy(how, attribute);
          if (!attribute || !wanted) continue;
          yield {
            at: field.at,
            message: `\`${how}\` applies to ${wanted}, but \`${entity.text}.${field.text}\` is \`${printType(attribute.type)}\`.`,
            hint:
              (how === 'add' ? scalarHint(model.sdl, attribute, 'integer') : undefined) ??
              'Set the value under `set` or in a `prepare` rule.',
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
export function* mutationWithoutEffect(mutation: MutationModel): Generator<Finding> {
  const { name, kind, from, set, prepare, expect, where, elements, require } = mutation;
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
  if (why !== undefined && set[0]) yield useless('set', set[0].field.at, why);
  const unprepared = kind === 'put' ? 'a put takes its values from `from` and `set`' : undefined;
  const unasked = deleted ?? touched ?? unprepared;
  if (unasked !== undefined && prepare) yield useless('prepare', prepare.at, unasked);
  if (kind === 'create' && expect) yield useless('expect', expect.at, 'a new record has no earlier revision');
  if (kind === 'create' && where[0])
    yield useless('where', where[0].field.at, 'there is no record to find yet');
  if (kind === 'create' && require[0])
    yield useless('require', require[0].name.at, 'there is no record yet to check');
  if (kind !== 'update' && kind !== 'upsert')
    for (const { how, field } of elements)
      yield useless(how, field.at, deleted ?? touched ?? 'a put does not use existing values');
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

function wantedBy(
  how: MutationModel['elements'][number]['how'],
  attribute: ResolvedAttribute,
): string | undefined {
  const { encoding, element, type } = attribute;
  if (how === 'add' || how === 'subtract') return isNumber(encoding) ? undefined : 'numbers';
  if (type.kind !== 'list' || type.of.kind === 'list') return 'lists';
  return how === 'remove' && element === 'document' ? 'lists of plain values' : undefined;
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
    const set = [...mutation.set, ...mutation.elements];
    const taken = [
      ...mutation.set.flatMap(({ value }) => sourcesIn(value)),
      ...mutation.elements.map(({ source }) => source),
    ];
    const { from } = mutation;
    const isTaken = (name: string) => taken.some((source) => isFieldOf(from, name, source));
    const attributes = resolved.entities.get(mutation.entity.text)?.attributes;
    // What nothing but a rule may set is reported as such.
    const isSet = (name: string) => attributes?.get(name)?.computed === undefined;
    const seen = new Map<string, Span>(
      fields.filter(({ name }) => isSet(name) && !isTaken(name)).map(({ name, at }) => [name, at]),
    );
    for (const { field } of set) {
      const earlier = seen.get(field.text);
      seen.set(field.text, field.at);
      if (!earlier) continue;
      yield {
        at: field.at,
        message: `Mutation \`${mutation.name.text}\` sets \`${mutation.entity.text}.${field.text}\` twice.`,
        notes: [{ message: 'also set here', at: earlier }],
        hint: 'Keep one of the two.',
      };
    }
  }
}
