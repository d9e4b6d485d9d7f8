/** Transactions: steps with names of their own, a field that takes what they give, tokens that can be kept, sizes. */

import type { EntityLayout } from '../../../layout/types.js';
import {
  type MutationModel,
  namedType,
  printType,
  type TransactionModel,
  type TypeRef,
  type Word,
} from '../../../model.js';
import { rulesBefore } from '../../../resolve/access/statements.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import { fieldAt } from '../../../resolve/sdl.js';
import type { LaidOut } from '../../laid-out.js';
import { type Check, type Finding, listed } from '../../row.js';

/** DynamoDB takes at most this many items in one transaction. */
const mostItems = 100;

export const transactionChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'step-name',
    *check({ model }) {
      for (const { for: path, steps } of model.transactions) {
        const field = fieldAt(model, path);
        for (const { step } of steps) {
          const name = step?.name;
          const argument = field?.arguments.find((one) => one.name === name?.text);
          const isOwn = ['parent', 'through', 'current', 'each'].includes(name?.text ?? '');
          if (!name || (!argument && !isOwn)) continue;
          yield {
            at: name.at,
            message: `A step cannot be called \`${name.text}\`: \`$${name.text}\` is ${argument ? 'an argument' : 'reserved'}.`,
            ...(argument ? { notes: [{ message: 'the argument', at: argument.at }] } : {}),
            hint: 'Rename the step.',
          };
        }
      }
    },
  },
  {
    code: 'transaction-returns',
    *check(resolved) {
      for (const transaction of resolved.model.transactions) {
        const { returns } = transaction;
        if (returns) yield* wrongStep(resolved, transaction, returns);
        else yield* wrongFields(resolved, transaction);
      }
    },
  },
  {
    code: 'idempotent-table',
    *check({ model, entities }) {
      const holders = [
        ...model.mutations.map(({ idempotent, entity, name }) => ({ idempotent, entity, name })),
        ...model.transactions.map(({ idempotent, steps, name }) => ({
          idempotent,
          entity: steps[0]?.entity,
          name,
        })),
      ];
      for (const { idempotent, entity, name } of holders) {
        const table = entity && entities.get(entity.text)?.table;
        if (!idempotent || !table || table.ttl) continue;
        yield {
          at: idempotent.token.at,
          message: `Mutation \`${name.text}\` stores its idempotency keys in table \`${table.name.text}\`, which has no \`ttl\` attribute.`,
          notes: [{ message: 'the table', at: table.name.at }],
          hint: 'Add `ttl: ttl` to the table.',
        };
      }
    },
  },
];

function* wrongStep(
  { model, entities }: ResolvedModel,
  { name, for: path, steps }: TransactionModel,
  returns: Word,
): Generator<Finding> {
  const step = steps.find((one) => one.step?.name.text === returns.text);
  const field = fieldAt(model, path);
  if (!step) {
    yield {
      at: returns.at,
      message: `Transaction \`${name.text}\` has no step \`${returns.text}\`.`,
      hint: `Name one of its steps: ${listed(steps.flatMap((one) => one.step?.name.text ?? []))}.`,
    };
  } else if (field && path && entities.has(step.entity.text)) {
    if (carries(field.type, step)) return;
    const gives = givenBy(step);
    yield {
      at: returns.at,
      message: `Step \`${returns.text}\` returns ${gives.what}, but \`${path.type}.${path.field}\` is \`${printType(field.type)}\`.`,
      notes: [{ message: 'the field', at: field.at }],
      hint: `Make the field \`${gives.type}\`, or name another step.`,
    };
  }
}

function* wrongFields(
  { model, entities }: ResolvedModel,
  { name, for: path, steps }: TransactionModel,
): Generator<Finding> {
  const field = fieldAt(model, path);
  const type = field && model.sdl.types.get(namedType(field.type));
  if (!field || !path) return;
  const isObject = field.type.kind === 'named' && type?.kind === 'object' && !entities.has(type.name);
  if (!isObject || !type) {
    yield {
      at: name.at,
      message: `Transaction \`${name.text}\` returns the records of its steps, but \`${path.type}.${path.field}\` is \`${printType(field.type)}\`.`,
      notes: [{ message: 'the field', at: field.at }],
      hint: 'Name the step to return with `returns`, or make the field an object type with a field for each step.',
    };
    return;
  }
  for (const one of type.fields) {
    const step = steps.find(({ step: own }) => own?.name.text === one.name);
    if (step && carries(one.type, step)) continue;
    if (step && !entities.has(step.entity.text)) continue;
    yield {
      at: one.at,
      message: step
        ? `Step \`${one.name}\` returns ${givenBy(step).what}, but \`${type.name}.${one.name}\` is \`${printType(one.type)}\`.`
        : `Transaction \`${name.text}\` has no step \`${one.name}\` for \`${type.name}.${one.name}\`.`,
      notes: [{ message: 'the transaction', at: name.at }],
      hint: step ? `Make the field \`${givenBy(step).type}\`.` : 'Rename a step, or remove the field.',
    };
  }
}

/** The type of what a write gives: its record, or a list of them. */
export function givenBy({ kind, all, each, entity }: MutationModel): {
  readonly what: string;
  readonly type: string;
} {
  if (all && kind === 'delete') return { what: 'the number of deleted records', type: 'Int!' };
  const type = `${entity.text}!`;
  return each
    ? { what: `a list of \`${entity.text}\``, type: `[${type}]!` }
    : { what: `one \`${entity.text}\``, type };
}

/** Whether a field of the type can give it. */
export function carries(type: TypeRef, { kind, all, each, entity }: MutationModel): boolean {
  if (all && kind === 'delete') return type.kind === 'named' && type.name === 'Int';
  const one = each ? (type.kind === 'list' ? type.of : undefined) : type;
  return one?.kind === 'named' && one.name === entity.text;
}

export const transactionLayoutChecks: readonly Check<LaidOut>[] = [
  {
    code: 'transaction-size',
    severity: 'warning',
    *check({ model, layout }) {
      const wholes = [
        ...model.mutations.filter(({ step }) => !step).map((one) => ({ ...one, steps: [one] })),
        ...model.transactions,
      ];
      for (const { name, for: path, steps, idempotent, allow } of wholes) {
        // An event, and the marker of a record's last one.
        const sizes = steps.map(
          ({ entity, kind, publish }) =>
            mostWritten(layout.entities.get(entity.text), kind) + (publish ? 2 : 0),
        );
        const before = rulesBefore(model, path);
        const words = [allow, ...before, ...steps.flatMap((one) => [one.allow, one.prepare, one.alongside])];
        const named = new Set(words.map((word) => word?.text));
        const rules = model.rules.filter((rule) => named.has(rule.name.text));
        const checked = new Set(rules.flatMap(({ dependsOn }) => dependsOn.map(({ text }) => text)));
        const size = sizes.reduce((sum, one) => sum + one, (idempotent ? 1 : 0) + checked.size);
        if (size <= mostItems) continue;
        yield {
          at: name.at,
          message: `Mutation \`${name.text}\` may write ${size} items at once, but DynamoDB accepts ${mostItems}. Larger writes fail.`,
          hint: 'Split it into several mutations, or store fewer index entries and unique values.',
        };
      }
    },
  },
];

/**
 * How many items one write touches at most: an entry, guard or aggregate that moves is two, and so is the counter of a
 * reference, which is checked besides; a version too many is deleted.
 */
function mostWritten(entity: EntityLayout | undefined, kind: string): number {
  const count = (role: string) => entity?.items.filter((item) => item.role === role).length ?? 0;
  const kept = entity?.aggregates.filter((one) => one.kind !== 'sequence').length ?? 0;
  const sequences = entity?.aggregates.filter((one) => one.kind === 'sequence').length ?? 0;
  const references = entity?.references ?? [];
  const moving =
    count('entry') + (entity?.guards.length ?? 0) + kept + references.filter((one) => one.counter).length;
  const isMove = kind !== 'create' && kind !== 'delete';
  const taken = kind === 'create' || kind === 'upsert' || kind === 'put' ? sequences : 0;
  const named = kind === 'delete' ? 0 : references.length;
  const outdated = entity?.items.filter(({ keep }) => keep && 'versions' in keep).length ?? 0;
  const versions = kind === 'delete' ? 0 : count('version') + (isMove ? outdated : 0);
  return 1 + moving * (isMove ? 2 : 1) + versions + taken + named;
}
