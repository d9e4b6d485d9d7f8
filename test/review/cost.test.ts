/** What a review makes of declared sizes, rates and prices. */

import { describe, expect, test } from 'vitest';
import { costOfChange } from '../../src/review/cost/cost.js';
import type { CostReport } from '../../src/review/report.js';
import { revisionOf } from '../../src/review/revision.js';
import { storageFindings } from '../../src/review/storage/storage.js';
import { engineKind } from '../support/engines.js';
import { openProject } from '../support/running.js';
import { written } from '../support/written.js';
import { fillerOf } from './support/filled.js';

const sdl = `
type Query {
  ticket(id: ID!): Ticket
  newest(first: Int, after: String): TicketConnection!
  byState(state: State!, first: Int, after: String): TicketConnection!
}
type Mutation { addTicket(input: NewTicket!): Ticket! }
input NewTicket { id: ID! state: State! text: String! }
enum State { OPEN CLOSED }
type Ticket { id: ID! state: State! text: String! }
type TicketConnection { edges: [TicketEdge!]! nodes: [Ticket!]! pageInfo: PageInfo! }
type TicketEdge { cursor: String! node: Ticket! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

interface Declared {
  readonly shards?: number;
  readonly isByState?: boolean;
  readonly entry?: string;
  readonly more?: string;
}

function yamlOf({ shards, isByState = true, entry = '', more = '' }: Declared): string {
  return `version: 1
tables:
  tickets: { name: tickets, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] } }
entities:
  Ticket: { table: tickets }
patterns:
  ticket: { one: Ticket, for: Query.ticket, where: { id: $id } }
  newest: { many: Ticket, for: Query.newest, sort: -id, index: GSI1${shards ? `, shards: ${shards}` : ''} }
${isByState ? `  byState: { many: Ticket, for: Query.byState, where: { state: $state }, sort: id, index: GSI2${entry} }\n` : ''}mutations:
  addTicket: { create: Ticket, for: Mutation.addTicket, from: $input }
${more}`;
}

const withoutByState = sdl.replace(/ {2}byState.*\n/, '');

async function open(declared: Declared, lock?: string) {
  const made = await written(yamlOf(declared), declared.isByState === false ? withoutByState : sdl, lock);
  return { made, revision: revisionOf('', made.run, new Map()) };
}

async function report(before: Declared, after = before): Promise<CostReport> {
  const [was, is] = [await open(before), await open(after)];
  return costOfChange({ before: was.revision, after: is.revision }).report;
}

describe('a month', () => {
  const rates = 'rates: { ticket: 10, addTicket: 2 }\n';

  test('is 730 hours of average rates at the prices of us-east-1', async () => {
    const { monthly, prices, currency } = await report({ more: rates });
    expect({ prices, currency }).toEqual({ prices: 'us-east-1, November 2024', currency: 'USD' });
    const seconds = 730 * 3600;
    // Half a unit a read, three units a write: the table and two indexes.
    expect(monthly.after?.reads).toBeCloseTo(((10 * 0.5 * seconds) / 1e6) * 0.125);
    expect(monthly.after?.writes).toBeCloseTo(((2 * 3 * seconds) / 1e6) * 0.625);
    expect(monthly.after?.storage).toBe(0);
  });

  test('takes other prices', async () => {
    const more = `${rates}review: { prices: { region: eu-central-1, currency: EUR, readMillion: 1 } }\n`;
    const { monthly, prices, currency } = await report({ more });
    expect({ prices, currency }).toEqual({ prices: 'eu-central-1', currency: 'EUR' });
    expect(monthly.after?.reads).toBeCloseTo((10 * 0.5 * 730 * 3600) / 1e6);
  });

  test('stores each record with its copies in indexes, and 100 bytes more for each', async () => {
    const records = 1024 ** 2;
    const { monthly } = await report({ more: `sizes: { Ticket: { records: ${records}, bytes: 924 } }\n` });
    expect(monthly.after?.storage).toBeCloseTo(3 * 0.25);
  });

  test('is unknown where nothing is declared', async () => {
    expect((await report({})).monthly).toEqual({ before: null, after: null });
  });

  test('does not change because a size is corrected', async () => {
    const of = (bytes: number) => ({
      more: `${rates}sizes: { Ticket: { records: 1000, bytes: ${bytes} } }\n`,
    });
    const { monthly, rows } = await report(of(500), of(9000));
    expect(monthly.before).toEqual(monthly.after);
    expect(rows.every(({ before, after }) => JSON.stringify(before) === JSON.stringify(after))).toBe(true);
  });
});

describe('partitions', () => {
  const rates = 'rates: { ticket: 5000, newest: { average: 1, peak: 1200 }, byState: 10, addTicket: 2000 }\n';
  const found = async (declared: Declared) => {
    const { revision } = await open({ ...declared, more: rates });
    const { report, found } = costOfChange({ before: revision, after: revision });
    return {
      loads: report.partitions.map(({ slot, partition, assumed, read, write }) => [
        `${slot} ${partition}`,
        assumed,
        read.after,
        write.after,
      ]),
      rules: found.flatMap(({ rule, subject, severity }) =>
        rule === 'hot-partition' ? [`${severity} ${subject}`] : [],
      ),
    };
  };

  test('without values take all; one of a few values is assumed to; an id spreads', async () => {
    expect(await found({})).toEqual({
      loads: [
        ['tickets.GSI1 TICKET', [], 3 * 1200, 2000],
        ['tickets.GSI2 TICKET_BY_STATE#{state}', ['state'], 3 * 10, 2000],
      ],
      rules: ['error tickets.GSI1 TICKET', 'error tickets.GSI2 TICKET_BY_STATE#{state}'],
    });
  });

  test('share what is sharded', async () => {
    const { loads, rules } = await found({ shards: 4 });
    expect(loads[0]).toEqual(['tickets.GSI1 TICKET#{shard}', [], 3 * 1200, 500]);
    // Each shard is read as far as a page may need it.
    expect(rules).toContain('error tickets.GSI1 TICKET#{shard}');
  });
});

test('a local index shares the partition of its table', async () => {
  const yaml = `version: 1
tables:
  tickets: { name: tickets, key: [PK, SK], indexes: { LSI1: { sort: LSI1SK } } }
entities:
  Ticket: { table: tickets, key: { PK: TICKETS, SK: "{id}" } }
patterns:
  ticket: { one: Ticket, for: Query.ticket, where: { id: $id } }
  newest: { many: Ticket, for: Query.newest, sort: state, index: LSI1 }
mutations:
  addTicket: { create: Ticket, for: Mutation.addTicket, from: $input }
rates: { ticket: 100, newest: 10, addTicket: 20 }
`;
  const { run } = await written(yaml, withoutByState);
  const revision = revisionOf('', run, new Map());
  const { partitions } = costOfChange({ before: revision, after: revision }).report;
  const [read, write] = [100 * 0.5 + 10 * 3, 20 * 2];
  expect(partitions).toMatchObject([
    { slot: 'tickets', partition: 'TICKETS', read: { after: read }, write: { after: write } },
  ]);
});

describe.runIf(engineKind() === 'embedded')('a reindex takes what the report says', () => {
  const sizes = 'sizes: { Ticket: { records: 200, bytes: 3000 } }\n';
  test.each([
    ['a key of an index is new', { isByState: false }, {}],
    ['entries are new', { isByState: false }, { entry: ', entry: { include: [state] }' }],
  ])('where %s', async (_what, before: Declared, after: Declared) => {
    const was = await open({ ...before, more: sizes });
    const lock = was.made.lock.replace('"sealed": false', '"sealed": true');
    const is = await open({ ...after, more: sizes }, lock);
    const revisions = { before: was.revision, after: is.revision };
    const [backfill] = costOfChange(revisions, storageFindings(revisions)).report.backfills;
    const first = await openProject(was.made.generated);
    const filled = await fillerOf(was.made, { Ticket: 3000 });
    for (let at = 0; at < 200; at++) {
      const input = filled('Ticket', { id: `ticket-${String(at).padStart(29, '0')}`, state: 'OPEN' }, [
        'text',
      ]);
      await first.data('mutation ($input: NewTicket!) { addTicket(input: $input) { id } }', { input });
    }
    const { codecs } = await is.made.module('index');
    const second = await first.reopened(is.made.generated);
    const { readUnits, writeUnits } = await second.database.reindex(
      { codecs, tables: is.made.generated.tables } as Parameters<typeof second.database.reindex>[0],
      { entities: ['Ticket'] },
    );
    expect(backfill).toMatchObject({ entity: 'Ticket', records: 200 });
    expect(Math.abs((backfill?.readUnits ?? 0) / readUnits - 1)).toBeLessThan(0.05);
    expect(Math.abs((backfill?.writeUnits ?? 0) / writeUnits - 1)).toBeLessThan(0.05);
  });
});
