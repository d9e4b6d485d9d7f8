/** Opaque cursors: encrypted, authenticated, and good only for the query they were issued for. */
import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { TableloomError } from '../../errors.js';

interface Keys {
  readonly mac: Buffer;
  readonly cipher: Buffer;
  readonly name: Buffer;
}

const tagBytes = 16;

/** Shorter secrets can be guessed. */
const shortestSecret = 16;

/**
 * Seals positions into cursors and opens them. The construction is SIV: the tag is an HMAC-SHA256, cut to 128
 * bits, over what the cursor is bound to and its plain text, and is the initial counter of AES-256-CTR. So a position
 * always has the same cursor, and nobody can create or read one without the secret.
 */
export class CursorSealer {
  readonly #keys: readonly [Keys, ...Keys[]];

  /**
   * @param secrets of at least 16 characters each; the first seals, all open, so that a secret can be replaced
   * while cursors sealed with it are in use. CONFIGURATION where there is none or one is too short.
   */
  constructor(secrets: readonly string[]) {
    if (secrets.some((secret) => secret.length < shortestSecret)) {
      throw new TableloomError(
        'CONFIGURATION',
        `A cursor secret needs at least ${shortestSecret} characters.`,
      );
    }
    const [first, ...others] = secrets.map(derive);
    if (first === undefined)
      throw new TableloomError('CONFIGURATION', 'cursorSecrets is empty: pass at least one secret.');
    this.#keys = [first, ...others];
  }

  /** The cursor of a position. `binding` is the result of {@link bindingOf}. */
  seal(binding: Buffer, plain: Buffer): string {
    const [keys] = this.#keys;
    const tag = tagOf(keys, binding, plain);
    const cipher = createCipheriv('aes-256-ctr', keys.cipher, tag);
    return Buffer.concat([tag, cipher.update(plain)]).toString('base64url');
  }

  /** See `Database.pseudonym`. */
  pseudonym(text: string): string {
    const [{ name }] = this.#keys;
    return createHmac('sha256', name).update(text).digest('hex').slice(0, 12);
  }

  /** The position of a cursor; undefined where it was not sealed with one of the secrets for this binding. */
  open(binding: Buffer, cursor: string): Buffer | undefined {
    const sealed = Buffer.from(cursor, 'base64url');
    // Node leaves out what is not base64url, and ignores spare bits: only one spelling of a cursor is good.
    if (sealed.length <= tagBytes || sealed.toString('base64url') !== cursor) return undefined;
    const tag = sealed.subarray(0, tagBytes);
    for (const keys of this.#keys) {
      const plain = createDecipheriv('aes-256-ctr', keys.cipher, tag).update(sealed.subarray(tagBytes));
      if (timingSafeEqual(tagOf(keys, binding, plain), tag)) return plain;
    }
    return undefined;
  }
}

/** A digest of what a cursor is bound to. */
export function bindingOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function tagOf(keys: Keys, binding: Buffer, plain: Buffer): Buffer {
  return createHmac('sha256', keys.mac).update(binding).update(plain).digest().subarray(0, tagBytes);
}

function derive(secret: string): Keys {
  const key = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `tableloom cursor ${purpose}`, 32));
  return { mac: key('authentication'), cipher: key('encryption'), name: key('pseudonym') };
}
