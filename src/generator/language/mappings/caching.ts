/** For how long what was read may be answered again. */

import { type Keys, mapping, type Section, type Shape } from '../shape.js';
import { flag } from '../values.js';

/** Seconds, minutes, hours or days. */
const age = {
  type: 'string',
  pattern: '^[1-9]\\d*[smhd]$',
  refusal: {
    message: '`{}` is not a duration.',
    hint: 'Write seconds, minutes, hours or days: `30s`, `5m`, `1h`.',
  },
} as const satisfies Shape;

const cacheKeys = {
  for: {
    ...age,
    title: 'Greatest age',
    description: 'How old an answer may be. Without other keys, write only the duration: `cache: 5m`.',
    example: { for: '5m' },
    isRequired: true,
  },
  stale: {
    ...age,
    title: 'Stale while it is read again',
    description:
      'For how much longer an answer may be given while it is read again, so that nobody waits for that. The greatest age is the sum of both.',
    example: { for: '5m', stale: '1m' },
  },
  shared: {
    ...flag,
    title: 'Shared by processes',
    description:
      'Of a pattern: processes share its answers in the table with `cache: true`, encrypted. One get takes the place of all requests of an answer, and comes before them where there is none: for patterns that take many.',
    example: { for: '2m', shared: true },
  },
} as const satisfies Keys;

export const cache = { anyOf: [age, mapping(cacheKeys)] } as const satisfies Shape;

export const cacheSection = {
  heading: 'A cache',
  intro: 'Under `cache` of an entity or a pattern.',
  keys: cacheKeys,
  path: ['patterns', 'example', 'cache'],
  shown: 1,
  around: { many: 'User' },
} as const satisfies Section;
