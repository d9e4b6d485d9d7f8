/** Deletes the legacy tables, once their rows are records and an archive has them as they are. */

import { DeleteTableCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { resolveTableName } from 'tableloom/runtime';
import { nameOf } from '../../runtime/errors.js';
import { Mistake } from '../mistakes.js';
import { isChanged, isStopped, type Manifest, manifestOf, readBack, reasonOf } from './archive.js';
import type { OpenImport } from './project.js';

export interface CleanUpReport {
  /** False where Ctrl-C ended it. */
  readonly isComplete: boolean;
  readonly deleted: readonly string[];
  /** Tables that were not there any more: an earlier clean-up was ended after them. */
  readonly gone: readonly string[];
  /** Tables that are still there. */
  readonly left: readonly string[];
  /** The archive has digests in the place of secret values. */
  readonly hidesSecrets: boolean;
}

type Project = Pick<OpenImport, 'client' | 'importer' | 'mapping' | 'tables' | 'signal'>;

const withDigests = ', with digests in the place of secret values';

/** Deletes nothing unless every table may be deleted; throws a Mistake otherwise. */
export async function cleanUp(project: Project, folder: string, isSure: boolean): Promise<CleanUpReport> {
  const { client, signal } = project;
  await requireImported(project);
  const manifest = manifestOf(folder);
  const { hidesSecrets } = manifest;
  requireSameTables(project, folder, manifest);
  const names = [...new Set(manifest.tables.map(({ table }) => table))];
  const deleted: string[] = [];
  const gone: string[] = [];
  try {
    await readBack(folder, manifest, signal);
    for (const name of names) if (await isGone(client, name, signal)) gone.push(name);
    await requireUnchanged(project, manifest, gone);
  } catch (error) {
    if (!isStopped(signal, error)) throw error;
  }
  const present = names.filter((name) => !gone.includes(name));
  if (!isSure && !signal.aborted && present.length > 0)
    throw new Mistake(
      `This deletes ${present.join(', ')}${hidesSecrets ? `. ${folder} has their rows${withDigests}` : ''}.`,
      'Pass `--yes` if that is what you want.',
    );
  for (const name of present) {
    if (signal.aborted) break;
    await remove(client, name, deleted);
    deleted.push(name);
  }
  const left = present.filter((name) => !deleted.includes(name));
  return { isComplete: left.length === 0, deleted, gone, left, hidesSecrets };
}

async function requireImported({ importer }: Project): Promise<void> {
  const { phase, isSettled, sources } = await importer.status();
  if (phase !== 'new' || !isSettled)
    throw new Mistake(
      phase === 'new'
        ? 'Not every process has seen the change to the phase new: the tables may still be in use.'
        : `The phase is ${phase}: the tables are still in use.`,
      'Run `tableloom import phase new` first.',
    );
  const open = sources.filter(({ isComplete }) => !isComplete).map(({ source }) => source);
  if (open.length > 0)
    throw new Mistake(
      `Not all rows of ${open.join(', ')} were imported.`,
      'Go back with `tableloom import phase dual`, and run `tableloom import run` and `tableloom import verify`.',
    );
}

/** An archive of a former mapping, or of other variables, has other tables. */
function requireSameTables(
  { mapping: { sources }, tables }: Project,
  folder: string,
  manifest: Manifest,
): void {
  const named = sources.map(({ table }) => resolveTableName(table, process.env));
  const archived = manifest.tables.map(({ table }) => table);
  const lacking = named.filter((name) => !archived.includes(name));
  if (lacking.length > 0)
    throw new Mistake(
      `${folder} does not have the rows of ${lacking.join(', ')}, which the mapping names.`,
      'Archive the tables again, or correct the variables in their names.',
    );
  const additional = archived.filter((name) => !named.includes(name));
  if (additional.length > 0)
    throw new Mistake(
      `${folder} has the rows of ${additional.join(', ')}, which no source of the mapping names.`,
      'Archive the tables again, or correct the variables in their names.',
    );
  const own = named.filter((name) => Object.values(tables).includes(name));
  if (own.length > 0)
    throw new Mistake(
      `${own.join(', ')} is a table of the project itself.`,
      'Correct the `table` of its source in the mapping file, or the variables in it.',
    );
}

async function requireUnchanged(
  { client, signal }: Project,
  { tables, createdAt }: Manifest,
  gone: readonly string[],
): Promise<void> {
  const changed: string[] = [];
  for (const archived of tables) {
    if (gone.includes(archived.table)) continue;
    if (await isChanged(client, archived, signal)) changed.push(archived.table);
  }
  if (changed.length > 0)
    throw new Mistake(
      `${changed.join(', ')} changed since ${createdAt}, when the archive was made.`,
      'Archive again once nothing writes the tables any more.',
    );
}

async function isGone(client: DynamoDBClient, TableName: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }), { abortSignal: signal });
    return Table?.TableStatus === 'DELETING';
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return true;
    if (isStopped(signal, error)) throw error;
    throw new Mistake(`${TableName} cannot be read: ${reasonOf(error)}`, 'Run the same command again.');
  }
}

async function remove(client: DynamoDBClient, TableName: string, before: readonly string[]): Promise<void> {
  try {
    await client.send(new DeleteTableCommand({ TableName }));
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return;
    const done = before.length === 0 ? '' : ` Deleted before it: ${before.join(', ')}.`;
    throw new Mistake(
      `${TableName} cannot be deleted: ${reasonOf(error)}${done}`,
      'Run the same command again once it can be: it resumes there.',
    );
  }
}

export function cleanUpLines(
  { deleted, gone, left, hidesSecrets }: CleanUpReport,
  folder: string,
): readonly string[] {
  const lines: string[] = [];
  if (gone.length > 0) lines.push(`${gone.join(', ')} ${gone.length > 1 ? 'were' : 'was'} gone already.`);
  if (deleted.length > 0) {
    const [were, their] = deleted.length > 1 ? ['were', 'their'] : ['was', 'its'];
    lines.push(
      `${deleted.join(', ')} ${were} deleted. ${folder} has ${their} rows${hidesSecrets ? withDigests : ''}.`,
    );
  }
  if (left.length > 0)
    lines.push(
      `Stopped: ${left.join(', ')} ${left.length > 1 ? 'are' : 'is'} still there. The same command resumes it.`,
    );
  return lines;
}
