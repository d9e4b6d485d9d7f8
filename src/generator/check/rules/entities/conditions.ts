/** Transitions and validations of an entity can hold, and name attributes they are for. */

import { isNumber } from '../../../encodings.js';
import { namedType, printType } from '../../../model.js';
import { originals, type ResolvedAttribute, type ResolvedModel } from '../../../resolve/resolved-model.js';
import { patternFault } from '../../redos.js';
import { type Check, listed } from '../../row.js';

export const conditionChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'transition-field',
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
              message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`, but transitions require an enum.`,
              ...notes,
              hint: values ? 'Name an enum attribute.' : 'Make the field an enum.',
            };
          } else if (attribute.immutable) {
            yield {
              at: field.at,
              message: `\`${name}.${field.text}\` is immutable, so it has no transitions.`,
              hint: 'Remove one of the two.',
            };
          }
        }
      }
    },
  },
  {
    code: 'validate-type',
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
              message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`, but \`pattern\` applies only to text.`,
              hint: 'Remove it, or name a rule.',
            };
          else if (wanted === undefined)
            yield {
              at: field.at,
              message: `\`${name}.${field.text}\` is \`${printType(attribute.type)}\`, but bounds apply only to numbers, text and lists.`,
              hint: 'Use a rule instead.',
            };
          else if (wanted === 'count')
            for (const bound of [min, max]) {
              if (!bound || (Number.isInteger(bound.value) && bound.value >= 0)) continue;
              yield {
                at: bound.at,
                message: `\`${bound.value}\` is not a number of ${attribute.list ? 'elements' : 'characters'}.`,
                hint: 'Write a whole number.',
              };
            }
          if (min && max && min.value > max.value)
            yield {
              at: max.at,
              message: `No value of \`${name}.${field.text}\` is at least ${min.value} and at most ${max.value}.`,
              hint: 'Swap the two.',
            };
        }
      }
    },
  },
  {
    code: 'validate-pattern',
    *check({ entities }) {
      for (const { name, model } of originals(entities)) {
        for (const { field, validation } of model.validate) {
          if (validation.kind === 'rule' || !validation.pattern) continue;
          const fault = patternFault(validation.pattern.text);
          if (fault) yield { at: validation.pattern.at, ...fault };
          else if (!validation.max)
            yield {
              at: validation.pattern.at,
              message: `\`${name}.${field.text}\` has a \`pattern\` without \`max\`, so it would be matched against text of any length.`,
              hint: 'Add the maximum length, as in `max: 200`.',
            };
        }
      }
    },
  },
  {
    code: 'movable-field',
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
  return isNumber(encoding) ? 'value' : undefined;
}

function notMovable(
  attribute: ResolvedAttribute,
  keyFields: readonly string[],
  isAppendOnly: boolean,
): [string, string] | undefined {
  if (!keyFields.includes(attribute.name))
    return [
      'is not part of the key, so it may always change.',
      keyFields.length === 0 ? 'Remove `movable`.' : `Remove it. The key consists of ${listed(keyFields)}.`,
    ];
  if (attribute.immutable)
    return [
      `${isAppendOnly ? 'belongs to an immutable entity' : 'is immutable'}, so it never changes.`,
      'Remove one of the two.',
    ];
  if (attribute.generated !== null)
    return [`is generated as \`${attribute.generated}\`, so it never changes.`, 'Remove one of the two.'];
  return undefined;
}
