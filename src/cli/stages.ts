/** How long each stage of a verb takes, for `--verbose`. */

/** Milliseconds by stage, in the order in which stages began. */
export class Stages {
  /** The process itself and the modules of the verb come first. */
  readonly #spent: Map<string, number>;
  readonly #now: () => number;

  /** `now` gives milliseconds since the process began. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#spent = new Map([['start', now()]]);
  }

  /** Runs it, and counts its time without that of stages inside it. */
  readonly measure = <T>(stage: string, run: () => T): T => {
    const started = this.#now();
    const before = this.#sum();
    this.#spent.set(stage, this.#spent.get(stage) ?? 0);
    const end = () => {
      const inside = this.#sum() - before;
      this.#spent.set(stage, (this.#spent.get(stage) ?? 0) + this.#now() - started - inside);
    };
    let result: T;
    try {
      result = run();
    } catch (error) {
      end();
      throw error;
    }
    if (!(result instanceof Promise)) {
      end();
      return result;
    }
    return result.finally(end) as T;
  };

  /** A line for each stage, for what lies between them, and for the whole process. */
  text(): string {
    const rows = [...this.#rows()];
    const wide = Math.max(...rows.map(([name]) => name.length));
    const digits = Math.max(...rows.map(([, spent]) => spent.toFixed(0).length));
    return rows
      .map(([name, spent]) => `${name.padEnd(wide)}  ${spent.toFixed(0).padStart(digits)} ms`)
      .join('\n');
  }

  /** `{"stages": {"parse": 12.3, ...}}`, in milliseconds. */
  json(): string {
    const rounded = this.#rows().map(([name, spent]) => [name, Math.round(spent * 10) / 10]);
    return JSON.stringify({ stages: Object.fromEntries(rounded) }, null, 2);
  }

  #sum(): number {
    return [...this.#spent.values()].reduce((sum, one) => sum + one, 0);
  }

  #rows(): [string, number][] {
    const total = this.#now();
    return [...this.#spent, ['other', Math.max(0, total - this.#sum())], ['total', total]];
  }
}
