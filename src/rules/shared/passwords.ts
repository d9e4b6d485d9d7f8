import { badInput } from './bad-input.js';

const shortest = 12;
const longest = 256;

/** Throws where the text cannot be a password. Only the length is checked: composition rules make worse passwords. */
export function requirePassword(field: string, password: string): void {
  if ([...password].length < shortest)
    throw badInput(field, `A password has at least ${shortest} characters.`);
  // Passwords are hashed in this form, which may be longer than what was typed.
  if (Math.max(password.length, password.normalize('NFKC').length) > longest) {
    throw badInput(field, `A password has at most ${longest} characters.`);
  }
}
