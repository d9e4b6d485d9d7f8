/** What the SDK hands to a request handler. */

export function bodyText(body: unknown): string {
  if (typeof body === 'string') return body;
  // The SDK's own kind of bytes complains where its methods are called.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  return '{}';
}
