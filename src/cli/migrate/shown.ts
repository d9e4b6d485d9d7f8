/** What a step of a migration shows of its progress: a line with rate and time left, or events as JSON, one a line. */

import type { ReindexProgress } from 'tableloom/runtime';
import type { RunProgress, RunStep } from '../../runtime/migrate/run-record.js';
import { showLine, Ticks } from '../progress.js';
import { terminal } from '../verbs.js';

export class Shown {
  readonly #isJson: boolean;
  #items = 0;
  #ticks = new Ticks();
  #phase = '';
  #before = 0;
  #begun = 0;
  #last = 0;

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  /** @param items how many items the tables have; 0 where that is not known */
  expect(items: number): void {
    this.#items = items;
    this.#ticks = new Ticks();
    this.#phase = '';
    this.#last = 0;
  }

  /** Something has happened: a sentence, and what it is as data. */
  event(text: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#isJson) terminal.say(JSON.stringify(data));
    else terminal.note(text);
  }

  /** A sentence for people. */
  note(text: string): void {
    if (!this.#isJson) terminal.note(text);
  }

  progress(step: RunStep, progress: ReindexProgress): RunProgress {
    const { phase, table, scanned, records, changed, failed } = progress;
    const now = performance.now();
    if (`${phase} ${table}` !== this.#phase) {
      this.#phase = `${phase} ${table}`;
      this.#before = this.#last;
      this.#begun = now;
    }
    this.#last = scanned;
    const done = scanned - this.#before;
    const seconds = (now - this.#begun) / 1000;
    const rate = seconds > 0.5 ? done / seconds : 0;
    const eta = rate > 0 && this.#items > done ? (this.#items - done) / rate : null;
    const run: RunProgress = { phase, scanned, records, changed, failed, rate, eta };
    const isDue = this.#ticks.isDue();
    if (!this.#isJson) showLine(progressText(step, run), isDue);
    else if (isDue) terminal.say(JSON.stringify({ event: 'progress', step, table, ...run }));
    return run;
  }
}

export function progressText(
  step: RunStep,
  { phase, scanned, changed, failed, rate, eta }: RunProgress,
): string {
  const parts = [
    `${scanned} items read`,
    ...(rate > 0 ? [`${Math.round(rate)} a second`] : []),
    `${changed} records changed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(eta === null ? [] : [`${durationText(eta)} left of this part`]),
  ];
  return `${step}, ${phase}: ${parts.join(', ')}`;
}

/** `26 s`, `5 min`, `3.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 100)
    return `${Math.round(seconds * 10) / 10 < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
