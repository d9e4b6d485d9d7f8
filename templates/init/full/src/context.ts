/** What rules know of a request, besides its session and its loaders. */
import { createHash, timingSafeEqual } from 'node:crypto';

declare module 'tableloom/runtime' {
  interface AppContext {
    /** Whoever sends the request; null without an access token. */
    readonly principal: Gardener | null;
  }
}

export interface Gardener {
  readonly name: string;
}

/**
 * Whose access token this is; null for one that is not valid. Here tokens are listed in GARDENERS, as `ada:token,grace:token`.
 * With an identity provider, verify its token in this place, and throw `tokenExpired()` for one that has expired.
 */
export function authenticate(token: string): Gardener | null {
  for (const entry of process.env.GARDENERS?.split(',') ?? []) {
    const [name = '', secret = ''] = entry.split(':', 2);
    if (secret !== '' && timingSafeEqual(hash(secret), hash(token))) return { name };
  }
  return null;
}

/** Hashes have one length, and how much of them is equal tells nothing of the token. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
