import { Buffer } from 'node:buffer';
import { hash, parseOptions, verify } from '@node-rs/argon2';

/** What one Argon2id hash costs whoever computes it. */
export interface PasswordCost {
  /** In KiB. */
  readonly memoryCost: number;
  /** Passes over the memory. */
  readonly timeCost: number;
  /** Threads. */
  readonly parallelism: number;
}

/** What the OWASP Password Storage Cheat Sheet asks of Argon2id at least: 19 MiB, 2 passes, 1 thread. */
export const passwordCost: PasswordCost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** The least Argon2 takes. For tests and seed data: such a hash protects nothing. */
export const worthlessCost: PasswordCost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** The longest password, in bytes of UTF-8: far above any passphrase, and too short to keep a processor busy. */
export const longestPassword = 1024;

/** The password has more than {@link longestPassword} bytes. */
export class PasswordTooLongError extends Error {
  override readonly name = 'PasswordTooLongError';

  constructor() {
    super(`A password has at most ${longestPassword} bytes.`);
  }
}

/**
 * An Argon2id hash of the password with a salt of its own, as a PHC string (`$argon2id$v=19$m=…`).
 * Throws PasswordTooLongError.
 */
export async function hashPassword(plain: string, cost: PasswordCost = passwordCost): Promise<string> {
  if (isTooLong(plain)) throw new PasswordTooLongError();
  return hash(normalize(plain), cost);
}

/**
 * Whether `plain` is the password `stored` was made from. The cost is the one `stored` was made with. A `stored` that
 * is no Argon2 hash matches nothing, after the usual amount of work.
 */
export async function verifyPassword(stored: string, plain: string): Promise<boolean> {
  if (!isHash(stored)) return verifyAgainstNothing(plain);
  if (isTooLong(plain)) return false;
  return verify(stored, normalize(plain));
}

/**
 * For a user who does not exist: takes as long as verifying a password, and says no. Otherwise the time of an answer
 * would tell which users exist. `cost` is what the users' hashes were made with.
 */
export async function verifyAgainstNothing(plain: string, cost: PasswordCost = passwordCost): Promise<false> {
  if (!isTooLong(plain)) await hash(normalize(plain), cost);
  return false;
}

/** Keyboards differ in how they compose one and the same character (NIST SP 800-63B asks for NFKC or NFKD). */
function normalize(plain: string): string {
  return plain.normalize('NFKC');
}

/** Of what is hashed: composing can make a text longer. */
function isTooLong(plain: string): boolean {
  return Buffer.byteLength(plain) > longestPassword || Buffer.byteLength(normalize(plain)) > longestPassword;
}

function isHash(stored: string): boolean {
  try {
    parseOptions(stored);
    return true;
  } catch {
    return false;
  }
}
