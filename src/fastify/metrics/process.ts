/** What the process itself uses, under the names that Prometheus' client for Node gives it. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from './registry.js';

/** How often the delay is taken, in milliseconds; each value has this in it. */
const resolution = 20;

export class ProcessMetrics {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution });

  constructor() {
    this.#delay.enable();
  }

  read(registry: Registry): void {
    const p99 = this.#delay.percentile(99) / 1e9 - resolution / 1e3;
    this.#delay.reset();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    registry.set('eventLoop', [], Math.max(0, p99));
    registry.set('cpu', [], (user + system) / 1e6);
    registry.set('memory', [], rss);
    registry.set('heap', [], heapUsed);
    registry.set('start', [], performance.timeOrigin / 1e3);
  }

  close(): void {
    this.#delay.disable();
  }
}
