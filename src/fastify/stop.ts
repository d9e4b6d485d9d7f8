/** How long requests under way may take to finish once the process has to stop, in milliseconds. */
const patience = 10_000;

/** A signal this soon after another is the same one: launchers pass on what the terminal sent to all. In milliseconds. */
const echo = 300;

/**
 * Closes and ends the process at the first SIGINT or SIGTERM: with code 0, or 1 if closing fails or takes too long.
 * A second signal ends it at once.
 */
export function stopOnSignals(close: () => Promise<unknown>): void {
  let first: number | undefined;
  const stop = async () => {
    if (first !== undefined) {
      if (performance.now() - first > echo) process.exit(1);
      return;
    }
    first = performance.now();
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
