/** What the access patterns say of caches. */

import type { Span } from './diagnostics/diagnostic.js';

/** For how long what was read may be answered again, and how much longer while it is read again, in seconds. */
export interface CacheModel {
  readonly at: Span;
  readonly seconds: number;
  readonly stale: number;
  /** Processes share it. */
  readonly shared?: { readonly at: Span };
}
