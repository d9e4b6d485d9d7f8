/** What is said to be answered by other resolvers of the server. */

import type { FieldPath } from '../../../model.js';
import type { ResolvedModel } from '../../../resolve/resolved-model.js';
import type { Check, Finding } from '../../row.js';

export const externalChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'external-without-effect',
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
        message: `\`${text}\` is listed twice.`,
        notes: [{ message: 'first used here', at: first.at }],
        hint: 'Remove one of them.',
      };
      continue;
    }
    const type = model.sdl.types.get(path.type);
    if (path.field !== '*' || type?.kind !== 'object') continue;
    if (entities.has(path.type)) {
      yield {
        at: path.at,
        message: `\`${path.type}\` is stored, so \`${text}\` would hide unanswered fields.`,
        notes: [{ message: 'the type', at: type.at }],
        hint: `Name the external fields one by one, as in \`${path.type}.${type.fields.at(-1)?.name}\`.`,
      };
    } else if (type.fields.every((field) => answers.has(`${path.type}.${field.name}`))) {
      yield {
        at: path.at,
        message: `Every field of \`${path.type}\` is answered by this project.`,
        hint: `Remove \`${text}\`.`,
      };
    }
  }
}
