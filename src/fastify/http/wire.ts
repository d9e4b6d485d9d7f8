/** What the bytes of a request must be, before anything of it is read. */
import { type Readable, Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { httpError } from './status.js';

/** Headers of which Node reads the first, and a proxy in front of it maybe the last. */
const single: ReadonlySet<string> = new Set(['authorization', 'content-length', 'content-type', 'host']);

/** Throws an {@link httpError} 400 where one request says two things of itself. */
export function refuseTwoMeanings({ raw: { rawHeaders } }: FastifyRequest): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (single.has(name) && seen.has(name)) throw httpError(400, `Send the header ${name} once.`);
    seen.add(name);
  }
}

/** A body whose bytes are UTF-8: another one fails with an {@link httpError} 400, where Fastify would replace what it cannot read. */
export function strictText(payload: Readable): Readable {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let received = 0;
  const checked = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      received += chunk.length;
      done(
        problemOf(() => decoder.decode(chunk, { stream: true })),
        chunk,
      );
    },
    flush(done) {
      done(problemOf(() => decoder.decode()));
    },
  });
  payload.once('error', (error) => checked.destroy(error));
  // Fastify compares it with `content-length`.
  Object.defineProperty(checked, 'receivedEncodedLength', { get: () => received });
  return payload.pipe(checked);
}

function problemOf(decode: () => unknown): Error | null {
  try {
    decode();
    return null;
  } catch {
    return httpError(400, 'The body is not UTF-8.');
  }
}
