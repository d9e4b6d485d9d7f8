/** Lengths of time as text. */

const units = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const;

/** `5 minutes`, in the greatest unit that divides it. */
export function durationText(seconds: number): string {
  const [length, noun] = units.find(([one]) => seconds % one === 0) ?? [1, 'second'];
  const count = seconds / length;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
