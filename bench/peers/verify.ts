/** Whether a library's answer means what the others' mean: compared before anything is timed. */

import assert from 'node:assert/strict';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Contestant, Task } from './contestants.js';
import { plainUsers, start, table } from './sample.js';

/** The parameters that matter here, in the document client's form or DynamoDB's. */
interface Parameters {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Values;
  readonly Item?: Values;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Values;
  readonly ExclusiveStartKey?: Values;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
}

type Values = Readonly<Record<string, unknown>>;

/** Throws an AssertionError that names the library and the task where an answer is another than it should be. */
export async function verify({ name, tasks, marshalled = false }: Contestant, task: Task): Promise<void> {
  const [user] = plainUsers;
  assert.ok(user);
  const answer = await tasks[task]?.(0);
  if (answer === undefined) return;
  const at = `${name}, ${task}`;
  if (task === 'read' || task === 'decode') {
    const record = answer as Values;
    for (const [field, value] of Object.entries(user)) assert.equal(record[field], value, at);
    return;
  }
  const given = answer as Parameters;
  const values = (map: Values | undefined): Values | undefined =>
    map && marshalled ? unmarshall(map as never) : map;
  assert.equal(given.TableName, table, at);
  const own = { PK: `USER#${user.id}`, SK: 'METADATA' };
  if (task === 'get') assert.deepEqual(values(given.Key), own, at);
  if (task === 'put') {
    const item = values(given.Item);
    for (const [attribute, value] of Object.entries({ ...own, ...user }))
      assert.equal(item?.[attribute], value, `${at}, ${attribute}`);
    assert.equal(item?.GSI2PK, `USER_EMAIL#${user.email}`, at);
    assert.match(given.ConditionExpression ?? '', /attribute_not_exists/, at);
  }
  if (task !== 'page' && task !== 'range') return;
  assert.equal(given.ScanIndexForward, false, at);
  assert.equal(given.Limit, 20, at);
  assert.equal(given.FilterExpression, undefined, at);
  assert.deepEqual(
    conditionOf({ ...given, ExpressionAttributeValues: values(given.ExpressionAttributeValues) ?? {} }),
    task === 'page'
      ? `GSI3PK=USER_CONTRACTORS#${user.id}`
      : `PK=USER#${user.id}ANDSKBETWEENAUDIT#2026-01-01T00:00:00.000ZANDAUDIT#2026-01-31T23:59:59.999Z`,
    at,
  );
  if (task === 'page') {
    assert.equal(given.IndexName, 'GSI3', at);
    assert.deepEqual(values(given.ExclusiveStartKey), start, at);
  }
}

/** The key condition with its names and values filled in, and without what may differ: blanks, brackets, case of AND. */
function conditionOf(given: Parameters): string {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = given;
  return (given.KeyConditionExpression ?? '')
    .replace(/\band\b/g, 'AND')
    .replace(/[\s()]/g, '')
    .replace(/[#:][A-Za-z0-9_]+?(?=AND|BETWEEN|=|$)/g, (placeholder) =>
      // A terminator of ours closes the upper bound, so that keys that go on after it are inside.
      String(names[placeholder] ?? values[placeholder] ?? placeholder).replace(/\$$/, ''),
    );
}
