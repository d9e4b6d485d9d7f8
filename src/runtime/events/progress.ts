/**
 * How far a subscriber has come. Transactions commit in another order than that of their events' times: an event that was
 * stamped first may become readable last. So a position is not a time alone: it is a moment up to which everything is
 * settled, and the events after it that were passed already.
 */
import { shardOf } from '../keys/partitions.js';
import type { EventRecord } from './types.js';

type Moment = Pick<EventRecord, 'id' | 'timestamp'>;

export class Progress {
  /** Everything up to this moment was passed, in milliseconds. */
  #floor: number;
  /** The events after it that were passed: their moments, by what tells them apart. */
  readonly #passed = new Map<string, number>();
  /** What `encode` gives, which grows with each event: most are passed in the order of their moments. */
  #encoded: Encoded | undefined;

  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  /** How many events were passed that are not settled. */
  get size(): number {
    return this.#passed.size;
  }

  has(event: Moment): boolean {
    return this.#passed.has(placeOf(event).name);
  }

  pass(event: Moment): void {
    const { name, at } = placeOf(event);
    if (at <= this.#floor || this.#passed.has(name)) return;
    this.#passed.set(name, at);
    if (this.#encoded?.append(name, at) === false) this.#encoded = undefined;
  }

  /** Nothing can be committed any more up to this moment that was not passed. */
  settle(floor: number): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    this.#encoded = undefined;
    for (const [name, at] of this.#passed) if (at <= floor) this.#passed.delete(name);
  }

  /**
   * The floor as 48 bits, then for each passed event in the order of their moments the milliseconds since the one before, as
   * LEB128, and 32 bits of a hash of its id: within one millisecond two events are taken for one once in 4,000 million pairs.
   */
  encode(): Buffer {
    if (this.#encoded === undefined) {
      this.#encoded = new Encoded(this.#floor);
      for (const [name, at] of [...this.#passed].sort(([, a], [, b]) => a - b))
        this.#encoded.append(name, at);
    }
    return this.#encoded.bytes;
  }

  /** The inverse of `encode`; its input is authenticated. */
  static decode(bytes: Buffer): Progress {
    const progress = new Progress(bytes.readUIntBE(0, 6));
    let moment = progress.#floor;
    for (let at = 6; at < bytes.length; at += 4) {
      for (let scale = 1; ; scale *= 0x80) {
        const byte = bytes[at++] ?? 0;
        moment += (byte & 0x7f) * scale;
        if (byte < 0x80) break;
      }
      progress.#passed.set(`${moment}-${bytes.toString('hex', at, at + 4)}`, moment);
    }
    return progress;
  }
}

interface Place {
  readonly at: number;
  /** The moment, and the hash of the id. */
  readonly name: string;
}

/** Of the events in memory: all subscribers ask for the same. */
const places = new WeakMap<Moment, Place>();

function placeOf(event: Moment): Place {
  const known = places.get(event);
  if (known !== undefined) return known;
  const at = Date.parse(event.timestamp);
  const hash = shardOf(event.id, 2 ** 32).toString(16);
  const place = { at, name: `${at}-${hash.padStart(8, '0')}` };
  places.set(event, place);
  return place;
}

/** The longest that one event takes: its hash, and the milliseconds since any other. */
const longestEntry = 4 + 8;

class Encoded {
  #bytes = Buffer.allocUnsafe(64);
  #length: number;
  #last: number;

  constructor(floor: number) {
    this.#last = floor;
    this.#length = this.#bytes.writeUIntBE(floor, 0, 6);
  }

  /** A view, whose bytes do not change. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** False where it does not belong at the end. */
  append(name: string, at: number): boolean {
    let rest = at - this.#last;
    if (rest < 0) return false;
    if (this.#bytes.length - this.#length < longestEntry) {
      const larger = Buffer.allocUnsafe(2 * this.#bytes.length);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
    this.#bytes[this.#length++] = rest;
    this.#length += this.#bytes.write(name.slice(-8), this.#length, 'hex');
    this.#last = at;
    return true;
  }
}

/** The order of events: by time, and those of one millisecond by id. */
export function compareEvents(a: Moment, b: Moment): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
