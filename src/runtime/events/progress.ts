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

  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  has(event: Moment): boolean {
    return this.#passed.has(nameOf(event));
  }

  pass(event: Moment): void {
    const at = Date.parse(event.timestamp);
    if (at > this.#floor) this.#passed.set(nameOf(event), at);
  }

  /** Nothing can be committed any more up to this moment that was not passed. */
  settle(floor: number): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    for (const [name, at] of this.#passed) if (at <= floor) this.#passed.delete(name);
  }

  /**
   * The floor as 48 bits, then for each passed event in the order of their moments the milliseconds since the one before, as
   * LEB128, and 32 bits of a hash of its id: within one millisecond two events are taken for one once in 4,000 million pairs.
   */
  encode(): Buffer {
    const bytes: number[] = [...uint48(this.#floor)];
    let last = this.#floor;
    for (const [name, at] of [...this.#passed].sort(([, a], [, b]) => a - b)) {
      let rest = at - last;
      for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
      bytes.push(rest, ...Buffer.from(name.slice(-8), 'hex'));
      last = at;
    }
    return Buffer.from(bytes);
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

function nameOf({ id, timestamp }: Moment): string {
  return `${Date.parse(timestamp)}-${shardOf(id, 2 ** 32)
    .toString(16)
    .padStart(8, '0')}`;
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

/** The order of events: by time, and those of one millisecond by id. */
export function compareEvents(a: Moment, b: Moment): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
