/** access-patterns.lock.json -> lock. The generator writes it, and reads it as strictly as hand-written files. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { emptyLock, type Lock, printLock } from '../lock.js';
import { readFacts } from './lock/facts.js';
import { Invalid, type Line, Lines } from './lock/lines.js';
import { readVersion1 } from './lock/version-1.js';

/** No text: no lock yet. */
export function readLock(file: string, text: string | undefined): { lock: Lock; diagnostics: Diagnostic[] } {
  if (text === undefined) return { lock: emptyLock, diagnostics: [] };
  const printed = asPrinted(file, text);
  if (printed) return { lock: printed, diagnostics: [] };
  try {
    const read = new Lines(file);
    return { lock: lockOf(read.top(bothSides(text)), read), diagnostics: [] };
  } catch (error) {
    if (error instanceof Invalid) return { lock: emptyLock, diagnostics: [error.diagnostic] };
    throw error;
  }
}

/** The lock of a text that is, byte for byte, what `generate` writes: read without places, in a fifth of the time. */
function asPrinted(file: string, text: string): Lock | undefined {
  try {
    const read = new Lines(file);
    const lock = lockOf(read.top({ value: JSON.parse(text) }), read);
    return printLock(lock) === text ? lock : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Invalid) return undefined;
    throw error;
  }
}

function lockOf(lines: readonly Line[], read: Lines): Lock {
  const versions = lines.filter(({ name }) => name === 'version');
  const [version] = versions;
  if (!version) throw new Invalid(read.whole, 'The lock lacks `version`.');
  const numbers = new Set(versions.map((line) => read.scalar(line)));
  if (numbers.size === 1 && numbers.has(2)) return readFacts(lines, read);
  if (numbers.size === 1 && numbers.has(1)) return readVersion1(lines, read);
  throw new Invalid(version.at, 'The version of the lock must be `2`, or `1` of an earlier release.');
}

/**
 * The text where a merge left its markers: the lines of both sides, as each line is a fact of its own. What is taken out
 * leaves blanks, so that places stay.
 */
function bothSides(text: string): string {
  const isConflict = /^<{7} /m.test(text) && /^>{7} /m.test(text) && /^ {2}"version": 2$/m.test(text);
  if (!isConflict) return text;
  let isBase = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^\|{7}/.test(line)) isBase = true;
      else if (/^={7}/.test(line)) isBase = false;
      else if (!isBase && !/^(?:<{7}|>{7}) /.test(line)) return line;
      return ' '.repeat(line.length);
    })
    .join('\n');
}
