/** Shapes of values that several mappings share. */

import { each, type Shape } from './shape.js';

export const text = { type: 'string' } as const satisfies Shape;

export const name = {
  type: 'string',
  pattern: '^[A-Za-z_]\\w*$',
  refusal: { message: '`{}` is not a valid name.', hint: 'Use letters, digits and `_`.' },
} as const satisfies Shape;

export const fieldPath = {
  type: 'string',
  pattern: '^[^.]+\\.[^.]+$',
  refusal: { message: '`{}` does not name a field of the schema.', hint: 'Write `Type.field`.' },
} as const satisfies Shape;

/** One word or a list of them. */
export const words = { anyOf: [text, { type: 'array', items: text }] } as const satisfies Shape;

export const constant = { type: ['string', 'number', 'boolean', 'null'] } as const satisfies Shape;
/** One that is there. */
export const someConstant = { type: ['string', 'number', 'boolean'] } as const satisfies Shape;

/** A constant or `$argument`, or a list or a document made of values. */
export const value = {
  title: 'a value, or a list or document made of values',
  anyOf: [
    constant,
    { type: 'array', items: { $ref: '#/definitions/value' } },
    {
      type: 'object',
      additionalProperties: { $ref: '#/definitions/value' },
      propertyNames: {
        type: 'string',
        pattern: '^(?!__proto__$).',
        refusal: { message: '`{}` cannot be the name of a field of a document.' },
      },
    },
  ],
} as const satisfies Shape;

/** One that is there. */
export const present = {
  ...value,
  anyOf: [someConstant, ...value.anyOf.slice(1)],
} as const satisfies Shape;

/** `$argument`, `$parent.field` or a constant. */
export const source = {
  type: ['string', 'number', 'boolean'],
  refusal: {
    message: 'The value is missing.',
    hint: 'Write `$argument`, `$parent.field` or a constant.',
  },
} as const satisfies Shape;

export const flag = { type: 'boolean', default: false } as const satisfies Shape;

export function count(maximum: number): Shape {
  return { type: 'integer', minimum: 1, maximum };
}

export const durationPattern = '^[1-9]\\d*[mhd]$';

/** Minutes, hours or days; `longest` is an example of many days. */
export function duration(longest: string) {
  return {
    type: 'string',
    pattern: durationPattern,
    refusal: {
      message: '`{}` is not a duration.',
      hint: `Write minutes, hours or days: \`30m\`, \`12h\`, \`${longest}\`.`,
    },
  } as const satisfies Shape;
}

/** Key templates by attribute. */
export const templates = each(text);
/** Sources by field. */
export const bindings = each(source);
