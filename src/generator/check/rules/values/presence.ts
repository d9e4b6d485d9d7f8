/** Values are there when they are needed. */

import { printType, type TypeRef } from '../../../model.js';
import type { ResolvedModel, ValueReference } from '../../../resolve/resolved-model.js';
import { isConnection } from '../../../resolve/sdl.js';
import { writtenSource } from '../../../resolve/value-paths.js';
import type { Check } from '../../row.js';

export const presenceChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'constant-bound',
    *check(resolved) {
      const narrowed = new Set(
        resolved.model.patterns.flatMap(({ name, narrow }) => (narrow.length > 0 ? [name] : [])),
      );
      for (const { source, role, by, attribute, operator } of resolved.values.all) {
        if (source.kind !== 'literal') continue;
        const isTime = attribute?.encoding === 'time' && operator?.text === 'prefix';
        const what =
          role === 'bucket'
            ? 'selects a constant bucket'
            : role === 'narrow'
              ? 'narrows by a constant, which belongs in `where`'
              : role !== 'bound'
                ? undefined
                : narrowed.has(by.name)
                  ? 'has a constant bound, but callers may leave out what `narrow` binds before it'
                  : isTime && !isBeginning(source.value)
                    ? `has the bound \`${source.value}\`, which no moment begins with`
                    : undefined;
        if (what === undefined) continue;
        yield {
          at: source.at,
          message: `Pattern \`${by.name.text}\` ${what}.`,
          hint: isTime
            ? 'Write the beginning of a moment in UTC, as in `2026-01` for a month.'
            : 'Take it from an argument, as in `$from`. To select a fixed subset of records, use `when`.',
        };
      }
    },
  },
  {
    code: 'argument-nullable',
    *check(resolved) {
      for (const use of resolved.values.all) {
        const value = use.value;
        if (value?.kind !== 'type' || (use.source.kind === 'parent' && use.role !== 'kind')) continue;
        // A join without the value leads nowhere.
        if (use.source.kind === 'through') continue;
        // What the record itself lacks makes a comparison fail.
        if (use.source.kind === 'current' && use.role !== 'value') continue;
        // What is optional requires nothing, changes nothing, or is a call without a token. A condition that vanished with its
        // argument would require nothing.
        const isNeeded =
          ['equality', 'key', 'bucket', 'kind', 'input', 'require', 'expiry'].includes(use.role) ||
          (use.role === 'value' && use.attribute?.nullable === false && !mayBeLeftOut(resolved, use));
        if (!isNeeded || !value.isNullable) continue;
        const written = writtenSource(use.source);
        yield {
          at: use.source.at,
          message: `\`${written.text}\` is nullable, but ${use.by.kind} \`${use.by.name.text}\` requires it.`,
          notes: [{ message: `declared here as \`${printType(value.type)}\``, at: value.at }],
          hint: `Make ${use.source.kind !== 'literal' && use.source.path.length > 1 ? 'each step of it' : 'it'} non-null, with \`!\`.`,
        };
      }
    },
  },
  {
    code: 'parent-nullable',
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
];

/** A value that is left out leaves the attribute as it is, or has its default. */
function mayBeLeftOut({ model }: ResolvedModel, { by, source, attribute, isPart }: ValueReference): boolean {
  if ((source.kind !== 'argument' && source.kind !== 'each') || isPart) return false;
  const mutation = model.mutations.find(({ name }) => name === by.name);
  return mutation?.kind === 'update' || attribute?.default != null || attribute?.generated != null;
}

function isMany({ model }: ResolvedModel, type: TypeRef): boolean {
  return type.kind === 'list' || isConnection(model.sdl, type);
}

/** Whether a moment begins so. */
function isBeginning(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?$/.test(value))
    return false;
  return !Number.isNaN(Date.parse(value + '2000-01-01T00:00:00Z'.slice(value.length)));
}
