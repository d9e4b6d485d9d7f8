import { badInput } from './bad-input.js';

/** The longest name of a person. Sort keys contain it, and they hold 1024 bytes: 200 characters always fit. */
const longestName = 200;

/** A name as it is kept: trimmed, on one line. Throws where nothing is left or it is too long. */
export function nameOf(text: string): string {
  return line('name', text, longestName);
}

/** Text on one line, trimmed. */
export function line(field: string, text: string, longest: number): string {
  const trimmed = text.trim();
  if (trimmed === '') throw badInput(field, `${field} must not be empty.`);
  if ([...trimmed].length > longest)
    throw badInput(field, `${field} may have at most ${longest} characters.`);
  if (/\p{Cc}/u.test(trimmed)) throw badInput(field, `${field} must not contain control characters.`);
  return trimmed;
}

/** Like {@link line}, for what may be left out. Blank text counts as left out. */
export function optionalLine(field: string, text: string | null | undefined, longest: number): string | null {
  return text?.trim() ? line(field, text, longest) : null;
}
