/** How the verbs of `tableloom import` show progress and accounts. */

import type {
  ImportFinding,
  ImportProgress,
  ImportVerifyReport,
  ReverseReport,
  SourceAccount,
} from 'tableloom/runtime';
import { showLine, Ticks } from '../progress.js';
import { terminal } from '../verbs.js';

/** On a terminal one line that changes; else a line every ten seconds, with `--json` as JSON. */
export class ProgressLine {
  readonly #isJson: boolean;
  readonly #verb: string;
  readonly #ticks = new Ticks();

  constructor(verb: string, isJson: boolean) {
    this.#verb = verb;
    this.#isJson = isJson;
  }

  show(progress: ImportProgress): void {
    const { source, rows, of, perSecond, concurrency } = progress;
    const left = perSecond > 0 && of > rows ? Math.round((of - rows) / perSecond) : 0;
    const isDue = this.#ticks.isDue();
    if (this.#isJson) {
      if (isDue) terminal.note(JSON.stringify({ progress: { ...progress, secondsLeft: left } }));
      return;
    }
    const share = of > 0 ? ` of ${of} (${Math.min(100, Math.floor((rows / of) * 100))} %)` : '';
    const eta = left > 0 ? `, ${duration(left)} left` : '';
    const line = `${this.#verb} ${source}: ${rows}${share} rows, ${Math.round(perSecond)} a second, ${concurrency} at a time${eta}`;
    showLine(line, isDue);
  }
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

/** A table with a line for each source. */
export function accountLines(accounts: readonly SourceAccount[]): string[] {
  const head = ['source', 'entity', 'rows', 'migrated', 'merged', 'rejected', ''];
  const rows = accounts.map(
    ({ source, entity, rows: count, migrated, merged, rejected, codes, isComplete }) => [
      source,
      entity,
      String(count),
      String(migrated),
      String(merged),
      String(rejected),
      [
        ...Object.entries(codes).map(([code, many]) => `${code} ${many}`),
        ...(isComplete ? [] : ['not complete']),
      ].join(', '),
    ],
  );
  return aligned([head, ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at >= 2 && at <= 5 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

export function findingLine({ kind, source, key, fields, isRepaired }: ImportFinding): string {
  const what = fields.length === 0 ? '' : `: ${fields.join(', ')}`;
  return `${source} ${key}: ${kind}${what}${isRepaired ? ' (repaired)' : ''}`;
}

export function verifyLines({ findings, counts, sources, expired }: ImportVerifyReport): string[] {
  const found = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const kinds = Object.entries(counts).flatMap(([kind, many]) => (many === 0 ? [] : [`${many} ${kind}`]));
  return [
    ...findings.map(findingLine),
    ...(found > findings.length ? [`… and ${found - findings.length} more`] : []),
    ...accountLines(sources),
    ...(expired > 0 ? [`${expired} records have expired since, and are gone.`] : []),
    found === 0
      ? 'Every row is accounted for, and every record is what its row becomes.'
      : `${kinds.join(', ')}.`,
  ];
}

const reverseKinds = {
  left: 'a row cannot say all of the record',
  'without-record': 'the row has no record any more',
};

export function reverseLines(report: ReverseReport): string[] {
  const { isComplete, findings, written, deleted, withoutRecord, left } = report;
  const more = withoutRecord + left - findings.length;
  return [
    ...findings.map(({ kind, source, key }) => `${source} ${key}: ${reverseKinds[kind]}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
    `${written} rows were written, ${deleted} deleted. ${withoutRecord} rows have no record any more; ${left} records cannot become rows, or not in full.`,
    ...(isComplete ? [] : ['Stopped. The same command looks at all of them again.']),
  ];
}
