/** Equipment state (B1 to B5) against an oracle in memory: versions by number and by time. */

import { createTables, Database, type Write } from 'tableloom/runtime';
import { beforeAll, expect, test } from 'vitest';
import { engineKind, uniqueName, withEngine } from '../../test/support/engines.js';
import { walk } from '../../test/support/running.js';
import { runs } from '../../test/support/runs.js';
import { equipmentStateCodec } from './generated/items.js';
import { history } from './generated/queries.js';
import { tables } from './generated/tables.js';
import { equipmentStateWrites, equipmentWrites, timedStateWrites } from './generated/writes.js';
import { Chance, moments, names, openExample, ordered } from './support.js';

interface State {
  readonly state: string;
  readonly time: string;
}

const project = await openExample();
const chance = new Chance(6);
/** By machine: metadata, states from version 1 on, states by time. */
const metadata = new Map<string, { id: string; name: string; factoryId: string; lineId: string }>();
const numbered = new Map<string, State[]>();
const timed = new Map<string, Map<string, string>>();
const states = ['RUNNING', 'STOPPED', '', '#', 'state $ 10', '🏭'];

const reportDocument = `mutation ($id: ID!, $input: ReportStateInput!) {
  reportState(equipmentId: $id, input: $input) { equipmentId state time version } }`;
const historyDocument = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  history(id: $id, first: $first, after: $after, last: $last, before: $before) {
    edges { node { state time version } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const state = (): State => ({ state: chance.of(states), time: chance.moment() });
const versionsOf = (id: string) => (numbered.get(id) ?? []).map((one, at) => ({ ...one, version: at + 1 }));

async function report(id: string, input: State) {
  const { reportState } = await project.data(reportDocument, { id, input });
  numbered.set(id, [...(numbered.get(id) ?? []), input]);
  return reportState as State & { readonly version: number };
}

beforeAll(async () => {
  const seeds: Write<unknown>[] = [];
  for (const id of names) {
    if (chance.is(8)) {
      const one = { id, name: chance.of(states), factoryId: chance.of(names), lineId: chance.of(names) };
      metadata.set(id, one);
      seeds.push(equipmentWrites.create(one));
    }
    const times = new Map(
      Array.from({ length: chance.below(120) }, () => [chance.moment(), chance.of(states)]),
    );
    timed.set(id, times);
    for (const [time, state] of times) seeds.push(timedStateWrites.create({ equipmentId: id, time, state }));
  }
  await project.database.session().putAll(seeds);
  // Every report rests on the one before: machines side by side, the reports of one in turn.
  const counts = names.map((id) => ({
    id,
    states: Array.from({ length: chance.of([0, 1, 9, 10, 11, 101]) }, state),
  }));
  await Promise.all(
    counts.map(async ({ id, states }) => {
      for (const [at, one] of states.entries())
        expect(await report(id, one)).toEqual({ ...one, equipmentId: id, version: at + 1 });
    }),
  );
});

test('B1: the latest state, whatever its number', async () => {
  const document = 'query ($id: ID!) { latestState(id: $id) { state time version } }';
  for (const id of [...names, 'nothing']) {
    const { data, requests } = await project.ask(document, { id });
    expect(data?.latestState).toEqual(versionsOf(id).at(-1) ?? null);
    expect(requests).toEqual(['GetItem']);
  }
});

test('B2: the latest state by time: one item of a descending, strongly consistent query', async () => {
  const document = 'query ($id: ID!) { latestTimedState(id: $id) { equipmentId time state } }';
  const right = (id: string) => {
    const [latest] = ordered(
      [...(timed.get(id) ?? [])].map(([time, state]) => ({ time, state })),
      ['time'],
      true,
    );
    return latest === undefined ? null : { equipmentId: id, ...latest };
  };
  for (const id of [...names, 'nothing']) {
    const { data, sent } = await project.ask(document, { id });
    expect(data?.latestTimedState).toEqual(right(id));
    expect(sent.map(({ operation, input }) => ({ operation, ...input }))).toMatchObject([
      { operation: 'Query', ConsistentRead: true, ScanIndexForward: false, Limit: 1 },
    ]);
  }
  const putDocument = `mutation ($input: TimedStateInput!) { putTimedState(input: $input) { equipmentId time state } }`;
  for (let at = 0; at < runs(60); at++) {
    const input = { equipmentId: chance.of(names), time: chance.moment(), state: chance.of(states) };
    expect((await project.data(putDocument, { input })).putTimedState).toEqual(input);
    timed.get(input.equipmentId)?.set(input.time, input.state);
    const { latestTimedState } = await project.data(document, { id: input.equipmentId });
    expect(latestTimedState).toEqual(right(input.equipmentId));
  }
});

test('B3: the state at a version', async () => {
  const document =
    'query ($id: ID!, $version: Int!) { stateAtVersion(id: $id, version: $version) { state time version } }';
  for (let at = 0; at < runs(300); at++) {
    const id = chance.of([...names, 'nothing']);
    const version = chance.of([-1, 0, 1, 2, 9, 10, 11, 100, 101, 102, 2 ** 31 - 1, chance.below(101)]);
    const { stateAtVersion } = await project.data(document, { id, version });
    expect(stateAtVersion).toEqual(versionsOf(id)[version - 1] ?? null);
  }
});

test('B4: the history by version, 10 after 9, without the latest state, page by page and both ways', async () => {
  for (let at = 0; at < runs(100); at++) {
    const id = chance.of([...names, 'nothing']);
    const size = chance.of([1, 4, 10, 100]);
    expect(await walk(project, historyDocument, { id, first: size })).toEqual(versionsOf(id));
    expect(await walk(project, historyDocument, { id, last: size }, true)).toEqual(versionsOf(id));
  }
});

test('B5: the metadata, apart from the states', async () => {
  const document = 'query ($id: ID!) { equipment(id: $id) { id name factoryId lineId } }';
  for (const id of [...names, 'nothing'])
    expect((await project.data(document, { id })).equipment).toEqual(metadata.get(id) ?? null);
  const [id = ''] = metadata.keys();
  const input = { id, name: 'renamed', factoryId: '#', lineId: '' };
  const { setEquipment } = await project.data(
    'mutation ($input: EquipmentInput!) { setEquipment(input: $input) { id name factoryId lineId } }',
    { input },
  );
  expect(setEquipment).toEqual(input);
  expect((await project.data(document, { id })).equipment).toEqual(input);
  expect(await walk(project, historyDocument, { id, first: 100 })).toEqual(versionsOf(id));
});

test('of 32 who report at once each gets a version of its own, and none is left out', async () => {
  const id = 'contested';
  for (let round = 0; round < 3; round++) {
    const one = state();
    // All say the same: they are 32 reports nevertheless.
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => project.data(reportDocument, { id, input: one })),
    );
    const versions = answers.map(({ reportState }) => (reportState as { version: number }).version);
    expect(versions.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 32 }, (_, at) => round * 32 + at + 1),
    );
    numbered.set(id, [...(numbered.get(id) ?? []), ...answers.map(() => one)]);
    expect(await walk(project, historyDocument, { id, first: 50 })).toEqual(versionsOf(id));
  }
});

test('writers of several processes meet only in the table, and leave no gap either', async () => {
  await withEngine(engineKind(), async ({ client }) => {
    const physical = Object.fromEntries(tables.map(({ table }) => [table, uniqueName(table)]));
    await createTables(client, tables, physical);
    const options = { client, tables: physical, cursorSecrets: ['a secret of the tests, long enough'] };
    const processes = Array.from({ length: 4 }, () => new Database(options));
    const written = await Promise.all(
      Array.from({ length: 32 }, async (_, at) => {
        const db = (processes[at % 4] as Database).session();
        const values = { equipmentId: 'E', state: `of ${at}`, time: moments[0] as string, reportId: `${at}` };
        const [latest] = await db.write(equipmentStateWrites.upsert({ equipmentId: 'E' }, values));
        return latest;
      }),
    );
    const db = (processes[0] as Database).session();
    const versions = await db.list(history({ equipmentId: 'E' }), 100);
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 32 }, (_, at) => at + 1));
    // What each was told is what is kept, and the latest is the last of them.
    for (const { version, state } of written) expect(versions[version - 1]?.state).toBe(state);
    const latest = await db.get(
      equipmentStateCodec,
      equipmentStateCodec.key(written[0] as (typeof written)[0]),
      {
        consistent: true,
      },
    );
    expect(latest).toMatchObject({ version: 32, state: versions[31]?.state });
  });
});

test('who saw an older version is refused', async () => {
  const id = 'seen';
  const one = state();
  await report(id, one);
  await report(id, one);
  for (const [expectedVersion, current] of [
    [1, 2],
    [3, 2],
  ]) {
    const { errors } = await project.ask(reportDocument, { id, input: { ...one, expectedVersion } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'VERSION_CONFLICT',
      expected: expectedVersion,
      current,
    });
  }
  const { reportState } = await project.data(reportDocument, { id, input: { ...one, expectedVersion: 2 } });
  expect(reportState).toMatchObject({ version: 3 });
  const { errors } = await project.ask(reportDocument, { id: 'new', input: { ...one, expectedVersion: 1 } });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT', current: null });
});

test('a report that cannot be stored leaves the latest state and the history as they were', async () => {
  const id = 'whole';
  await report(id, state());
  const tooLarge = { ...state(), state: 'x'.repeat(410_000) };
  const { errors } = await project.ask(reportDocument, { id, input: tooLarge });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'ITEM_TOO_LARGE' });
  const { latestState } = await project.data(
    'query ($id: ID!) { latestState(id: $id) { state time version } }',
    { id },
  );
  expect(latestState).toEqual(versionsOf(id).at(-1));
  expect(await walk(project, historyDocument, { id, first: 10 })).toEqual(versionsOf(id));
});
