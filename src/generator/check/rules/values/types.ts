/** Values that come from a client are of the right type, are there when they are needed, and are all used. */

import {
  type MutationModel,
  namedType,
  printType,
  type SdlField,
  type Source,
  type TypeRef,
} from '../../../model.js';
import type { Answer } from '../../../resolve/answers.js';
import {
  type ResolvedAttribute,
  type ResolvedModel,
  type ResolvedValue,
  type ValueReference,
  valuesTakenBy,
} from '../../../resolve/resolved-model.js';
import { encodingOf, fieldAt, isConnection, optional } from '../../../resolve/sdl.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import type { Check, Finding } from '../../row.js';

export const sourceChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'argument-type',
    purpose: 'A value is of the type of what it is compared with or becomes.',
    *check(resolved) {
      for (const use of resolved.values.all) {
        const value = use.value;
        if (value?.kind === 'type') yield* wrongTypes(resolved, use, value);
      }
    },
  },
  {
    code: 'constant-bound',
    purpose: 'Bounds and buckets are asked for by the caller.',
    *check(resolved) {
      for (const { source, role, by } of resolved.values.all) {
        if (source.kind !== 'literal' || (role !== 'bound' && role !== 'bucket' && role !== 'narrow'))
          continue;
        yield {
          at: source.at,
          message: `Pattern \`${by.name.text}\` ${role === 'bucket' ? 'selects a constant bucket' : role === 'bound' ? 'has a constant bound' : 'narrows by a constant'}, ${role === 'narrow' ? 'which belongs in `where`' : 'which is not supported yet'}.`,
          hint: 'Take it from an argument, as in `$from`. To select a fixed subset of records, use `when`.',
        };
      }
    },
  },
  {
    code: 'argument-nullable',
    purpose: 'What a query or key cannot do without is always given.',
    *check(resolved) {
      for (const use of resolved.values.all) {
        const value = use.value;
        if (value?.kind !== 'type' || (use.source.kind === 'parent' && use.role !== 'kind')) continue;
        // A join without the value leads nowhere.
        if (use.source.kind === 'through') continue;
        // What the record itself lacks makes a comparison fail.
        if (use.source.kind === 'current') continue;
        // A call without a token is no repetition.
        if (use.role === 'token' && !value.isPathNullable) continue;
        // A condition whose argument is absent would be ignored.
        const isNeeded =
          ['equality', 'key', 'bucket', 'kind', 'input', 'require', 'expiry'].includes(use.role) ||
          (use.role === 'value' && use.attribute?.nullable === false);
        if (isNeeded ? !value.isNullable : !value.isPathNullable) continue;
        const written = writtenSource(use.source);
        yield {
          at: use.source.at,
          message: isNeeded
            ? `\`${written.text}\` is nullable, but ${use.by.kind} \`${use.by.name.text}\` requires it.`
            : `\`${written.text}\` is a field of something nullable.`,
          notes: [{ message: `declared here as \`${printType(value.type)}\``, at: value.at }],
          hint: `Make ${use.source.kind !== 'literal' && use.source.path.length > 1 ? 'each step of it' : 'it'} non-null, with \`!\`.`,
        };
      }
    },
  },
  {
    code: 'parent-nullable',
    purpose: 'A field that always has a value is found by values that are always there.',
    *check(resolved) {
      for (const use of resolved.values.all) {
        const value = use.value;
        if (use.source.kind !== 'parent' || use.role === 'kind' || value?.kind !== 'type') continue;
        // One record may be missing anyway, and is checked for that.
        if (!value.isNullable || !use.field?.type.nonNull || !isMany(resolved, use.field.type)) continue;
        yield {
          at: use.source.at,
          message: `\`${writtenSource(use.source).text}\` is nullable, but \`${use.path?.type}.${use.field.name}\` is not.`,
          notes: [{ message: 'the field', at: use.field.at }],
          hint: 'Remove the `!` from the field, or make the attribute non-null.',
        };
      }
    },
  },
  {
    code: 'unused-argument',
    purpose: 'Nothing a client gives is ignored.',
    *check(resolved) {
      for (const answer of [...resolved.answers.values()].flat()) {
        for (const unused of unusedOf(resolved, answer)) {
          if (unused.path.length > 1) continue;
          yield {
            at: unused.field.at,
            message: `${answer.kind === 'pattern' ? 'Pattern' : 'Mutation'} \`${answer.name.text}\` does not use the argument \`${unused.field.name}\`.`,
            notes: [{ message: 'answered here', at: answer.name.at }],
            hint: `Use \`$${unused.field.name}\`, or remove the argument.`,
          };
        }
      }
    },
  },
  {
    code: 'input-field-unused',
    purpose: 'Nothing a client gives in an input is ignored.',
    *check(resolved) {
      for (const answer of [...resolved.answers.values()].flat()) {
        for (const unused of unusedOf(resolved, answer)) {
          if (unused.path.length === 1) continue;
          const isRevision = mutationsOf(answer).some(
            ({ entity }) =>
              resolved.entities.get(entity.text)?.attributes.get(unused.field.name)?.generated === 'revision',
          );
          yield {
            at: unused.field.at,
            message: `${answer.kind === 'pattern' ? 'Pattern' : 'Mutation'} \`${answer.name.text}\` does not use \`${unused.input}.${unused.field.name}\`.`,
            notes: [{ message: 'answered here', at: answer.name.at }],
            hint: isRevision
              ? `Add \`expect: $${unused.path.join('.')}\`.`
              : `Use \`$${unused.path.join('.')}\`${answer.kind === 'pattern' ? '' : ', add a `prepare` rule'}, or remove the field.`,
          };
        }
      }
    },
  },
];

function* wrongTypes(
  resolved: ResolvedModel,
  use: ValueReference,
  value: ResolvedValue & { kind: 'type' },
): Generator<Finding> {
  const { sdl } = resolved.model;
  const written = writtenSource(use.source).text;
  const given = `\`${written}\` is \`${printType(value.type)}\``;
  const notes = [{ message: 'declared here', at: value.at }];
  const { attribute } = use;
  if (use.role === 'input') {
    const input = value.type.kind === 'named' ? sdl.types.get(value.type.name) : undefined;
    if (input?.kind !== 'input') {
      yield {
        at: use.source.at,
        message: `${given}, but \`from\` takes an input type.`,
        notes,
        hint: 'Name an argument of an input type, as in `$input`.',
      };
      return;
    }
    const entity = resolved.entities.get(use.owner);
    for (const field of input.fields) {
      const target = entity?.attributes.get(field.name);
      if (!target || fitsAttribute(resolved, field.type, target)) continue;
      yield {
        at: field.at,
        message: `\`${input.name}.${field.name}\` is \`${printType(field.type)}\`, but \`${use.owner}.${target.name}\` is \`${printType(target.type)}\`.`,
        notes: [{ message: 'the input is used here', at: use.source.at }],
        hint: 'Give both the same type, or add a `prepare` rule.',
      };
    }
    return;
  }
  if (use.role === 'token') {
    if (value.type.kind === 'named' && encodingOf(value.type, sdl) === 'text') return;
    yield {
      at: use.source.at,
      message: `${given}, but an idempotency key is text.`,
      notes,
      hint: 'Make it `ID` or `String`.',
    };
    return;
  }
  if (use.role === 'bucket') {
    const bucket = value.type.kind === 'list' ? value.type.of : value.type;
    if (encodingOf(bucket, sdl) === 'text') return;
    yield {
      at: use.source.at,
      message: `${given}, but a bucket is text, as in \`"2026-01"\`.`,
      notes,
      hint: 'Make the argument `String!`, or `[String!]!` for several.',
    };
    return;
  }
  if (use.role === 'limit') {
    if (value.type.kind === 'named' && encodingOf(value.type, sdl) === 'integer') return;
    yield {
      at: use.source.at,
      message: `${given}, but the length of a list is a whole number.`,
      notes,
      hint: 'Make the argument `Int`.',
    };
    return;
  }
  // The beginning of a moment is text, as `2026-01-31` for a day.
  if (use.role === 'bound' && use.operator?.text === 'prefix' && attribute?.encoding === 'time') {
    if (value.type.kind === 'named' && encodingOf(value.type, sdl) === 'text') return;
    yield {
      at: use.source.at,
      message: `${given}, but the prefix of a DateTime is text, as in \`"2026-01-31"\` for a day.`,
      notes,
      hint: 'Make it `String`.',
    };
    return;
  }
  if (!attribute || fitsAttribute(resolved, value.type, attribute)) return;
  const wanted = printType(optional(attribute.type));
  yield {
    at: use.source.at,
    message: `${given}, but \`${use.owner}.${attribute.name}\` takes \`${wanted}\`.`,
    notes,
    hint: `Make it \`${wanted}\`.`,
  };
}

/** Whether a value of the type can stand for the attribute's; whether it may be null is another question. */
function fitsAttribute(
  { model: { sdl } }: ResolvedModel,
  type: TypeRef,
  attribute: ResolvedAttribute,
): boolean {
  if ((type.kind === 'list') !== attribute.list) return false;
  const element = elementOf(type);
  const encoding = encodingOf(element, sdl);
  if (type.kind === 'list' && depthOf(type) !== depthOf(attribute.type)) return false;
  if (attribute.element === 'enum') return element.name === attribute.of;
  if (attribute.element === 'decimal') return encoding === 'decimal' || encoding === 'integer';
  return encoding === attribute.element;
}

function elementOf(type: TypeRef): TypeRef & { kind: 'named' } {
  return type.kind === 'named' ? type : elementOf(type.of);
}

function depthOf(type: TypeRef): number {
  return type.kind === 'named' ? 0 : depthOf(type.of) + 1;
}

interface Unused {
  /** From the argument down. */
  readonly path: readonly string[];
  readonly field: Pick<SdlField, 'name' | 'at'>;
  /** The input type the field belongs to. */
  readonly input: string;
}

/** Arguments and input fields that nothing takes a value from. A rule that is given all arguments uses them all. */
function unusedOf(resolved: ResolvedModel, answer: Answer): Unused[] {
  const field = fieldAt(resolved.model, answer.for);
  if (!field || answer.kind === 'rule') return [];
  const mutations = mutationsOf(answer);
  if (mutations.some(({ prepare, alongside }) => prepare || alongside)) return [];
  const written = answer.kind === 'pattern' ? [answer.by.target] : mutations.map(({ entity }) => entity);
  if (!written.every(({ text }) => resolved.entities.has(text)) && !isAbstract(resolved, answer)) return [];
  const names = new Set([answer.name, ...mutations.map(({ name }) => name)]);
  const uses = [...names].flatMap((name) => valuesTakenBy(resolved, name));
  const isDoubtful = uses.some((use) => use.value?.kind === 'missing');
  // A misspelt source would leave the argument it meant unused.
  if (isDoubtful) return [];
  const used = uses
    .filter((use) => use.source.kind === 'argument')
    .map((use) => ({ path: pathOf(use.source), role: use.role, owner: use.owner }));
  const isPaged = isConnection(resolved.model.sdl, field.type);
  const below = (path: readonly string[], type: TypeRef): Unused[] => {
    const whole = used.filter((one) => one.path.join('.') === path.join('.'));
    const isTaken = (name: string) => {
      const takers = whole.filter(({ role }) => role === 'input' && answer.kind !== 'pattern');
      return takers.some(({ owner }) => {
        const generated = resolved.entities.get(owner)?.attributes.get(name)?.generated;
        return generated !== undefined && generated !== 'revision';
      });
    };
    if (whole.some((one) => one.role !== 'input')) return [];
    const input = resolved.model.sdl.types.get(namedType(type));
    return (input?.fields ?? []).flatMap((one) => {
      if (isTaken(one.name)) return [];
      return reached([...path, one.name], one, input?.name ?? '');
    });
  };
  const reached = (
    path: readonly string[],
    one: { name: string; type: TypeRef; at: SdlField['at'] },
    input: string,
  ): Unused[] => {
    const isReached = used.some((each) => path.every((name, at) => each.path[at] === name));
    return isReached ? below(path, one.type) : [{ path, field: one, input }];
  };
  return field.arguments
    .filter(({ name }) => !(isPaged && ['first', 'after', 'last', 'before'].includes(name)))
    .flatMap((argument) => reached([argument.name], argument, ''));
}

/** The mutations of an answer: the steps of a transaction. */
function mutationsOf(answer: Answer): readonly MutationModel[] {
  if (answer.kind === 'transaction') return answer.by.steps;
  return answer.kind === 'mutation' ? [answer.by] : [];
}

function isAbstract({ model }: ResolvedModel, answer: Answer): boolean {
  const kind = answer.kind === 'pattern' && model.sdl.types.get(answer.by.target.text)?.kind;
  return kind === 'interface' || kind === 'union';
}

function isMany({ model }: ResolvedModel, type: TypeRef): boolean {
  return type.kind === 'list' || isConnection(model.sdl, type);
}

function pathOf(source: Source): readonly string[] {
  return source.kind === 'argument' ? source.path : [];
}
