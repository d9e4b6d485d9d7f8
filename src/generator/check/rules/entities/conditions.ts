/** What an entity demands of changes and values can hold, and is about what it names. */

import { namedType, printType } from '../../../model.js';
import { originals, type ResolvedAttribute, type ResolvedModel } from '../../../resolve/resolved-model.js';
import { patternFault } from '../../redos.js';
import { type Check, listed } from '../../row.js';

export const conditionChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'transition-field',
    purpose: 'Transitions are of a state that changes.',
    *check({ entities, model: { sdl } }) {
      for (const { name, model, attributes, type } of originals(entities)) {
        for (const { field } of model.transitions) {
          const attribute = attributes.get(field.text);
          if (!attribute) continue;
          const declared = type.fields.find((one) => one.name === field.text)?.at;
          const notes = declared ? { notes: [{ message: 'the field', at: declared }] } : {};
          if (attribute.encoding !== 'enum') {
            const values = sdl.types.get(namedType({ kind: 'named', name: attribute.of, nonNull: false }));
            yield {
              at: field.at,
              message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`: transitions are between the values of an enum.`,
              ...notes,
              hint: values ? 'Name an enum attribute.' : 'Make the field an enum.',
            };
          } else if (attribute.immutable) {
            yield {
              at: field.at,
              message: `\`${name}.${field.text}\` is immutable: it has no transitions.`,
              hint: 'Remove one of the two.',
            };
          }
        }
      }
    },
  },
  {
    code: 'validate-type',
    purpose: 'What is demanded of a value can be asked of its type, and some value meets it.',
    *check({ entities }) {
      for (const { name, model, attributes } of originals(entities)) {
        for (const { field, validation } of model.validate) {
          const attribute = attributes.get(field.text);
          if (!attribute || validation.kind === 'rule') continue;
          const { min, max, pattern } = validation;
          const wanted = boundedAs(attribute);
          if (pattern && (attribute.list || attribute.encoding !== 'text'))
            yield {
              at: pattern.at,
              message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`: a \`pattern\` is of text.`,
              hint: 'Remove it, or name a rule.',
            };
          else if (wanted === undefined)
            yield {
              at: field.at,
              message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`: bounds are of numbers, text and lists.`,
              hint: 'Name a rule instead.',
            };
          else if (wanted === 'count')
            for (const bound of [min, max]) {
              if (!bound || (Number.isInteger(bound.value) && bound.value >= 0)) continue;
              yield {
                at: bound.at,
                message: `\`${bound.value}\` is no number of ${attribute.list ? 'elements' : 'characters'}.`,
                hint: 'Write a whole number.',
              };
            }
          if (min && max && min.value > max.value)
            yield {
              at: max.at,
              message: `No value of \`${name}.${field.text}\` is at least ${min.value} and at most ${max.value}.`,
              hint: 'Exchange the two.',
            };
        }
      }
    },
  },
  {
    code: 'validate-pattern',
    purpose: 'No text, however chosen, keeps the server busy.',
    *check({ entities }) {
      for (const { name, model } of originals(entities)) {
        for (const { field, validation } of model.validate) {
          if (validation.kind === 'rule' || !validation.pattern) continue;
          const fault = patternFault(validation.pattern.text);
          if (fault) yield { at: validation.pattern.at, ...fault };
          else if (!validation.max)
            yield {
              at: validation.pattern.at,
              message: `\`${name}.${field.text}\` has a \`pattern\` and no \`max\`: a text of any length would be matched.`,
              hint: 'Add `max`, the most characters it may have, as `max: 200`.',
            };
        }
      }
    },
  },
  {
    code: 'movable-field',
    purpose: 'What may move a record is part of its key, and of the caller’s choice.',
    *check({ entities }) {
      for (const { name, model, attributes, keyFields } of originals(entities)) {
        for (const word of model.movable) {
          const attribute = attributes.get(word.text);
          if (!attribute || !keyFields) continue;
          const why = notMovable(attribute, keyFields, model.immutable === true);
          if (why) yield { at: word.at, message: `\`${name}.${word.text}\` ${why[0]}`, hint: why[1] };
        }
      }
    },
  },
];

/** What a bound is compared with: the value itself, or how many there are of its parts. */
function boundedAs({ list, encoding }: ResolvedAttribute): 'value' | 'count' | undefined {
  if (list || encoding === 'text') return 'count';
  return encoding === 'integer' || encoding === 'decimal' ? 'value' : undefined;
}

function notMovable(
  attribute: ResolvedAttribute,
  keyFields: readonly string[],
  isAppendOnly: boolean,
): [string, string] | undefined {
  if (!keyFields.includes(attribute.name))
    return [
      'is not part of the key: it may change anyway.',
      keyFields.length === 0 ? 'Remove `movable`.' : `Remove it; the key is of ${listed(keyFields)}.`,
    ];
  if (attribute.immutable)
    return [
      `is ${isAppendOnly ? 'of an immutable entity' : 'immutable'}: it never changes.`,
      'Remove one of the two.',
    ];
  if (attribute.generated !== null)
    return [
      `is generated, as \`${attribute.generated}\`: it takes no other value.`,
      'Remove one of the two.',
    ];
  return undefined;
}
