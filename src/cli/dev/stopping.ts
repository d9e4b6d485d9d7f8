/** A signal this soon after another is the same one: launchers pass on what the terminal sent to all. In milliseconds. */
const echo = 300;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = () => {
      if (first !== undefined && performance.now() - first > echo) process.exit(1);
      first ??= performance.now();
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
