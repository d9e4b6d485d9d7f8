/** Wakes as the text of a message. */
import type { Wake } from 'tableloom/runtime';

/** @param from the process that sends it, which needs no wake of its own */
export function wakeMessage(from: string, wakes: readonly Wake[]): string {
  return JSON.stringify({ from, wakes });
}

/** The wakes of a message. None of one that this process sent, or that is not a message of ours: tables are polled as well. */
export function wakesIn(message: string, to: string): readonly Wake[] {
  const { from, wakes } = objectIn(message);
  if (from === to || !Array.isArray(wakes)) return [];
  return wakes.flatMap((wake: unknown) => {
    const { type, timestamp, record, actor } = (wake ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof type !== 'string' || typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp)))
      return [];
    return [{ type, timestamp, ...texts({ record, actor }) }];
  });
}

/** Those that are text. */
function texts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function objectIn(text: string): { readonly from?: unknown; readonly wakes?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
