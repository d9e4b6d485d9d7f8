/** Constraints that entities share: their values are comparable, and lie in one table. Patterns that read by a constraint. */

import { constraintOf, isByGuard } from '../../../layout/serving.js';
import type { Word } from '../../../model.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { type Check, type Finding, listed } from '../../row.js';

export const sharedChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'unique-shared',
    *check({ entities }) {
      const first = new Map<string, Sharing>();
      for (const entity of entities.values()) {
        for (const unique of entity.model.unique) {
          if (!unique.name || entity.model.historyOf) continue;
          const own = { entity, fields: unique.fields, name: unique.name };
          const other = first.get(unique.name.text);
          if (other) yield* differences(other, own);
          else first.set(unique.name.text, own);
        }
      }
    },
  },
  {
    code: 'unique-lookup',
    check: lookups,
  },
];

function* lookups({ model, entities }: ResolvedModel): Generator<Finding> {
  for (const pattern of model.patterns) {
    const { name, index, target, cardinality, leadsTo, where } = pattern;
    const entity = entities.get(target.text);
    if (!index || !isByGuard(pattern) || !entity) continue;
    // Of a value that only some records hold, the others are not found.
    const constraints = entity.model.unique
      .filter(({ when }) => when.length === 0)
      .map(({ fields }) => ({ fields: fields.map(({ text }) => text) }));
    const isList = where.some(({ each }) => each !== undefined);
    if (cardinality !== 'one' || leadsTo || isList) {
      yield {
        at: index.at,
        message: `Pattern \`${name.text}\` cannot read by the guard of a unique value, which leads to one record of one value.`,
        hint: leadsTo
          ? 'Read the join by an index.'
          : 'Write `one:` with a single value for each field, or read by an index.',
      };
    } else if (!constraintOf(pattern, constraints)) {
      const known = constraints.map(({ fields }) => listed(fields));
      yield {
        at: index.at,
        message: `\`${target.text}\` has no unique value of exactly the fields in \`where\` of pattern \`${name.text}\`.`,
        notes: known.map((fields) => ({ message: `unique: ${fields}` })),
        hint: 'Bind the fields of a constraint in `unique`, declare one, or read by an index.',
      };
    }
  }
}

/** A constraint or sequence of an entity, under a name that others have as well. */
interface Sharing {
  readonly entity: ResolvedEntity;
  readonly fields: readonly Word[];
  readonly name: Word;
}

/** What entities that share something disagree about. */
export function* differences(first: Sharing, second: Sharing, noun = 'constraint'): Generator<Finding> {
  const shared = `the ${noun} \`${second.name.text}\``;
  const finding = (at: Word, message: string, other: Word, hint: string): Finding => ({
    at: at.at,
    message,
    notes: [{ message: `in \`${first.entity.name}\``, at: other.at }],
    hint,
  });
  if (first.entity === second.entity) {
    yield finding(
      second.name,
      `\`${second.entity.name}\` declares ${shared} twice.`,
      first.name,
      'Rename one of them.',
    );
    return;
  }
  if (first.entity.table !== second.entity.table) {
    yield finding(
      second.name,
      `\`${first.entity.name}\` and \`${second.entity.name}\` share ${shared}, but are in different tables.`,
      first.name,
      `Store both in one table, or give the ${noun}s different names.`,
    );
  }
  const [one, other] = [first.fields, second.fields];
  if (one.length !== other.length) {
    yield finding(
      second.name,
      `The ${noun} \`${second.name.text}\` has ${one.length} attribute${one.length === 1 ? '' : 's'} in \`${first.entity.name}\`, but ${other.length} in \`${second.entity.name}\`.`,
      first.name,
      'Use the same number in both.',
    );
    return;
  }
  for (const [at, word] of other.entries()) {
    const before = one[at];
    if (!before) continue;
    const [held, covering] = [valuesOf(first.entity, before), valuesOf(second.entity, word)];
    if (held === undefined || covering === undefined || held === covering) continue;
    yield finding(
      word,
      `\`${second.entity.name}.${word.text}\` is ${covering}, but \`${first.entity.name}.${before.text}\`, which shares ${shared}, is ${held}.`,
      before,
      'Give both the same type and the same `normalize`.',
    );
  }
}

/** What values of an attribute look like in the guard's key. */
function valuesOf({ attributes }: ResolvedEntity, { text }: Word): string | undefined {
  const attribute = attributes.get(text);
  if (!attribute) return undefined;
  const kind = attribute.encoding === 'enum' ? attribute.of : attribute.encoding;
  return [`\`${kind}\``, ...(attribute.normalize.length > 0 ? attribute.normalize : ['not normalized'])].join(
    ', ',
  );
}
