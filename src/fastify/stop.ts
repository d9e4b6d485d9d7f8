import type { FastifyInstance } from 'fastify';
import { drain } from './health/draining.js';

/** How long requests under way may take to finish once the process has to stop, in milliseconds. */
const patience = 10_000;

/** A signal this soon after another is the same one: launchers pass on what the terminal sent to all. In milliseconds. */
const echo = 300;

export interface Draining {
  /** Its `/readyz` answers 503 from the signal on. */
  readonly app: FastifyInstance;
  /**
   * How long it goes on serving, until load balancers have noticed, in milliseconds: longer than they take for as many probes as they
   * need. Default: 5000.
   */
  readonly drainMs?: number;
}

/**
 * Closes and ends the process at the first SIGINT or SIGTERM: with code 0, or 1 if closing fails or takes too long.
 * A second signal ends it at once.
 *
 * @param draining what is announced before, at SIGTERM. SIGINT is somebody at a terminal, for whom nothing is balanced
 */
export function stopOnSignals(close: () => Promise<unknown>, draining?: Draining): void {
  let first: number | undefined;
  const stop = async (signal: NodeJS.Signals) => {
    if (first !== undefined) {
      if (performance.now() - first > echo) process.exit(1);
      return;
    }
    first = performance.now();
    if (draining && signal === 'SIGTERM') {
      const { app, drainMs = 5000 } = draining;
      drain(app);
      await new Promise((resolve) => setTimeout(resolve, drainMs));
    }
    setTimeout(() => {
      console.error('Requests are still under way; stopping without them.');
      process.exit(1);
    }, patience).unref();
    try {
      await close();
      process.exit(0);
    } catch (error) {
      console.error('Closing failed.', error);
      process.exit(1);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
