import type { Bytes, Request } from './send.js';
import type { Target } from './target.js';

export interface Attack {
  readonly name: string;
  /** What `send` tells of every answer. */
  readonly refusal: string;
  /** The server may close the connection while the client still sends, so that it never reads the answer. */
  readonly isCutOff?: true;
  /** @param at how many were sent before */
  request(target: Target, at: number): Request | Bytes;
}
