/** How many runs a property takes: the usual number, times TABLELOOM_RUNS (`npm run test:long` sets it). */
export function runs(usual: number): number {
  return Math.max(1, Math.round(usual * Number(process.env.TABLELOOM_RUNS ?? 1)));
}
