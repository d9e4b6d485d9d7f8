/** What a verification has found so far. */
import type { ImportFinding, ImportFindingKind } from './types.js';

const noCounts: Readonly<Record<ImportFindingKind, number>> = {
  missing: 0,
  different: 0,
  additional: 0,
  unaccounted: 0,
  items: 0,
};
const kinds = Object.keys(noCounts) as ImportFindingKind[];
/** So many are listed; all are counted. */
export const mostFindings = 1000;

export class Findings {
  readonly counts = { ...noCounts };
  /** The first of them. */
  list: ImportFinding[] = [];
  /** How many the pass that is under way has repaired. */
  repaired = 0;
  /** Those that it has left. */
  #left = { ...noCounts };

  add(finding: ImportFinding): void {
    this.counts[finding.kind] += 1;
    if (finding.isRepaired) this.repaired += 1;
    else this.#left[finding.kind] += 1;
    if (this.list.length < mostFindings) this.list.push(finding);
  }

  /** A pass over a source begins. */
  begin(): void {
    this.repaired = 0;
    this.#left = { ...noCounts };
  }

  /** Another pass over the source will meet again what this one has left. */
  withdrawLeft(source: string): void {
    for (const kind of kinds) this.counts[kind] -= this.#left[kind];
    this.list = this.list.filter((one) => one.isRepaired || one.source !== source);
  }
}
