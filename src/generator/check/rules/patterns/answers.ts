/** The field that a pattern or mutation answers can carry the answer. */

import { isNumber } from '../../../encodings.js';
import { isGet } from '../../../layout/serving.js';
import {
  type PatternModel,
  printType,
  returned,
  type SdlField,
  type TypeRef,
  type Word,
} from '../../../model.js';
import type { Answer } from '../../../resolve/answers.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import { connectionNode, encodingOf, fieldAt, isConnection, optional } from '../../../resolve/sdl.js';
import { typeOfSource } from '../../../resolve/value-paths.js';
import { type Check, type Finding, listed } from '../../row.js';
import { carries, givenBy } from '../writes/transactions.js';

export const answerChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'wrong-root',
    *check({ model, answers }) {
      const { mutationType = 'Mutation', subscriptionType } = model.sdl;
      for (const answer of [...answers.values()].flat()) {
        const { type, field, at } = answer.for;
        if (!fieldAt(model, answer.for)) continue;
        const path = `\`${type}.${field}\``;
        if (answer.kind === 'subscription') continue;
        if (type === subscriptionType) {
          yield {
            at,
            message: `${capital(answer.kind)} \`${answer.name.text}\` cannot answer ${path}, which delivers events.`,
            hint: 'Answer it under `subscriptions`, or list it under `external`.',
          };
        } else if (answer.kind === 'pattern' && type === mutationType) {
          yield {
            at,
            message: `Pattern \`${answer.name.text}\` reads, so it cannot answer ${path}.`,
            hint: 'Answer it under `mutations` or `rules`.',
          };
        } else if ((answer.kind === 'mutation' || answer.kind === 'transaction') && type !== mutationType) {
          yield {
            at,
            message: `Mutation \`${answer.name.text}\` writes, but ${path} is not a field of \`${mutationType}\`.`,
            hint: 'Move the field to that type. Other fields may be resolved in any order, and repeatedly.',
          };
        }
      }
    },
  },
  {
    code: 'one-non-null',
    *check(resolved) {
      const { model, answers } = resolved;
      for (const answer of [...answers.values()].flat()) {
        const field = fieldAt(model, answer.for);
        if (answer.kind !== 'pattern' || answer.by.cardinality !== 'one' || !field?.type.nonNull) continue;
        if (field.type.kind === 'list' || isReferenced(resolved, answer.for.type, answer.by)) continue;
        yield {
          at: field.at,
          message: `Pattern \`${answer.name.text}\` may find nothing, but \`${answer.for.type}.${field.name}\` is non-null.`,
          notes: [{ message: 'answered here', at: answer.for.at }],
          hint: 'Remove the `!` from the field, answer it with a rule that throws if nothing is found, or let a reference with `onDelete: restrict` or `cascade` keep the record.',
        };
      }
    },
  },
  {
    code: 'wrong-return-type',
    check: wrongReturnTypes,
  },
  {
    code: 'connection-arguments',
    check: connectionArguments,
  },
];

/** Whether a reference keeps the record that the pattern looks up from being deleted before the one that names it. */
function isReferenced({ entities }: ResolvedModel, type: string, pattern: PatternModel): boolean {
  const [from, to] = [entities.get(type), entities.get(pattern.target.text)];
  const isPlain = !pattern.select && !pattern.visible && !pattern.leadsTo && !pattern.filter;
  if (!from || !to || !isPlain || from.model.ttl || to.model.ttl || from.model.historyOf) return false;
  const named = pattern.where.map(({ field, source }) => {
    const path = source.kind === 'parent' ? source.path : [];
    const own = from.attributes.get(path[0] ?? '');
    return path.length === 1 && own && !own.nullable ? `${field.text}=${own.name}` : undefined;
  });
  return from.model.references.some((reference) => {
    if (reference.to.text !== to.name || !/^(restrict|cascade)$/.test(reference.onDelete?.text ?? ''))
      return false;
    const [only = ''] = to.keyFields ?? [];
    const fields = reference.fields?.map(({ key, field }) => `${key.text}=${field.text}`) ?? [
      `${only}=${reference.name.text}`,
    ];
    return fields.length === named.length && fields.every((field) => named.includes(field));
  });
}

function* wrongReturnTypes(resolved: ResolvedModel): Generator<Finding> {
  const { model, entities, answers } = resolved;
  for (const answer of [...answers.values()].flat()) {
    const field = fieldAt(model, answer.for);
    if (!field || answer.kind === 'rule' || answer.kind === 'transaction' || answer.kind === 'subscription')
      continue;
    const plain = answer.kind === 'pattern' && plainMistake(resolved, answer.by, field);
    if (plain) {
      yield {
        at: answer.for.at,
        message: `Pattern \`${answer.name.text}\` returns ${plain.gives}, but \`${answer.for.type}.${field.name}\` is \`${printType(field.type)}\`.`,
        notes: [{ message: 'the field', at: field.at }],
        hint: plain.hint,
      };
    }
    if (answer.kind === 'pattern' && (plainTypes[answer.by.cardinality] !== undefined || answer.by.select))
      continue;
    const target = answer.kind === 'pattern' ? returned(answer.by).text : answer.by.entity.text;
    const isMany =
      answer.kind === 'pattern' && (answer.by.cardinality === 'many' || answer.by.cardinality === 'mixed');
    const type = model.sdl.types.get(target);
    if (!type || (!entities.has(target) && (type.kind === 'object' || answer.kind === 'mutation'))) continue;
    if (isMany && type.kind !== 'object' && answer.by.cardinality !== 'mixed') {
      if (answer.by.leadsTo) continue;
      yield {
        at: answer.by.target.at,
        message: `\`${target}\` is ${type.kind === 'union' ? 'a union' : 'an interface'}, but \`many\` returns one entity.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: `Write \`mixed: ${target}\` to read its members in one query.`,
      };
      continue;
    }
    if (
      isMany &&
      isConnection(model.sdl, field.type) &&
      answer.kind === 'pattern' &&
      isGet(answer.by, readable(resolved, target))
    ) {
      yield {
        at: answer.for.at,
        message: `Pattern \`${answer.name.text}\` reads records by their whole keys, in the caller’s order, but \`${answer.for.type}.${field.name}\` is a connection.`,
        notes: [{ message: 'the field', at: field.at }],
        hint: `Make the field \`[${target}!]!\`.`,
      };
      continue;
    }
    if (
      answer.kind === 'mutation'
        ? carries(field.type, answer.by)
        : isMany
          ? isManyOf(model.sdl, field.type, target)
          : field.type.kind === 'named' && field.type.name === target
    )
      continue;
    const gives = answer.kind === 'mutation' ? givenBy(answer.by) : undefined;
    const what = isMany ? `a list or connection of \`${target}\`` : `one \`${target}\``;
    yield {
      at: answer.for.at,
      message: `${capital(answer.kind)} \`${answer.name.text}\` returns ${gives?.what ?? what}, but \`${answer.for.type}.${field.name}\` is \`${printType(field.type)}\`.`,
      notes: [{ message: 'the field', at: field.at }],
      hint: isPlural(answer)
        ? `Make the field \`${gives?.type}\`.`
        : returnHint(model.sdl, field, target, answer.kind),
    };
  }
}

/** A mutation that gives something else than a record. */
function isPlural(answer: Answer): boolean {
  return answer.kind === 'mutation' && (answer.by.each ?? answer.by.all) !== undefined;
}

function readable({ entities }: ResolvedModel, name: string): { readonly keyFields: readonly string[] } {
  return { keyFields: entities.get(name)?.keyFields ?? [] };
}

const plainTypes: Readonly<Partial<Record<PatternModel['cardinality'], string>>> = {
  count: 'Int',
  sum: 'Int',
  exists: 'Boolean',
};

/** What a count, a test or `select` gives, where the field is of another type. */
function plainMistake(
  resolved: ResolvedModel,
  pattern: PatternModel,
  field: SdlField,
): { readonly gives: string; readonly hint: string } | undefined {
  if (pattern.select) return selectMistake(resolved, pattern, pattern.select, field);
  const wanted = plainTypes[pattern.cardinality];
  if (wanted === undefined) return undefined;
  const isList = pattern.where.some(
    ({ source }) => typeOfSource(resolved, pattern.for, source)?.kind === 'list',
  );
  const gives = pattern.cardinality === 'exists' ? 'a Boolean' : 'a number';
  const { type } = field;
  if (pattern.cardinality === 'exists' && isList) {
    const isRight = type.kind === 'list' && type.of.kind === 'named' && type.of.name === wanted;
    return isRight
      ? undefined
      : { gives: `${gives} for each element`, hint: 'Make the field `[Boolean!]!`.' };
  }
  // A sum may need more room than an Int has.
  const isWide = pattern.cardinality === 'sum' && isNumber(encodingOf(type, resolved.model.sdl));
  const isRight = isWide || (type.kind === 'named' && type.name === wanted);
  return isRight ? undefined : { gives, hint: `Make the field \`${wanted}!\`.` };
}

function selectMistake(
  { entities }: ResolvedModel,
  pattern: PatternModel,
  select: Word,
  { type }: SdlField,
): { readonly gives: string; readonly hint: string } | undefined {
  const entity = entities.get(returned(pattern).text);
  const attribute = entity?.attributes.get(select.text);
  const { cardinality } = pattern;
  if (!entity || !attribute || (cardinality !== 'one' && cardinality !== 'many')) return undefined;
  const path = `\`${entity.name}.${select.text}\``;
  if (attribute.hidden)
    return { gives: `${path}, which is not in the schema`, hint: 'Select a field of the type.' };
  const isOf = (given: TypeRef) =>
    printType(optional(given)) === printType(optional(attribute.type)) &&
    !(given.nonNull && attribute.nullable);
  const wanted = printType(attribute.nullable ? optional(attribute.type) : attribute.type);
  if (cardinality === 'many')
    return type.kind === 'list' && isOf(type.of)
      ? undefined
      : { gives: `${path} of each record`, hint: `Make the field \`[${wanted}]!\`.` };
  return isOf(optional(type))
    ? undefined
    : { gives: `${path} of one record`, hint: `Make the field \`${printType(optional(attribute.type))}\`.` };
}

function isManyOf(sdl: ResolvedModel['model']['sdl'], type: TypeRef, target: string): boolean {
  if (type.kind === 'list') return type.of.kind === 'named' && type.of.name === target;
  return connectionNode(sdl, type.name) === target;
}

function returnHint(
  sdl: ResolvedModel['model']['sdl'],
  field: SdlField,
  target: string,
  kind: 'pattern' | 'mutation',
): string {
  if (kind === 'mutation') return `Return \`${target}\`, or answer it with a rule.`;
  if (isManyOf(sdl, field.type, target)) return `Write \`many: ${target}\`.`;
  if (field.type.kind === 'named' && field.type.name === target) return `Write \`one: ${target}\`.`;
  return 'Change the type of the field, or the pattern.';
}

const paging = [
  { name: 'first', types: ['Int'] },
  { name: 'after', types: ['String', 'ID', 'Cursor'] },
  { name: 'last', types: ['Int'] },
  { name: 'before', types: ['String', 'ID', 'Cursor'] },
] as const;

function* connectionArguments({ model, answers }: ResolvedModel): Generator<Finding> {
  for (const answer of [...answers.values()].flat()) {
    const field = fieldAt(model, answer.for);
    if (!field || answer.kind !== 'pattern' || answer.by.cardinality === 'one') continue;
    if (!isConnection(model.sdl, field.type)) continue;
    const path = `\`${answer.for.type}.${field.name}\``;
    const has = (name: string) => field.arguments.some((argument) => argument.name === name);
    const wanted = has('last') || has('before') ? ['first', 'after', 'last', 'before'] : ['first', 'after'];
    const missing = wanted.filter((name) => !has(name));
    if (missing.length > 0) {
      yield {
        at: field.at,
        message: `The connection ${path} lacks ${missing.length === 1 ? 'the argument' : 'the arguments'} ${listed(missing)}.`,
        notes: [{ message: 'answered here', at: answer.for.at }],
        hint: `Add \`${missing.map((name) => `${name}: ${name === 'first' || name === 'last' ? 'Int' : 'String'}`).join(', ')}\`.`,
      };
    }
    for (const { name, types } of paging) {
      const argument = field.arguments.find((one) => one.name === name);
      if (
        !argument ||
        (argument.type.kind === 'named' && (types as readonly string[]).includes(argument.type.name))
      )
        continue;
      yield {
        at: argument.at,
        message: `\`${name}\` of the connection ${path} is \`${printType(argument.type)}\`.`,
        hint: `Make it \`${types[0]}\`.`,
      };
    }
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
