/**
 * Every code of a diagnostic, as a row with what docs/diagnostics.md says of it. A code that has no row does not compile.
 *
 * To add a diagnostic, add its row, report it (`check/rules/` has the checks), and add its fixture, a folder of the
 * code's name under test/fixtures/errors or test/fixtures/warnings. `UPDATE=1 npx vitest run
 * test/generator/errors.test.ts` writes what is expected, and `npm run reference` the documentation.
 */

import { accessCodes } from './codes/access.js';
import { commandCodes } from './codes/commands.js';
import { entityCodes, historyCodes, referenceCodes } from './codes/entities.js';
import { eventCodes } from './codes/events.js';
import { importCodes } from './codes/imports.js';
import { indexCodes, keyCodes, lockCodes, storedCodes } from './codes/keys.js';
import { coverageCodes, mutationCodes, ruleCodes } from './codes/mutations.js';
import { nameCodes } from './codes/names.js';
import { argumentCodes, choiceCodes, patternCodes } from './codes/patterns.js';
import { readingCodes, sdlCodes } from './codes/reading.js';
import type { CodeRow, CodeRows } from './codes/row.js';
import { tableCodes } from './codes/tables.js';

const rows = {
  ...readingCodes,
  ...sdlCodes,
  ...nameCodes,
  ...tableCodes,
  ...entityCodes,
  ...referenceCodes,
  ...historyCodes,
  ...keyCodes,
  ...indexCodes,
  ...lockCodes,
  ...storedCodes,
  ...patternCodes,
  ...argumentCodes,
  ...choiceCodes,
  ...mutationCodes,
  ...eventCodes,
  ...ruleCodes,
  ...accessCodes,
  ...coverageCodes,
  ...commandCodes,
  ...importCodes,
} as const satisfies CodeRows;

export type Code = keyof typeof rows;

export const codes: Readonly<Record<Code, CodeRow>> = rows;

/** The sections of docs/diagnostics.md. */
export const codeSections: readonly {
  readonly heading: string;
  readonly intro?: string;
  readonly rows: CodeRows;
}[] = [
  { heading: 'Reading `access-patterns.yaml`', rows: readingCodes },
  { heading: 'Reading the SDL', rows: sdlCodes },
  { heading: 'Names', rows: nameCodes },
  { heading: 'Tables', rows: tableCodes },
  { heading: 'Entities', rows: entityCodes },
  { heading: 'References', rows: referenceCodes },
  { heading: 'Histories', rows: historyCodes },
  { heading: 'Keys', rows: keyCodes },
  { heading: 'Indexes', rows: indexCodes },
  {
    heading: 'The lock',
    intro:
      '`access-patterns.lock.json` records the keys chosen so far. Commit it. Only `generate` writes it.',
    rows: lockCodes,
  },
  {
    heading: 'Stored records',
    intro:
      'What records stored before need after a change. `generate` warns; once the lock is sealed, `check` fails until it is dealt with. See [evolving.md](evolving.md).',
    rows: storedCodes,
  },
  { heading: 'Patterns', rows: patternCodes },
  { heading: 'Arguments', rows: argumentCodes },
  {
    heading: 'Choices',
    intro: 'Warnings: the declaration works, but may not be intended.',
    rows: choiceCodes,
  },
  { heading: 'Mutations', rows: mutationCodes },
  { heading: 'Events and subscriptions', rows: eventCodes },
  { heading: 'Rules', rows: ruleCodes },
  { heading: 'Access', rows: accessCodes },
  { heading: 'Coverage', rows: coverageCodes },
  {
    heading: 'Commands',
    intro: 'Reported by `tableloom check`, `explain` and `init` in addition to the codes above.',
    rows: commandCodes,
  },
  {
    heading: 'Importing',
    intro:
      'Reported by `tableloom import` before it reads or writes anything. See [importing.md](importing.md).',
    rows: importCodes,
  },
];
