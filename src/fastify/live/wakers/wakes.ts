/** Wakes as the text of a message. */
import type { Wake } from 'tableloom/runtime';

/** @param from the process that sends it, which needs no wake of its own */
export function wakeMessage(from: string, wakes: readonly Wake[]): string {
  return JSON.stringify({ from, wakes: wakes.map(({ type, timestamp }) => [type, timestamp]) });
}

/** The wakes of a message. None of one that this process sent, or that is not a message of ours: tables are polled as well. */
export function wakesIn(message: string, to: string): readonly Wake[] {
  const { from, wakes } = objectIn(message);
  if (from === to || !Array.isArray(wakes)) return [];
  return wakes.flatMap((wake: unknown) => {
    const [type, timestamp] = Array.isArray(wake) ? (wake as readonly unknown[]) : [];
    const isValid =
      typeof type === 'string' && typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp));
    return isValid ? [{ type, timestamp }] : [];
  });
}

function objectIn(text: string): { readonly from?: unknown; readonly wakes?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
