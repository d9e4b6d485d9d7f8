import { Refusal } from './refusal.js';

const steps: readonly string[] = ['major', 'minor', 'patch'];

/**
 * The version that is meant: `asked` itself, or the next patch, minor or major one.
 * @param isReleased whether `current` is: a version that is set but was never released may be asked for
 * @throws Refusal where it is no version, or not a later one
 */
export function nextVersion(asked: string, current: string, isReleased: boolean): string {
  const place = steps.indexOf(asked);
  if (place !== -1)
    return numbersOf(current)
      .map((number, at) => (at < place ? number : at === place ? number + 1 : 0))
      .join('.');
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(asked))
    throw new Refusal(`\`${asked}\` is not a version. Write one such as 1.4.0, or patch, minor or major.`, 2);
  const order = compare(numbersOf(asked), numbersOf(current));
  if (order < 0 || (order === 0 && isReleased))
    throw new Refusal(`${asked} is not later than the current version, ${current}.`, 2);
  return asked;
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const difference = a.map((number, at) => number - (b[at] ?? 0)).find((number) => number !== 0);
  return difference ?? 0;
}
