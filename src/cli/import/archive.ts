/** Keeps the rows of sources in files that DynamoDB's import from S3 takes, and reads them back. */

import { createHash, type Hash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { ImportMapping } from 'tableloom/runtime';
import { resolveTableName } from 'tableloom/runtime';
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

/** @param rows called with how many rows a source has so far */
export async function archive(
  client: DynamoDBClient,
  { sources }: ImportMapping,
  folder: string,
  {
    hidesSecrets,
    onRows,
  }: { readonly hidesSecrets: boolean; readonly onRows: (source: string, rows: number) => void },
): Promise<Manifest> {
  if (existsSync(join(folder, manifestFile)))
    throw new Mistake(`${folder} has an archive already.`, 'Name another folder with `--to`.');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tables: ArchivedTable[] = [];
  for (const source of sources) tables.push(await archiveOne(client, source, folder, hidesSecrets, onRows));
  const manifest: Manifest = {
    version: 1,
    format: 'DYNAMODB_JSON',
    compression: 'GZIP',
    createdAt: new Date().toISOString(),
    hidesSecrets,
    tables,
  };
  await readBack(folder, manifest);
  writeAll(new Map([[join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`]]));
  return manifest;
}

async function archiveOne(
  client: DynamoDBClient,
  source: SourceMapping,
  folder: string,
  hidesSecrets: boolean,
  onRows: (source: string, rows: number) => void,
): Promise<ArchivedTable> {
  const table = resolveTableName(source.table, process.env);
  const file = `${source.name}.ndjson.gz`;
  const digest = new Digest();
  let rows = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const item of itemsOf(client, table)) {
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
  // Tokens are among the rows: nobody else reads them.
  await pipeline(Readable.from(lines()), createGzip(), counted, createWriteStream(part, { mode: 0o600 }));
  renameSync(part, join(folder, file));
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

async function* itemsOf(client: DynamoDBClient, TableName: string): AsyncGenerator<Wire> {
  let after: Wire | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, ...(after && { ExclusiveStartKey: after }) }),
    );
    yield* Items;
    after = LastEvaluatedKey;
  } while (after !== undefined);
}

function lineOf(item: Wire): string {
  const bytes = (_name: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  const sorted = Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ Item: sorted }, bytes);
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
export async function readBack(folder: string, manifest: Manifest): Promise<void> {
  for (const { file, rows, sha256, digest } of manifest.tables) {
    const path = join(folder, file);
    if (!existsSync(path)) throw new Mistake(`The archive lacks ${file}.`, 'Archive the tables again.');
    const read = createHash('sha256');
    const found = await linesOf(path, read);
    const isSame =
      read.digest('hex') === sha256 &&
      found.rows === rows &&
      (manifest.hidesSecrets || found.digest === digest);
    if (!isSame)
      throw new Mistake(
        `${path} is not what the manifest says: it was changed, or is damaged.`,
        'Archive the tables again.',
      );
  }
}

async function linesOf(
  path: string,
  read: Hash,
): Promise<{ readonly rows: number; readonly digest: string }> {
  const digest = new Digest();
  let rows = 0;
  const file = createReadStream(path);
  file.on('data', (chunk) => read.update(chunk));
  const text = file.pipe(createGunzip());
  for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
    digest.add(line);
    rows += 1;
  }
  return { rows, digest: digest.text };
}

export function manifestOf(folder: string): Manifest {
  const path = join(folder, manifestFile);
  if (!existsSync(path))
    throw new Mistake(`${folder} has no ${manifestFile}.`, 'Run `tableloom import archive` first.');
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** The tables whose rows are not those of the archive any more. */
export async function changedSince(client: DynamoDBClient, { tables }: Manifest): Promise<string[]> {
  const changed: string[] = [];
  for (const { table, rows, digest } of tables) {
    const now = new Digest();
    let count = 0;
    for await (const item of itemsOf(client, table)) {
      now.add(lineOf(item));
      count += 1;
    }
    if (count !== rows || now.text !== digest) changed.push(table);
  }
  return changed;
}
