/** Requests to an embedded engine: what of one its answer depends on. */
import type { EngineRequest } from '../../src/embedded/index.js';

const writes = /\.(TransactWriteItems|PutItem|UpdateItem|DeleteItem)$/;

export function isWrite(request: EngineRequest): boolean {
  return writes.test(targetOf(request));
}

/** What an answer is remembered by: that to a read by the whole request, that to a write by its operation. */
export function keyOf(request: EngineRequest): string {
  const target = targetOf(request);
  return writes.test(target) ? target : `${target} ${textOf(request)}`;
}

export function textOf({ body }: EngineRequest): string {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  return String(body);
}

function targetOf({ headers }: EngineRequest): string {
  return headers['x-amz-target'] ?? headers['X-Amz-Target'] ?? '';
}
