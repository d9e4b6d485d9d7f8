/** What the bytes of a request must be, before anything of it is read. */
import { type Readable, Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { problemOfJson } from './json-text.js';
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

/**
 * A body that has one meaning. Fails with an {@link httpError} 400 where its bytes are not UTF-8, of which Fastify would replace what it
 * cannot read, and where its JSON is what no client means.
 */
export function strictText(payload: Readable): Readable {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let received = 0;
  let text = '';
  const checked = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      received += chunk.length;
      done(
        problemOf(() => {
          text += decoder.decode(chunk, { stream: true });
        }),
        chunk,
      );
    },
    flush(done) {
      const notText = problemOf(() => {
        text += decoder.decode();
      });
      const message = notText === null ? problemOfJson(text) : null;
      done(message === null ? notText : httpError(400, message));
    },
  });
  const { _read: read } = checked;
  // From the first read on, when somebody is there to handle what fails: a request may wait long until it is read, and its client be gone by then.
  checked._read = (size) => {
    checked._read = read;
    if (payload.destroyed) return void checked.destroy(payload.errored ?? new Error('aborted'));
    payload.once('error', (error) => checked.destroy(error));
    payload.pipe(checked);
    read.call(checked, size);
  };
  // Whoever has read enough listens no longer.
  checked.on('error', () => undefined);
  // Fastify compares it with `content-length`.
  Object.defineProperty(checked, 'receivedEncodedLength', { get: () => received });
  return checked;
}

function problemOf(decode: () => void): Error | null {
  try {
    decode();
    return null;
  } catch {
    return httpError(400, 'The body is not UTF-8.');
  }
}
