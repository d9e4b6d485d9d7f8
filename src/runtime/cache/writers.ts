/** When somebody last wrote, and what, as far as this process knows: what they read from then on has what they wrote. */
import { LRUCache } from 'lru-cache';

interface Writer {
  /** When they last wrote, whatever it was. */
  last: number;
  /** When they last wrote what is not known, so that it concerns everything. */
  unknown: number;
  /** When they last wrote what concerns a subject, in this order. */
  readonly subjects: Map<string, number>;
}

/** How many subjects are remembered of one writer; what was earlier is as if it were not known. */
const mostSubjects = 32;

export class Writers {
  readonly #writers = new LRUCache<string, Writer>({ max: 10_000 });

  /**
   * In milliseconds; 0 where they wrote nothing, as far as is known.
   *
   * @param names those of `SessionOptions.actor` and `caller` that there are
   * @param subjects what the write may concern; see `subjectsRead`. Default: anything
   */
  lastOf(names: readonly string[], subjects?: () => readonly string[] | undefined): number {
    const writers = names.flatMap((name) => this.#writers.get(name) ?? []);
    const read = writers.length === 0 ? undefined : subjects?.();
    const moments = writers.flatMap((writer) =>
      read === undefined
        ? writer.last
        : [writer.unknown, ...read.map((subject) => writer.subjects.get(subject) ?? 0)],
    );
    return Math.max(0, ...moments);
  }

  /** When they last wrote what is not known: the cache may have older items than they left. */
  lastUnknown(names: readonly string[]): number {
    return Math.max(0, ...names.map((name) => this.#writers.get(name)?.unknown ?? 0));
  }

  /** @param written the subjects of what was written; undefined where that is not known, or not all of it */
  wrote(names: readonly string[], at: number, written: readonly string[] | undefined): void {
    for (const name of names) {
      const writer = this.#writers.get(name) ?? { last: 0, unknown: 0, subjects: new Map<string, number>() };
      const { subjects } = writer;
      writer.last = Math.max(writer.last, at);
      if (written === undefined) writer.unknown = Math.max(writer.unknown, at);
      for (const subject of written ?? []) {
        const moment = Math.max(at, subjects.get(subject) ?? 0);
        subjects.delete(subject);
        subjects.set(subject, moment);
      }
      for (const [subject, moment] of subjects) {
        if (subjects.size <= mostSubjects && moment > writer.unknown) break;
        writer.unknown = Math.max(writer.unknown, moment);
        subjects.delete(subject);
      }
      this.#writers.set(name, writer);
    }
  }
}
