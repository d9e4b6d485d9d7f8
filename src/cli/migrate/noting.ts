/** What a deployment notes in the tables of how their records are stored, and when it must not. */

import type { Target } from './target.js';

export interface Noting {
  /** Why this version must not be deployed now, and what to do about it. */
  readonly refusal?: string;
  /** What somebody should know, though nothing is refused. */
  readonly hint?: string;
  /** Whether the tables are to note this version. */
  readonly isNoted: boolean;
}

/** @param isOffline no server runs, and records are brought to this version by `tableloom reindex` */
export async function notingOf(target: Target, isOffline: boolean): Promise<Noting> {
  const { migration, isThere } = await target.open();
  if (!isThere) return { isNoted: true };
  const record = await migration.status();
  if (record !== null && record.phase !== 'settled')
    return {
      isNoted: false,
      refusal: `a migration is under way (${record.phase}). Complete it or take it back: \`tableloom migrate status\`.`,
    };
  if (isOffline) return { isNoted: true };
  if (record !== null) {
    const names = await migration.differing(target.to);
    if (names.length === 0) return { isNoted: true };
    return {
      isNoted: false,
      refusal: `records of ${names.join(', ')} are stored by another version, whose servers may run. Run \`tableloom migrate plan\`; where no server runs, \`tableloom deploy --offline\`.`,
    };
  }
  if (await migration.isEmpty()) return { isNoted: true };
  return {
    isNoted: false,
    hint: 'The tables do not say by which version their records are stored. `tableloom migrate run --from <the commit that is deployed>` brings them to this one; where no server runs, `tableloom deploy --offline` notes it.',
  };
}

/** Once the tables are as the plan says. */
export async function note(target: Target, isOffline: boolean): Promise<void> {
  const { migration } = await target.open();
  await migration.noteOther(target.to, { isOffline });
}
