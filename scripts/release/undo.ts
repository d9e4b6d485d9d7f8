import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What was done, and how to undo it. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  /** To be called before the step itself. */
  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** Writes a file; undone, it is as it was, or not there. */
  write(path: string, bytes: string | Uint8Array): void {
    const before = existsSync(path) ? readFileSync(path) : undefined;
    this.add(() => (before === undefined ? rmSync(path, { force: true }) : writeFileSync(path, before)));
    const made = mkdirSync(dirname(path), { recursive: true });
    if (made !== undefined) this.#steps.splice(-1, 0, () => rmSync(made, { recursive: true, force: true }));
    writeFileSync(path, bytes);
  }

  /** Undoes all, the last first. */
  run(): void {
    for (const step of this.#steps.splice(0).reverse()) step();
  }
}
