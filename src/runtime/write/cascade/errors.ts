import { TableloomError } from '../../errors.js';

export function cascadeUnfinished(entity: string, deleted: number, cause?: unknown): TableloomError {
  return new TableloomError(
    'CASCADE_UNFINISHED',
    `More goes with ${entity} than one call deletes: ${deleted} records are deleted. Repeat the call to resume.`,
    { entity, deleted },
    cause,
  );
}

/** What belongs to the record does not fit in one transaction with it. */
export function cascadeTooLarge(entity: string): TableloomError {
  return new TableloomError(
    'TRANSACTION_TOO_LARGE',
    `More belongs to this ${entity} than one transaction deletes (100 items). ` +
      'Delete it with `cascade`, in a call of its own: it takes several transactions.',
    { entity, limit: 100 },
  );
}
