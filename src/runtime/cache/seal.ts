/** Values that several sessions share: nobody can change one, and its size is known. */

/** What an object takes besides what is in it, in bytes. */
const overhead = 40;

/**
 * Freezes a value that was read, with all that is in it, and estimates its size in bytes. Code that would change it fails
 * with a TypeError, and not the next reader. Sets and bytes cannot be frozen.
 */
export function seal(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength + overhead;
  let size = overhead;
  if (value instanceof Set) {
    for (const element of value) size += seal(element);
    return size;
  }
  if (isConnection(value)) return seal(value.nodes);
  for (const [name, inner] of Object.entries(value)) size += name.length + seal(inner);
  Object.freeze(value);
  return size;
}

/** Its cursors are made when they are accessed, and it has nothing else that its nodes have not. */
function isConnection(value: object): value is { readonly nodes: readonly unknown[] } {
  return 'nodes' in value && 'pageInfo' in value;
}
