/** What one measurement gave. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** The median it is compared with: the ratio is shown. */
  readonly against?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The least and the greatest. */
export function spread(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)}`;
}

/** Microseconds per call of `run`, in `rounds` rounds of `calls` calls after one that warms up. */
export function timeCalls(run: (at: number) => unknown, rounds: number, calls: number): number[] {
  let kept: unknown;
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const started = process.hrtime.bigint();
    for (let at = 0; at < calls; at++) kept = run(at);
    const spent = Number(process.hrtime.bigint() - started) / 1000;
    if (round > 0) times.push(spent / calls);
  }
  // Keeps the last result alive, so that no call can be left out.
  if (kept === Symbol.for('never')) throw new Error('unreachable');
  return times;
}

/** A markdown table: median, spread and ratio. */
export function table(title: string, rows: readonly Measured[]): string {
  const lines = rows.map(({ name, unit, values, against }) => {
    const middle = median(values);
    const ratio = against === undefined ? '' : `${(middle / against).toFixed(2)}×`;
    return `| ${name} | ${middle.toFixed(3)} ${unit} | ${spread(values, 3)} | ${ratio} |`;
  });
  return [`### ${title}`, '', '| what | median | spread | ratio |', '|---|---|---|---|', ...lines, ''].join(
    '\n',
  );
}
