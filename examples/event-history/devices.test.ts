/** The device log (C1 to C5) against an oracle in memory. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { walk } from '../../test/support/running.js';
import { runs } from '../../test/support/runs.js';
import type { DeviceState } from './generated/graphql.js';
import { deviceLogWrites } from './generated/writes.js';
import { Chance, moments, names, openExample, ordered, refusalOf } from './support.js';

interface Log {
  readonly deviceId: string;
  readonly state: DeviceState;
  readonly date: string;
  readonly operator: string;
  readonly escalatedTo: string | null;
}

const project = await openExample();
const chance = new Chance(4);
const logs = new Map<string, Log>();
const devices = names.slice(0, 12);
const people = names.slice(3, 13);
const states: readonly DeviceState[] = ['NORMAL', 'WARNING1', 'WARNING2', 'WARNING3', 'WARNING4'];

const put = (log: Log) => logs.set(JSON.stringify([log.deviceId, log.state, log.date]), log);
const all = () => [...logs.values()];

beforeAll(async () => {
  for (let at = 0; at < 3000; at++) {
    put({
      deviceId: chance.of(devices),
      state: chance.of(states),
      date: chance.moment(),
      operator: chance.of(people),
      escalatedTo: chance.is(3) ? chance.of(people) : null,
    });
  }
  const report = await project.database.session().putAll(all().map((log) => deviceLogWrites.create(log)));
  expect(report).toEqual({ written: logs.size, unwritten: [], isComplete: true });
});

/** One field's document, with its arguments and Relay's. */
function document(field: string, args: Record<string, string>): string {
  const declared = Object.entries({ ...args, first: 'Int', after: 'String', last: 'Int', before: 'String' });
  return `query (${declared.map(([name, type]) => `$${name}: ${type}`).join(', ')}) {
    ${field}(${declared.map(([name]) => `${name}: $${name}`).join(', ')}) {
      edges { node { deviceId state date operator escalatedTo } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
}

/** Both walks give exactly this, in this order. */
async function expectWalks(
  text: string,
  asked: Record<string, unknown>,
  right: readonly Log[],
): Promise<void> {
  const size = chance.of([3, 10, 100]);
  expect(await walk(project, text, { ...asked, first: size }), JSON.stringify(asked)).toEqual(right);
  expect(await walk(project, text, { ...asked, last: size }, true), JSON.stringify(asked)).toEqual(right);
}

test('C1: what a device reported of a state, newest first', async () => {
  const text = document('logsOfDeviceByState', { deviceId: 'ID!', state: 'DeviceState!' });
  for (let at = 0; at < runs(80); at++) {
    const asked = { deviceId: chance.of([...devices, 'none']), state: chance.of(states) };
    const right = all().filter((log) => log.deviceId === asked.deviceId && log.state === asked.state);
    await expectWalks(text, asked, ordered(right, ['date'], true));
  }
});

test('C2: what an operator had to do with between two moments, both included, oldest first', async () => {
  const text = document('logsOfOperatorBetween', { operator: 'String!', from: 'DateTime!', to: 'DateTime!' });
  for (let at = 0; at < runs(80); at++) {
    const moment = () => (chance.is(5) ? chance.of(moments) : chance.moment());
    const asked = { operator: chance.of([...people, 'none']), from: moment(), to: moment() };
    const right = all().filter(
      ({ operator, date }) => operator === asked.operator && date >= asked.from && date <= asked.to,
    );
    await expectWalks(text, asked, ordered(right, ['date', 'deviceId', 'state']));
  }
});

async function expectEscalations(times: number): Promise<void> {
  const ofOne = document('escalatedTo', { supervisor: 'String!' });
  const ofState = document('escalatedToByState', { supervisor: 'String!', state: 'DeviceState!' });
  for (let at = 0; at < times; at++) {
    const supervisor = chance.of([...people, 'none']);
    const state = chance.of(states);
    const right = all().filter((log) => log.escalatedTo === supervisor);
    await expectWalks(ofOne, { supervisor }, ordered(right, ['state', 'date', 'deviceId']));
    await expectWalks(
      ofState,
      { supervisor, state },
      ordered(
        right.filter((log) => log.state === state),
        ['date', 'deviceId'],
      ),
    );
  }
}

test('C3 and C4: what was brought before a supervisor, of all states or of one', async () => {
  await expectEscalations(runs(40));
});

test('C5: of a day, a month, an hour, or any other beginning of a moment', async () => {
  const text = document('escalatedToByStateOnDay', {
    supervisor: 'String!',
    state: 'DeviceState!',
    day: 'String!',
  });
  let found = 0;
  for (let at = 0; at < runs(120); at++) {
    const length = chance.of([0, 4, 6, 7, 10, 10, 10, 10, 13, 16, 24]);
    const day = (chance.is(7) ? chance.of(moments) : chance.moment()).slice(0, length);
    const asked = { supervisor: chance.of(people), state: chance.of(states), day };
    const right = all().filter(
      (log) =>
        log.escalatedTo === asked.supervisor && log.state === asked.state && log.date.startsWith(asked.day),
    );
    found += length === 10 ? right.length : 0;
    await expectWalks(text, asked, ordered(right, ['date', 'deviceId']));
  }
  expect(found).toBeGreaterThan(10);
  for (const day of ['today', '2024-2-29', '2024-02-29#', '2024-02-29 '])
    expect((await project.ask(text, { supervisor: 'c', state: 'NORMAL', day })).errors?.[0]).toMatchObject({
      message: 'The beginning of a moment is needed, such as 2026-01-31 for a day.',
      extensions: { code: 'KEY_INVALID' },
    });
});

test('what is brought before somebody, and taken back, enters and leaves the index at once', async () => {
  const text = `mutation ($deviceId: ID!, $state: DeviceState!, $date: DateTime!, $supervisor: String) {
    escalate(deviceId: $deviceId, state: $state, date: $date, supervisor: $supervisor) { escalatedTo } }`;
  for (let at = 0; at < runs(150); at++) {
    const log = chance.of(all());
    const supervisor = chance.is(5) ? chance.of(people) : null;
    const { deviceId, state, date } = log;
    expect(await project.data(text, { deviceId, state, date, supervisor })).toEqual({
      escalate: { escalatedTo: supervisor },
    });
    put({ ...log, escalatedTo: supervisor });
  }
  await expectEscalations(10);
  const { Count } = await project.documents.send(
    new ScanCommand({ TableName: project.tableName('devices'), IndexName: 'Escalated', Select: 'COUNT' }),
  );
  expect(Count).toBe(all().filter(({ escalatedTo }) => escalatedTo !== null).length);
});

test('a change of state is another log; the same log twice is refused', async () => {
  const text = 'mutation ($input: DeviceLogInput!) { logState(input: $input) { deviceId state date } }';
  const [log] = all();
  if (!log) throw new Error('there are no logs');
  const { errors } = await project.ask(text, { input: log });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'ALREADY_EXISTS', entity: 'DeviceLog' });
  const date = '2025-12-31T23:59:59.999Z';
  for (const state of states) {
    await project.data(text, { input: { ...log, state, date } });
    put({ ...log, state, date });
  }
  const found = document('logsOfDeviceByState', { deviceId: 'ID!', state: 'DeviceState!' });
  for (const state of states) {
    const right = all().filter((one) => one.deviceId === log.deviceId && one.state === state);
    await expectWalks(found, { deviceId: log.deviceId, state }, ordered(right, ['date'], true));
  }
});

test('C2: strong consistency is refused at generation', async () => {
  expect(await refusalOf('index: ByOperator', 'index: ByOperator\n    consistent: true')).toContain(
    'error[consistent-index]: Pattern `logsOfOperatorBetween` requests consistent reads of ByOperator, a global index, which DynamoDB does not offer.',
  );
});
