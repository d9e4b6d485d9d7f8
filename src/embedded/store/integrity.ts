import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * LevelDB stores a checksum with each record of its logs and each block of its tables, and looks at none: what is
 * damaged is left out, or read as something else. Formats: "doc/log_format.md" and "doc/table_format.md" of LevelDB 1.20.
 */

/** The first damaged file of a database that is not open, by its name; undefined where all are whole. */
export async function damagedFile(folder: string): Promise<string | undefined> {
  for (const name of (await readdir(folder)).sort()) {
    const check = /\.log$|^MANIFEST-/.test(name)
      ? isWholeLog
      : /\.(ldb|sst)$/.test(name)
        ? isWholeTable
        : undefined;
    if (check !== undefined && !check(await readFile(join(folder, name)))) return name;
  }
  return undefined;
}

const logBlock = 32_768;
const logHeader = 7;

/** Records of a log: checksum, length, type, content. None crosses a block. The last may be cut short: its writer was ended. */
function isWholeLog(log: Buffer): boolean {
  let at = 0;
  while (at + logHeader <= log.length) {
    const left = logBlock - (at % logBlock);
    if (left < logHeader) {
      at += left;
      continue;
    }
    const end = at + logHeader + log.readUInt16LE(at + 4);
    if (end > log.length) return end - at <= left;
    if (end - at > left || checksum(log.subarray(at + 6, end)) !== log.readUInt32LE(at)) return false;
    at = end;
  }
  return true;
}

/** Where a block is. */
interface Handle {
  readonly offset: number;
  readonly size: number;
}

const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;

/** A table ends with where its two lists of blocks are. */
function isWholeTable(table: Buffer): boolean {
  try {
    const footer = table.length - footerBytes;
    if (footer < 0 || table.readBigUInt64LE(table.length - 8) !== magic) return false;
    const reader = new Reader(table, footer);
    for (const list of [reader.handle(), reader.handle()])
      for (const handle of handlesIn(blockAt(table, list))) blockAt(table, handle);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A block's content. Throws RangeError where the checksum behind it is another. */
function blockAt(table: Buffer, { offset, size }: Handle): Buffer {
  const stored = table.subarray(offset, offset + size + 1);
  if (checksum(stored) !== table.readUInt32LE(offset + size + 1)) throw new RangeError('damaged');
  const content = stored.subarray(0, -1);
  return stored.at(-1) === 1 ? uncompressed(content) : content;
}

/** The values of a block of handles: entries whose keys share their beginnings, then the offsets of whole keys. */
function handlesIn(block: Buffer): Handle[] {
  const end = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  const reader = new Reader(block, 0);
  const handles: Handle[] = [];
  while (reader.at < end) {
    reader.varint();
    const key = reader.varint();
    const next = reader.varint() + key + reader.at;
    reader.at += key;
    handles.push(reader.handle());
    reader.at = next;
  }
  return handles;
}

/** Snappy: a length, then literal bytes and copies of what came before ("format_description.txt" of Snappy). */
function uncompressed(block: Buffer): Buffer {
  const reader = new Reader(block, 0);
  const content = Buffer.alloc(reader.varint());
  let filled = 0;
  while (reader.at < block.length) {
    const tag = reader.number(1);
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = 1 + (short < 60 ? short : reader.number(short - 59));
      filled += block.copy(content, filled, reader.at, reader.at + length);
      reader.at += length;
      continue;
    }
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const back = kind === 1 ? ((tag >> 5) << 8) + reader.number(1) : reader.number(kind === 2 ? 2 : 4);
    if (back === 0 || back > filled) throw new RangeError('damaged');
    // What is copied may be what this copy writes.
    for (let copied = 0; copied < length; copied++, filled++) content[filled] = content[filled - back] ?? 0;
  }
  return content;
}

class Reader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  number(bytes: number): number {
    const value = this.#bytes.readUIntLE(this.at, bytes);
    this.at += bytes;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.number(1);
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C, in the form LevelDB stores it. */
function checksum(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
