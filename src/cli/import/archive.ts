/** Keeps the rows of sources in files that DynamoDB's import from S3 takes, and reads them back. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { ImportMapping } from 'tableloom/runtime';
import { resolveTableName } from 'tableloom/runtime';
import { nameOf } from '../../runtime/errors.js';
import { writeAll } from '../files.js';
import { Mistake } from '../mistakes.js';

type SourceMapping = ImportMapping['sources'][number];

export interface ArchivedTable {
  readonly source: string;
  readonly table: string;
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of the file. */
  readonly sha256: string;
  /** Of the rows in any order, as they are in the table. */
  readonly digest: string;
}

export interface Manifest {
  readonly version: 1;
  readonly format: 'DYNAMODB_JSON';
  readonly compression: 'GZIP';
  readonly createdAt: string;
  /** Values of secret attributes are replaced by digests. */
  readonly hidesSecrets: boolean;
  readonly tables: readonly ArchivedTable[];
}

const manifestFile = 'manifest.json';

type Wire = Record<string, AttributeValue>;

/** A sum of the hashes of lines: the same in whatever order they are read. */
class Digest {
  #sum = 0n;

  add(line: string): void {
    this.#sum = (this.#sum + createHash('sha256').update(line).digest().readBigUInt64BE(0)) % 2n ** 64n;
  }

  get text(): string {
    return this.#sum.toString(16).padStart(16, '0');
  }
}

interface ArchiveOptions {
  readonly hidesSecrets: boolean;
  /** Called with how many rows a source has so far. */
  readonly onRows: (source: string, rows: number) => void;
  /** Aborting it ends the archive with an AbortError: what was written so far is no archive, and is replaced by the next one. */
  readonly signal: AbortSignal;
}

export async function archive(
  client: DynamoDBClient,
  { sources }: ImportMapping,
  folder: string,
  options: ArchiveOptions,
): Promise<Manifest> {
  const { hidesSecrets, signal } = options;
  if (existsSync(join(folder, manifestFile)))
    throw new Mistake(`${folder} has an archive already.`, 'Name another folder with `--to`.');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notWritten(folder, error);
  }
  const tables: ArchivedTable[] = [];
  for (const source of sources) tables.push(await archiveOne(client, source, folder, options));
  const manifest: Manifest = {
    version: 1,
    format: 'DYNAMODB_JSON',
    compression: 'GZIP',
    createdAt: new Date().toISOString(),
    hidesSecrets,
    tables,
  };
  await readBack(folder, manifest, signal);
  writeAll(new Map([[join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`]]));
  return manifest;
}

async function archiveOne(
  client: DynamoDBClient,
  source: SourceMapping,
  folder: string,
  { hidesSecrets, onRows, signal }: ArchiveOptions,
): Promise<ArchivedTable> {
  const table = resolveTableName(source.table, process.env);
  const file = `${source.name}.ndjson.gz`;
  const digest = new Digest();
  let rows = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const item of itemsOf(client, { source: source.name, table }, signal)) {
      digest.add(lineOf(item));
      rows += 1;
      if (rows % 1000 === 0) onRows(source.name, rows);
      yield `${lineOf(hidesSecrets ? hidden(item, source.secret) : item)}\n`;
    }
  }
  const written = createHash('sha256');
  let bytes = 0;
  const part = join(folder, `${file}.part`);
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      written.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const handle = await newFile(part);
  try {
    // The tables may be deleted next: what was written has to be on the disk by then.
    const to = handle.createWriteStream({ flush: true });
    await pipeline(Readable.from(lines()), createGzip(), counted, to, { signal });
    renameSync(part, join(folder, file));
  } catch (error) {
    rmSync(part, { force: true });
    throw notWritten(join(folder, file), error);
  }
  return {
    source: source.name,
    table,
    file,
    rows,
    bytes,
    sha256: written.digest('hex'),
    digest: digest.text,
  };
}

/** An empty file in the place of any: an archive that was killed left one, or others made one that they can read. */
async function newFile(path: string): Promise<FileHandle> {
  try {
    rmSync(path, { force: true });
    // Tokens are among the rows: nobody else reads them.
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw notWritten(path, error);
  }
}

function isOfFiles(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

/** What the file system refused, as a Mistake; anything else as it was. */
function notWritten(path: string, error: unknown): unknown {
  if (!isOfFiles(error)) return error;
  return new Mistake(
    `${path} cannot be written: ${error.message}`,
    'Run the same command again once it can be, or name another folder with `--to`.',
  );
}

async function* itemsOf(
  client: DynamoDBClient,
  { source, table }: Pick<ArchivedTable, 'source' | 'table'>,
  signal: AbortSignal,
): AsyncGenerator<Wire> {
  let after: Wire | undefined;
  do {
    signal.throwIfAborted();
    const page = new ScanCommand({
      TableName: table,
      ConsistentRead: true,
      ...(after && { ExclusiveStartKey: after }),
    });
    const { Items = [], LastEvaluatedKey } = await client
      .send(page, { abortSignal: signal })
      .catch((error: unknown) => {
        throw unreadable(source, table, signal, error);
      });
    yield* Items;
    after = LastEvaluatedKey;
  } while (after !== undefined);
}

function unreadable(source: string, table: string, signal: AbortSignal, error: unknown): unknown {
  if (isStopped(signal, error)) return error;
  if (nameOf(error) === 'ResourceNotFoundException')
    return new Mistake(
      `There is no table ${table}, which the source ${source} names.`,
      'Correct its `table` in the mapping file, or the variables in it.',
    );
  return new Mistake(
    `${table} cannot be read: ${reasonOf(error)}`,
    'Run the same command again once it can be.',
  );
}

/** Why DynamoDB refused, or could not be reached. */
export function reasonOf(error: unknown): string {
  // Of a refused connection, Node's error has no message of its own.
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error ? first.message || first.name : String(first);
}

export function isStopped(signal: AbortSignal, error: unknown): boolean {
  return signal.aborted && nameOf(error) === 'AbortError';
}

/** The row as text. DynamoDB has no order of attributes, of the entries of maps, nor of the values of sets. */
function lineOf(item: Wire): string {
  return JSON.stringify({ Item: item }, ordered);
}

function ordered(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return name === 'L' ? value : value.map(textOfMember).sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function textOfMember(member: unknown): string {
  return member instanceof Uint8Array ? Buffer.from(member).toString('base64') : String(member);
}

function hidden(item: Wire, secret: readonly string[]): Wire {
  const values = secret.flatMap((name) => {
    const value = item[name];
    if (value === undefined) return [];
    const digest = createHash('sha256').update(JSON.stringify(value)).digest('hex');
    return [[name, { S: `sha256:${digest}` }] as const];
  });
  return { ...item, ...Object.fromEntries(values) };
}

/** Throws a Mistake where a file is not as the manifest says. */
export async function readBack(folder: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
  for (const { file, rows, sha256, digest } of manifest.tables) {
    const path = join(folder, file);
    if (!existsSync(path)) throw new Mistake(`The archive lacks ${file}.`, 'Archive the tables again.');
    const found = await contentOf(path, signal);
    const isSame =
      found !== undefined &&
      found.sha256 === sha256 &&
      found.rows === rows &&
      (manifest.hidesSecrets || found.digest === digest);
    if (!isSame)
      throw new Mistake(
        `${path} is not what the manifest says: it was changed, or is damaged.`,
        'Archive the tables again.',
      );
  }
}

/** Undefined where the file is damaged. */
async function contentOf(
  path: string,
  signal: AbortSignal,
): Promise<Pick<ArchivedTable, 'rows' | 'sha256' | 'digest'> | undefined> {
  const read = createHash('sha256');
  const digest = new Digest();
  let rows = 0;
  let rest = '';
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read.update(chunk);
      done(null, chunk);
    },
  });
  // `readline` would end lines at U+2028 and U+2029 as well, which texts of rows may have.
  const countLines = async (text: AsyncIterable<string>) => {
    for await (const chunk of text) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) digest.add(line);
      rows += lines.length;
    }
  };
  try {
    const unzipped = createGunzip().setEncoding('utf8');
    await pipeline(createReadStream(path), hashed, unzipped, countLines, { signal });
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^Z_/.test(String(error.code))) return undefined;
    throw isOfFiles(error)
      ? new Mistake(`${path} cannot be read: ${error.message}`, 'Run the same command again once it can be.')
      : error;
  }
  return rest === '' ? { rows, sha256: read.digest('hex'), digest: digest.text } : undefined;
}

export function manifestOf(folder: string): Manifest {
  const path = join(folder, manifestFile);
  if (!existsSync(path))
    throw new Mistake(`${folder} has no ${manifestFile}.`, 'Run `tableloom import archive` first.');
  const manifest = parsed(readFileSync(path, 'utf8'));
  if (manifest === undefined)
    throw new Mistake(`${path} is not the manifest of an archive.`, 'Archive the tables again.');
  return manifest;
}

function parsed(text: string): Manifest | undefined {
  try {
    const found = JSON.parse(text) as Partial<Manifest> | null;
    return found?.version === 1 && Array.isArray(found.tables) ? (found as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the rows of a table are not those of the archive any more. */
export async function isChanged(
  client: DynamoDBClient,
  archived: ArchivedTable,
  signal: AbortSignal,
): Promise<boolean> {
  const now = new Digest();
  let count = 0;
  for await (const item of itemsOf(client, archived, signal)) {
    now.add(lineOf(item));
    count += 1;
  }
  return count !== archived.rows || now.text !== archived.digest;
}
