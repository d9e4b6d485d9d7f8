/** Which patterns are refused, and that those that are not take no text long. */

import { describe, expect, test } from 'vitest';
import { patternFault } from '../../src/generator/check/redos.js';

const fine = [
  '[a-z0-9]+(-[a-z0-9]+)*',
  '[^@\\s]+@[^@\\s]+\\.[^@\\s]+',
  '(\\d{1,3}\\.){3}\\d{1,3}',
  '(?<year>\\d{4})-\\d\\d-\\d\\d',
  "\\p{L}+(?:[ '’]\\p{L}+)*",
  '(?:\\w|\\s)*',
  '(ab|a)(bc|c)*',
  '[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}',
  '(a?)*',
  '[\\]a-]+\\/\\u{1f600}*',
  '',
];

const slow = [
  '(a+)+',
  '(a*)*b',
  '(a|a)*',
  '(a|aa)*',
  '(\\w|\\d)+',
  '([a-z]+\\.?)+@',
  '(.*)*',
  '(x{1,3}){2,}',
  '(é|\\p{L})+',
];

describe('a pattern', () => {
  test.each(fine)('%s is taken', (pattern) => expect(patternFault(pattern)).toBeUndefined());

  test.each(slow)('%s is refused: a text could keep it busy', (pattern) =>
    expect(patternFault(pattern)?.message).toContain('in so many ways'),
  );

  test.each(['^a', 'a$', '\\bfoo', 'a(?=b)', '(?<!a)b', '(a)\\1', '(?<x>a)\\k<x>'])(
    '%s is refused: it is not known how long it takes',
    (pattern) => expect(patternFault(pattern)?.message).toContain('could not be bounded'),
  );

  test.each(['(', '[a', 'a{2,1}', '\\q', '*'])('%s is not well-formed', (pattern) =>
    expect(patternFault(pattern)?.message).toContain('is not a regular expression'),
  );

  test('that is very long is refused', () => {
    expect(patternFault('(abc|d)'.repeat(400))?.message).toContain('too long');
  });
});
