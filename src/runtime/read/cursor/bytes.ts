/** Cursor bytes: the fields of a position in as few bytes as possible. */

/** How a field is written, in the lowest two bits of its head; above them is the length of its text in bytes. */
const kinds = { text: 0, number: 1, shared: 2 } as const;

/** A shorter shared end costs more bytes than it saves. */
const shortestShared = 4;

/**
 * Each field is its head (LEB128) and its text in UTF-8. Keys of one record often have the same end, its id: of a text
 * that ends like an earlier one only the beginning is written, with the earlier field and the length of the shared end.
 */
export function encodeFields(fields: readonly (string | number)[]): Buffer {
  const bytes: number[] = [];
  const parts: Buffer[] = [];
  const write = (kind: number, text: string, ...more: readonly number[]) => {
    const encoded = Buffer.from(text, 'utf8');
    for (const count of [encoded.length * 4 + kind, ...more]) pushCount(bytes, count);
    parts.push(Buffer.from(bytes.splice(0)), encoded);
  };
  for (const [at, field] of fields.entries()) {
    if (typeof field === 'number') {
      write(kinds.number, String(field));
      continue;
    }
    const { from, length } = longestEnd(fields.slice(0, at), field);
    if (length < shortestShared) write(kinds.text, field);
    else write(kinds.shared, field.slice(0, field.length - length), from, length);
  }
  return Buffer.concat(parts);
}

/** The inverse of {@link encodeFields}; its input is authenticated. */
export function decodeFields(packed: Buffer): (string | number)[] {
  const fields: (string | number)[] = [];
  let at = 0;
  const readCount = () => {
    let count = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = packed[at++] ?? 0;
      count += (byte & 0x7f) * scale;
      if (byte < 0x80) return count;
    }
  };
  while (at < packed.length) {
    const head = readCount();
    const kind = head & 3;
    const [from, length] = kind === kinds.shared ? [readCount(), readCount()] : [0, 0];
    const start = at;
    at += head >>> 2;
    const text = packed.toString('utf8', start, at);
    const end = length === 0 ? '' : String(fields[from]).slice(-length);
    fields.push(kind === kinds.number ? Number(text) : text + end);
  }
  return fields;
}

function pushCount(bytes: number[], count: number): void {
  let rest = count;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}

/** The position of the earlier text that shares the longest end with this one, and the length of that end. */
function longestEnd(
  earlier: readonly (string | number)[],
  text: string,
): { readonly from: number; readonly length: number } {
  let longest = { from: 0, length: 0 };
  for (const [from, other] of earlier.entries()) {
    const length = typeof other === 'string' ? sharedEnd(other, text) : 0;
    if (length > longest.length) longest = { from, length };
  }
  return longest;
}

/** How many characters (UTF-16) two texts have in common at their ends; never half of a surrogate pair. */
function sharedEnd(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length))
    length++;
  const first = length === 0 ? 0 : b.charCodeAt(b.length - length);
  return first >= 0xdc00 && first <= 0xdfff ? length - 1 : length;
}
