/** Nothing a client gives is ignored. */

import { type MutationModel, namedType, type SdlField, type Source, type TypeRef } from '../../../model.js';
import type { Answer } from '../../../resolve/answers.js';
import { type ResolvedModel, valuesTakenBy } from '../../../resolve/resolved-model.js';
import { fieldAt, isConnection } from '../../../resolve/sdl.js';
import type { Check } from '../../row.js';

export const unusedChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'unused-argument',
    *check(resolved) {
      for (const answer of [...resolved.answers.values()].flat()) {
        for (const unused of unusedOf(resolved, answer)) {
          if (unused.path.length > 1) continue;
          yield {
            at: unused.field.at,
            message: `${kindOf(answer)} \`${answer.name.text}\` does not use the argument \`${unused.field.name}\`.`,
            notes: [{ message: 'answered here', at: answer.name.at }],
            hint: `Use \`$${unused.field.name}\`, or remove the argument.`,
          };
        }
      }
    },
  },
  {
    code: 'input-field-unused',
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
            message: `${kindOf(answer)} \`${answer.name.text}\` does not use \`${unused.input}.${unused.field.name}\`.`,
            notes: [{ message: 'answered here', at: answer.name.at }],
            hint: isRevision
              ? `Add \`expect: $${unused.path.join('.')}\`.`
              : `Use \`$${unused.path.join('.')}\`${mutationsOf(answer).length > 0 ? ', add a `prepare` rule' : ''}, or remove the field.`,
          };
        }
      }
    },
  },
];

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
  if (answer.kind === 'subscription' && !answer.by.on.every((type) => isEventType(resolved, type.text)))
    return [];
  if (!written.every(({ text }) => resolved.entities.has(text)) && !isAbstract(resolved, answer)) return [];
  const names = new Set([answer.name, ...mutations.map(({ name }) => name)]);
  const uses = [...names].flatMap((name) => valuesTakenBy(resolved, name));
  const isDoubtful = uses.some((use) => use.value?.kind === 'missing');
  // A misspelt source would leave the argument it meant unused.
  if (isDoubtful) return [];
  const used = uses
    .filter(({ source, role }) => (source.kind === 'argument' || source.kind === 'each') && role !== 'each')
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

function kindOf({ kind }: Answer): string {
  if (kind === 'pattern') return 'Pattern';
  return kind === 'subscription' ? 'Subscription' : 'Mutation';
}

function isEventType({ model }: ResolvedModel, type: string): boolean {
  return model.events.some(({ name }) => name.text === type);
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

function pathOf(source: Source): readonly string[] {
  if (source.kind === 'each') return [...pathOf(source.list), ...source.path];
  return source.kind === 'argument' ? source.path : [];
}
