/** `tableloom import`: from tables that others made to the project's own. */

import { setTimeout as sleep } from 'node:timers/promises';
import { importPhases } from 'tableloom/runtime';
import { writeAll } from '../files.js';
import { archive, isStopped, type Manifest } from '../import/archive.js';
import { cleanUp, cleanUpLines } from '../import/clean-up.js';
import { checkedMapping, type ImportVerbOptions, type OpenImport, withImport } from '../import/project.js';
import { accountLines, ProgressLine, reverseLines, verifyLines } from '../import/shown.js';
import { durationText } from '../migrate/shown.js';
import { Mistake } from '../mistakes.js';
import { countOf } from '../project/counts.js';
import { staged, terminal } from '../verbs.js';

export type { ImportVerbOptions };

type Verb<More = object> = ImportVerbOptions & More;

function opened(options: ImportVerbOptions, use: (open: OpenImport) => Promise<number>): Promise<number> {
  return staged(options, (stages) => withImport(options, stages, use), options.json ? 'json' : 'text');
}

function said(options: ImportVerbOptions, value: unknown, lines: () => readonly string[]): void {
  if (options.json) terminal.say(JSON.stringify(value, null, 2));
  else for (const line of lines()) terminal.say(line);
}

/** Writes nothing but, with `--out`, the mapping as a module for the legacy application. */
export function importCheckVerb(options: Verb<{ readonly out?: string }>): Promise<number> {
  return staged(options, async (stages) => {
    const { mapping, module } = await checkedMapping(options, stages);
    const { out } = options;
    if (out !== undefined) writeAll(new Map([[out, moduleOf(mapping)]]));
    said(options, mapping, () => [
      ...mapping.sources.map(
        ({ name, entity, table, fields }) => `${name}: ${table} becomes ${entity}, ${fields.length} fields`,
      ),
      ...(out === undefined
        ? []
        : [`${out} has the mapping${module === undefined ? '' : `; its transforms are in ${module}`}.`]),
    ]);
    return 0;
  });
}

function moduleOf(mapping: object): string {
  const text = JSON.stringify(mapping, null, 2);
  return `// Written by \`tableloom import check --out\`. Do not edit.\n\nimport type { ImportMapping } from 'tableloom/runtime';\n\nexport const mapping: ImportMapping = ${text};\n`;
}

export function importRunVerb(
  sources: readonly string[],
  options: Verb<{ readonly rate?: string; readonly concurrency?: string; readonly again?: boolean }>,
): Promise<number> {
  return opened(options, async ({ importer, signal }) => {
    const rate = countOf('--rate', options.rate, 1_000_000);
    const concurrency = countOf('--concurrency', options.concurrency, 64);
    const line = new ProgressLine('importing', options.json === true);
    const report = await importer.run({
      signal,
      again: options.again === true,
      onProgress: (progress) => line.show(progress),
      ...(sources.length > 0 && { sources }),
      ...(rate !== undefined && { rate }),
      ...(concurrency !== undefined && { concurrency }),
    });
    said(options, report, () => [
      ...accountLines(report.sources),
      `It took ${Math.round(report.readUnits)} read units and ${Math.round(report.writeUnits)} write units.`,
      ...(report.isComplete ? [] : ['Stopped. The same command resumes it.']),
    ]);
    return report.isComplete ? 0 : 1;
  });
}

export function importStatusVerb(
  sources: readonly string[],
  options: Verb<{ readonly rows?: boolean }>,
): Promise<number> {
  return opened(options, async ({ importer }) => {
    const names = sources.length > 0 ? sources : undefined;
    if (options.rows) {
      for await (const entry of importer.entries(names)) {
        const { source, key, outcome, code, reason, into } = entry;
        const where = into === undefined ? '' : ` (${into})`;
        terminal.say(
          options.json ? JSON.stringify(entry) : `${source} ${key}: ${outcome}, ${code}: ${reason}${where}`,
        );
      }
      return 0;
    }
    const status = await importer.status(names);
    said(options, status, () => [
      `phase ${status.phase}${status.isSettled ? '' : `, which not every process has seen (\`tableloom import phase ${status.phase}\` waits for that)`}; ${status.importedAt === null ? 'the import has not begun' : `the import began at ${status.importedAt}`}`,
      ...accountLines(status.sources),
    ]);
    return 0;
  });
}

export function importRetryVerb(
  sources: readonly string[],
  options: Verb<{ readonly code?: readonly string[] }>,
): Promise<number> {
  return opened(options, async ({ importer }) => {
    const report = await importer.retry({
      ...(sources.length > 0 && { sources }),
      ...(options.code && { codes: options.code }),
    });
    const { retried, migrated, merged, rejected, gone } = report;
    said(options, report, () => [
      `Of ${retried} rejected rows, ${migrated} are records now, ${merged} were merged, ${gone} are gone; ${rejected} stay rejected.`,
    ]);
    return rejected > 0 ? 1 : 0;
  });
}

export function importVerifyVerb(
  sources: readonly string[],
  options: Verb<{ readonly repair?: boolean; readonly every?: string; readonly rate?: string }>,
): Promise<number> {
  return opened(options, async ({ importer, signal }) => {
    const every = countOf('--every', options.every, 86_400);
    const rate = countOf('--rate', options.rate, 1_000_000);
    for (;;) {
      const line = new ProgressLine('verifying', options.json === true);
      const report = await importer.verify({
        signal,
        repair: options.repair === true,
        onProgress: (progress) => line.show(progress),
        ...(sources.length > 0 && { sources }),
        ...(rate !== undefined && { rate }),
      });
      said(options, report, () => verifyLines(report));
      const isRight = Object.values(report.counts).every((count) => count === 0);
      if (every === undefined || signal.aborted) return isRight && report.isComplete ? 0 : 1;
      await sleep(every * 1000, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return 0;
    }
  });
}

export function importPhaseVerb(phase: string, options: ImportVerbOptions): Promise<number> {
  return opened(options, async ({ importer, signal }) => {
    const wanted = importPhases.find((one) => one === phase);
    if (wanted === undefined)
      throw new Mistake(`There is no phase \`${phase}\`.`, `Choose one of ${importPhases.join(', ')}.`);
    const {
      phase: now,
      number,
      isSettled,
    } = await importer.enter(wanted, {
      signal,
      onWait: (waiting) =>
        terminal.progress(
          waiting > 0
            ? `${waiting} processes have not seen the change …`
            : `Waiting ${durationText(importer.settleMs / 1000)} for writes that have begun …`,
        ),
    });
    said(options, { phase: now, number, isSettled }, () => [
      isSettled
        ? `The phase is ${now}. Every process has seen it.`
        : `Stopped. The phase is ${now}, and not every process has seen it: the same command waits for that.`,
    ]);
    return isSettled ? 0 : 1;
  });
}

export function importReverseVerb(
  sources: readonly string[],
  options: Verb<{ readonly deleteRows?: boolean }>,
): Promise<number> {
  return opened(options, async ({ importer, signal }) => {
    const line = new ProgressLine('reversing', options.json === true);
    const report = await importer.reverse({
      signal,
      deleteRows: options.deleteRows === true,
      onProgress: (progress) => line.show(progress),
      ...(sources.length > 0 && { sources }),
    });
    said(options, report, () => reverseLines(report));
    return report.isComplete && report.findings.length === 0 ? 0 : 1;
  });
}

export function importArchiveVerb(
  options: Verb<{ readonly to: string; readonly hideSecrets?: boolean }>,
): Promise<number> {
  return opened(options, async ({ client, mapping, signal }) => {
    let manifest: Manifest;
    try {
      manifest = await archive(client, mapping, options.to, {
        hidesSecrets: options.hideSecrets === true,
        onRows: (source, rows) => terminal.progress(`archiving ${source}: ${rows} rows`),
        signal,
      });
    } catch (error) {
      if (!isStopped(signal, error)) throw error;
      said(options, { isComplete: false }, () => [
        'Stopped: there is no archive. The same command makes it from the beginning.',
      ]);
      return 1;
    }
    said(options, manifest, () => [
      ...manifest.tables.map(
        ({ file, rows, bytes, sha256 }) => `${file}: ${rows} rows, ${bytes} bytes, sha256 ${sha256}`,
      ),
      `${options.to} has the rows, and was read back.`,
    ]);
    return 0;
  });
}

/** Deletes the legacy tables: the one thing here that cannot be taken back. */
export function importCleanUpVerb(
  options: Verb<{ readonly archive: string; readonly yes?: boolean }>,
): Promise<number> {
  return opened(options, async (open) => {
    const report = await cleanUp(open, options.archive, options.yes === true);
    said(options, report, () => cleanUpLines(report, options.archive));
    return report.isComplete ? 0 : 1;
  });
}
