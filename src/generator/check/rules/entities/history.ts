/** A history is a faithful copy of another entity, one item for each of its writes. */

import { printType, type TypeRef, type Word } from '../../../model.js';
import {
  holesIn,
  isAnswered,
  isWholeHole,
  type ResolvedEntity,
  type ResolvedModel,
} from '../../../resolve/resolved-model.js';
import { isSameType } from '../../../resolve/sdl.js';
import { isFault } from '../../../resolve/templates.js';
import { settingsOf } from '../../../settings.js';
import { type Check, type Finding, listed } from '../../row.js';

/** How it reads records that were stored earlier, and what lists are stored as, a history may say itself. */
const mayHistoriesHave: ReadonlySet<string> = new Set(['readDefault', 'renamed', 'sets']);

export const historyChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'history-original',
    *check({ entities }) {
      for (const { name, model, original, table } of entities.values()) {
        const { historyOf } = model;
        const said = entities.get(historyOf?.text ?? '');
        if (!historyOf || !said) continue;
        const at = historyOf.at;
        const of = `\`${name}\` cannot be the history of \`${said.name}\``;
        if (said.model.historyOf) {
          yield {
            at,
            message: `${of}, which is a history itself.`,
            notes: [{ message: 'declared here', at: said.model.historyOf.at }],
            hint: `Write \`historyOf: ${said.model.historyOf.text}\`.`,
          };
        } else if (said.model.immutable === true) {
          yield {
            at,
            message: `${of}, which never changes.`,
            hint: 'Remove `historyOf` and store the type as an entity.',
          };
        } else if (original && model.table && table !== original.table) {
          yield {
            at: model.table.at,
            message: `\`${name}\` and \`${original.name}\` are in different tables, but a version is written with its record.`,
            notes: [{ message: 'the original', at: original.model.name.at }],
            hint: 'Remove `table`.',
          };
        }
      }
    },
  },
  {
    code: 'history-fields',
    *check(resolved) {
      for (const { name, type, original } of resolved.entities.values()) {
        if (!original) continue;
        for (const field of type.fields) {
          if (isAnswered(resolved, name, field.name) || field.arguments.length > 0) continue;
          const attribute = original.attributes.get(field.name);
          const isSame = attribute && keeps(field.type, attribute.type);
          if (isSame) continue;
          const own = original.type.fields.find((one) => one.name === field.name);
          yield {
            at: field.at,
            message: attribute
              ? `\`${name}.${field.name}\` is \`${printType(field.type)}\`, but \`${original.name}.${field.name}\` is \`${printType(attribute.type)}\`.`
              : `\`${original.name}\` has no attribute \`${field.name}\` for \`${name}\` to copy.`,
            ...(own ? { notes: [{ message: 'in the original', at: own.at }] } : {}),
            hint: attribute
              ? 'Give both the same type.'
              : `Remove the field, or answer \`${name}.${field.name}\` with a rule.`,
          };
        }
      }
    },
  },
  {
    code: 'history-key',
    *check({ entities, templates }) {
      for (const entity of entities.values()) {
        const { original } = entity;
        if (!original?.keyFields) continue;
        const own = templates.filter((template) => template.role === 'main' && template.entity === entity);
        if (own.some((template) => isFault(template.parsed))) continue;
        const revision = [...original.attributes.values()].find(
          (attribute) => attribute.generated === 'revision',
        );
        if (!revision) continue;
        const held = new Set(
          own.flatMap(holesIn).flatMap((hole) => (isWholeHole(entity, hole) ? [hole.field] : [])),
        );
        const missing = [...original.keyFields, revision.name].filter((field) => !held.has(field));
        const last = own.at(-1);
        if (missing.length === 0) continue;
        yield {
          at: last?.template.at ?? entity.model.name.at,
          message: `The key of \`${entity.name}\` lacks ${listed(missing)}, so versions would overwrite one another.`,
          hint: `Pin a key with a hole for each, as in ${exampleKey(original, revision.name)}.`,
        };
      }
    },
  },
  {
    code: 'history-keep',
    *check({ entities, templates }) {
      for (const entity of entities.values()) {
        const { name, model, original, table } = entity;
        const { keep } = model;
        if (!keep || model.events) continue;
        if (!model.historyOf) {
          yield {
            at: keep.at,
            message: `\`${name}\` is not a history, so it has no versions to keep.`,
            hint: 'Move `keep` to the entity with `historyOf`.',
          };
        } else if (keep.seconds !== undefined && table && !table.ttl) {
          yield {
            at: keep.at,
            message: `Versions of \`${name}\` expire, but table \`${table.name.text}\` has no \`ttl\` attribute.`,
            notes: [{ message: 'the table', at: table.name.at }],
            hint: 'Add `ttl: ttl` to the table.',
          };
        } else if (keep.versions !== undefined && original?.keyFields) {
          const counts = [...original.attributes.values()].find((one) => one.generated === 'revision');
          const own = templates.filter((template) => template.role === 'main' && template.entity === entity);
          const other = own
            .flatMap(holesIn)
            .find(({ field }) => field !== counts?.name && !original.keyFields?.includes(field));
          if (!other) continue;
          yield {
            at: keep.at,
            message: `The key of \`${name}\` contains \`${other.field}\`, so a write cannot determine the key of the oldest version.`,
            notes: own.map(({ template }) => ({ message: 'the key', at: template.at })),
            hint: `Build it from only ${listed(original.keyFields)} and \`${counts?.name ?? 'version'}\`, or keep versions for a duration, as in \`90d\`.`,
          };
        }
      }
    },
  },
  {
    code: 'history-settings',
    *check({ model, entities }) {
      for (const entity of entities.values()) {
        if (!entity.model.historyOf) continue;
        for (const setting of settingsOf(entity.model))
          if (!mayHistoriesHave.has(setting.text)) yield ofHistory(entity, setting);
      }
      for (const pattern of model.patterns) {
        const entity = entities.get(pattern.target.text);
        if (!entity?.model.historyOf || !pattern.entry) continue;
        yield {
          at: pattern.entry.at,
          message: `Pattern \`${pattern.name.text}\` has an index entry for the history \`${entity.name}\`, but versions have none.`,
          hint: 'Use an index, and remove `entry`.',
        };
      }
      for (const mutation of model.mutations) {
        const entity = entities.get(mutation.entity.text);
        if (!entity?.model.historyOf) continue;
        yield {
          at: mutation.entity.at,
          message: `Mutation \`${mutation.name.text}\` writes the history \`${entity.name}\`, but versions are only written along with their record.`,
          hint: `Write \`${entity.model.historyOf.text}\`.`,
        };
      }
    },
  },
];

/** A history may leave out that there is always a value, not the reverse. */
function keeps(type: TypeRef, original: TypeRef): boolean {
  return isSameType(type, original) && (original.nonNull || !type.nonNull);
}

function exampleKey({ model, keyFields }: ResolvedEntity, revision: string): string {
  const [partition] = model.key;
  const text =
    partition?.template.text ?? `${model.name.text.toUpperCase()}#{${keyFields?.join('}#{') ?? 'id'}}`;
  return `\`${text}\` and \`VERSION#{${revision}}\``;
}

function ofHistory(entity: ResolvedEntity, { text: key, at }: Word): Finding {
  return {
    at,
    message: `\`${entity.name}\` is a history, so it cannot have \`${key}\`.`,
    hint: `Remove \`${key}\`. Versions are copies of \`${entity.model.historyOf?.text}\`.`,
  };
}
