/** Storage that answers at once, from a moment on: each read as an embedded engine did the first time, and writes without carrying them out. */
import type { EngineRequestHandler } from '../../src/embedded/index.js';
import { keyOf } from '../operations/engine-requests.js';

type Answer = Awaited<ReturnType<EngineRequestHandler['handle']>>['response'];

/** @param isOn whether that moment has come: until then everything is carried out */
export function remembering(handler: EngineRequestHandler, isOn: () => boolean): EngineRequestHandler {
  const memory = new Map<string, Answer>();
  return {
    ...handler,
    async handle(request, options) {
      if (!isOn()) return handler.handle(request, options);
      const key = keyOf(request);
      const known = memory.get(key) ?? (await handler.handle(request, options)).response;
      memory.set(key, known);
      const { body } = known;
      // A view of its own: the SDK changes the prototype of what it is given.
      return { response: { ...known, body: new Uint8Array(body.buffer, body.byteOffset, body.length) } };
    },
  };
}
