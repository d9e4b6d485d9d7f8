/** Computed attributes: a rule gives their value, and nobody else does. */

import type { Span } from '../../../diagnostics/diagnostic.js';
import { namedType } from '../../../model.js';
import { type ResolvedModel, valuesTakenBy } from '../../../resolve/resolved-model.js';
import type { Check, Finding } from '../../row.js';

export const computedChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'computed-set',
    check: computedSet,
  },
  {
    code: 'computed-key',
    *check({ entities }) {
      for (const { name, model, keyFields = [] } of entities.values()) {
        if (model.historyOf || model.immutable === true) continue;
        for (const { field } of model.compute) {
          if (!keyFields.includes(field.text)) continue;
          yield {
            at: field.at,
            message: `\`${name}.${field.text}\` is computed on every write and is part of the record’s key, so a new value would move the record.`,
            hint: 'Use it in the key of an index instead, or make the entity append-only with `immutable: true`.',
          };
        }
      }
    },
  },
];

function* computedSet(resolved: ResolvedModel): Generator<Finding> {
  for (const { name, model } of resolved.entities.values()) {
    if (model.historyOf) continue;
    const places = [
      ...model.generate.map((one) => ({ field: one.field, what: '`generate`' })),
      ...model.default.map((one) => ({ field: one.field, what: '`default`' })),
      ...model.normalize.map((one) => ({ field: one.field, what: '`normalize`' })),
      ...(model.immutable === true ? [] : model.immutable).map((field) => ({ field, what: '`immutable`' })),
      ...resolved.model.mutations
        .filter((mutation) => mutation.entity.text === name)
        .flatMap(({ set, elements }) => [
          ...set.map(({ field }) => ({ field, what: '`set`' })),
          ...elements.map(({ field, how }) => ({ field, what: `\`${how}\`` })),
        ]),
    ];
    for (const { field, rule } of model.compute) {
      const finding = (at: Span, what: string): Finding => ({
        at,
        message: `\`${name}.${field.text}\` is computed by \`${rule.text}\`, so ${what} cannot apply to it.`,
        notes: [{ message: 'computed here', at: rule.at }],
        hint: 'Remove it.',
      });
      for (const place of places)
        if (place.field.text === field.text) yield finding(place.field.at, place.what);
      for (const mutation of resolved.model.mutations) {
        if (mutation.entity.text !== name || mutation.prepare) continue;
        const use = valuesTakenBy(resolved, mutation.name).find((one) => one.role === 'input');
        const value = use?.value;
        const input =
          value?.kind === 'type' ? resolved.model.sdl.types.get(namedType(value.type)) : undefined;
        const given = input?.fields.find((one) => one.name === field.text);
        if (given) yield finding(given.at, `the input of mutation \`${mutation.name.text}\``);
      }
    }
  }
}
