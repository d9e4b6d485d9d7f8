/** The seed of all random cases: the same at every run unless TABLELOOM_SEED is set. A run that fails prints it. */
export const seed = seedOf(process.env.TABLELOOM_SEED ?? '0');

const { TABLELOOM_RUNS: factor } = process.env;

/** Whether what takes long is tested as well (`npm run test:long`). */
export const isLong = factor !== undefined && Number(factor) >= 1;

/** How many random cases a test takes: the usual number, times TABLELOOM_RUNS. */
export function runs(usual: number): number {
  return Math.max(1, Math.round(usual * Number(factor ?? 1)));
}

/** How many records a test of many takes: TABLELOOM_RECORDS, or else the usual number, times TABLELOOM_RUNS. */
export function recordCount(usual: number): number {
  const { TABLELOOM_RECORDS: text } = process.env;
  if (text === undefined) return runs(usual);
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`TABLELOOM_RECORDS is ${text}; it can be a whole number, from 1`);
}

function seedOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new Error(`TABLELOOM_SEED is ${text}; it can be a whole number`);
  return number | 0;
}
