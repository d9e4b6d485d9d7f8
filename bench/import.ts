/** A million rows of five legacy tables, imported under live traffic on DynamoDB Local, the process killed fifty times. */
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { createTables, resolveTableNames } from 'tableloom/runtime';
import { tables } from '../generated/index.js';
import { startDynamoDBLocal } from '../scripts/dynamodb-local.js';
import { type HarnessOptions, importKilled, openWorld, runHarness } from '../test/support/import/harness.js';
import { Traffic } from '../test/support/import/traffic.js';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** Items of the raw load: as many say how fast it is. */
const mostRaw = 60_000;
const callers = 4;
/** Units a second of the import that is held to a rate, and its rows. */
const rate = 1000;
const pacedRows = 10_000;
const pauseMs = 100;

/** `TABLELOOM_ROWS` and `TABLELOOM_KILLS` say how many, if not a million and fifty. */
export async function importReport(quick: boolean): Promise<string[]> {
  const rows = Number(process.env.TABLELOOM_ROWS ?? (quick ? 20_000 : 1_000_000));
  const kills = Number(process.env.TABLELOOM_KILLS ?? (quick ? 5 : 50));
  const engine = await startDynamoDBLocal({ inMemory: true });
  const note = (text: string) => process.stderr.write(`${text}\n`);
  try {
    const config = { endpoint: engine.endpoint, region: 'local', credentials };
    const base = { config, callers, seed: 16, pauseMs, note };
    // Without traffic and without kills, and the same items by BatchWriteItem alone.
    const plainRows = Math.min(rows, 50_000);
    const plain = await plainImport({ ...base, name: 'plain', rows: plainRows, kills: 0 });
    const quiet = await readsAlone({ ...base, name: 'alone', rows: plainRows, kills: 0 });
    const pacedCount = Math.min(rows, pacedRows);
    const paced = await runHarness({ ...base, name: 'paced', rows: pacedCount, kills: 0, rate });
    const live = await runHarness({ ...base, name: 'live', rows, kills });
    const { comparison, verified } = live;
    const found = Object.entries(verified.counts).map(([kind, count]) => `${kind} ${count}`);
    const cells = [
      ['rows, at the end', comparison.rows],
      [
        'migrated / merged / rejected',
        `${comparison.migrated} / ${comparison.merged} / ${comparison.rejected}`,
      ],
      ['killed', `${live.kills} times`],
      [
        'lost / doubled / stale, against the oracle',
        `${comparison.lost.length} / ${comparison.doubled.length} / ${comparison.stale.length}`,
      ],
      ['items with a clear token', comparison.clear],
      ['found by `verify --repair` after the traffic', found.join(', ')],
      ['found by `verify` after that', Object.values(live.again.counts).reduce((sum, one) => sum + one, 0)],
      ['rows a second, under traffic, with kills and starts', Math.round(rows / live.seconds)],
      [`rows a second, ${plainRows} rows, nobody else`, Math.round(plain.perSecond)],
      ['rows a second, raw BatchWriteItem of the same items', Math.round(plain.rawPerSecond)],
      ['items of a row', plain.itemsPerRow.toFixed(2)],
      ['live calls', live.calls],
      [
        'reads, p50 / p99, during the import',
        `${quantile(live.reads, 0.5)} / ${quantile(live.reads, 0.99)} ms`,
      ],
      [
        `reads, p50 / p99, during an import of ${pacedCount} rows with \`--rate ${rate}\` (${Math.round(pacedCount / paced.seconds)} rows a second)`,
        `${quantile(paced.reads, 0.5)} / ${quantile(paced.reads, 0.99)} ms`,
      ],
      ['reads, p50 / p99, the same traffic alone', `${quantile(quiet, 0.5)} / ${quantile(quiet, 0.99)} ms`],
    ];
    for (const one of [...comparison.lost, ...comparison.doubled, ...comparison.stale].slice(0, 20))
      note(one);
    return [
      `${rows} rows on DynamoDB Local in memory; ${callers} callers of a bridge, ${pauseMs} ms between two calls of one. The process that imports, the callers and DynamoDB Local share the machine.`,
      '',
      '| what | figure |',
      '|---|---|',
      ...cells.map((row) => `| ${row.join(' | ')} |`),
      '',
    ];
  } finally {
    await engine.stop();
  }
}

function quantile(values: readonly number[], at: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN).toFixed(1);
}

/** The import in a process of its own, and the load of its items by BatchWriteItem. */
async function plainImport(options: HarnessOptions) {
  const world = await openWorld(options);
  await world.importer.enter('dual');
  const { milliseconds } = await importKilled(world, options, 0);
  const perSecond = options.rows / (milliseconds / 1000);
  const items = await itemsOf(world.client, world.entities);
  const itemsPerRow = items.count / options.rows;
  const names = resolveTableNames(tables, { TABLE_PREFIX: 'raw' });
  await createTables(world.client, tables, names);
  const seconds = await load(world.client, names['entities'] ?? '', items.sample);
  world.client.destroy();
  return { perSecond, itemsPerRow, rawPerSecond: items.sample.length / seconds / itemsPerRow };
}

async function itemsOf(client: DynamoDBClient, TableName: string) {
  const sample: WriteRequest[] = [];
  let count = 0;
  let after: Record<string, NonNullable<WriteRequest['PutRequest']>['Item']> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName, ...(after && { ExclusiveStartKey: after as never }) }),
    );
    for (const Item of page.Items ?? []) {
      if (Item['PK']?.S?.startsWith('_IMPORT')) continue;
      count += 1;
      if (sample.length < mostRaw) sample.push({ PutRequest: { Item } });
    }
    after = page.LastEvaluatedKey as never;
  } while (after !== undefined);
  return { sample, count };
}

/** Seconds that it takes, 25 items to a request and eight requests at a time. */
async function load(client: DynamoDBClient, table: string, items: readonly WriteRequest[]): Promise<number> {
  const began = performance.now();
  let at = 0;
  const worker = async () => {
    while (at < items.length) {
      const requests = items.slice(at, at + 25);
      at += 25;
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return (performance.now() - began) / 1000;
}

/** The traffic of a legacy application for twenty seconds, while nobody imports. */
async function readsAlone(options: HarnessOptions): Promise<readonly number[]> {
  const world = await openWorld(options);
  await world.importer.enter('dual');
  const traffic = new Traffic(world.importer.bridge(), { ...options, pauseMs });
  const stop = traffic.start(callers);
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await stop();
  world.client.destroy();
  return traffic.reads;
}
