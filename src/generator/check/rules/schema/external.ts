/** What is said to be answered by other resolvers of the server. */

import type { FieldPath } from '../../../model.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import type { Check, Finding } from '../../row.js';

export const externalChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'external-without-effect',
    purpose: 'What is left to other resolvers is something that is left.',
    check: withoutEffect,
  },
];

function* withoutEffect({ model, answers, entities }: ResolvedModel): Generator<Finding> {
  const earlier = new Map<string, FieldPath>();
  for (const path of model.external) {
    const text = `${path.type}.${path.field}`;
    const first = earlier.get(text);
    earlier.set(text, first ?? path);
    if (first) {
      yield {
        at: path.at,
        message: `\`${text}\` is written twice.`,
        notes: [{ message: 'first here', at: first.at }],
        hint: 'Remove one of them.',
      };
      continue;
    }
    const type = model.sdl.types.get(path.type);
    if (path.field !== '*' || type?.kind !== 'object') continue;
    if (entities.has(path.type)) {
      yield {
        at: path.at,
        message: `\`${path.type}\` is stored here, and \`${text}\` would hide what nobody answers.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: `Name the fields that are answered elsewhere, as \`${path.type}.${type.fields.at(-1)?.name}\`.`,
      };
    } else if (type.fields.every((field) => answers.has(`${path.type}.${field.name}`))) {
      yield {
        at: path.at,
        message: `Every field of \`${path.type}\` is answered here.`,
        hint: `Remove \`${text}\`.`,
      };
    }
  }
}
