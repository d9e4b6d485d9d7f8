/** The page of `tableloom dev` at /tables. In a browser where there is Chromium, which `.ci/run` installs. */

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveItems, LiveOperation } from '../../src/cli/dev/tables/live.js';
import { BrowserPage, chromium } from '../support/browser.js';
import { type DevelopedProject, developedProject } from './support/development.js';
import { askAt } from './support/process.js';

let project: DevelopedProject;
let at: string;

beforeAll(async () => {
  project = await developedProject();
  at = `http://127.0.0.1:${project.port}/tables`;
});
afterAll(() => project?.remove());

function ask<Data>(query: string): Promise<Data> {
  return askAt(project.port, query, project.token);
}

async function items(query: Readonly<Record<string, string>>): Promise<LiveItems> {
  const response = await fetch(`${at}/items?${new URLSearchParams({ table: 'entities', ...query })}`);
  return (await response.json()) as LiveItems;
}

/** The operations that the page is told of, until one of that title. */
async function toldUntil(title: string): Promise<LiveOperation[]> {
  const { body } = await fetch(`${at}/events`);
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    const told = [...text.matchAll(/event: operation\ndata: (.*)\n\n/g)].map(
      ([, data = '']) => JSON.parse(data) as LiveOperation,
    );
    const last = told.findIndex((one) => one.title === title);
    if (last !== -1) return told.slice(0, last + 1);
  }
  throw new Error(`${title} is not there:\n${text}`);
}

async function toldOf(title: string): Promise<LiveOperation> {
  const [operation] = (await toldUntil(title)).slice(-1);
  if (operation) return operation;
  throw new Error(`no ${title}`);
}

/** Of all pages of a collection. */
async function partitionsIn(partition: string): Promise<string[]> {
  const partitions: string[] = [];
  let cursor: string | null = null;
  do {
    const page: LiveItems = await items({ partition, ...(cursor && { cursor }) });
    partitions.push(...page.items.map((item) => item.partition));
    cursor = page.cursor;
  } while (cursor !== null);
  return partitions;
}

test('what is stored comes page by page, each item once', async () => {
  const partitions = await partitionsIn('AUDIT_LOG#audit-log-1');
  expect(partitions.length).toBeGreaterThan(50);
  expect(new Set(partitions).size).toBe(partitions.length);
  expect(partitions.filter((one) => !one.startsWith('AUDIT_LOG#'))).toEqual([]);
});

test('what a more exact template has is in that collection alone', async () => {
  const others = await partitionsIn('CONTRACTOR#user-1');
  expect(others.filter((one) => /^(AUDIT_LOG|CONFIG|REFRESH_TOKEN|UNIQUE)#/.test(one))).toEqual([]);
});

test('a collection of one partition is queried, in the order of its sort keys', async () => {
  const { items: found } = await items({ index: 'GSI1', partition: 'CONTRACTOR' });
  const keys = found.map(({ sort }) => sort ?? '');
  expect(keys.length).toBeGreaterThan(5);
  expect(keys).toEqual([...keys].sort());
});

test('an operation is there with its requests, the collections they touch, and its budget', async () => {
  await ask('query Listed { usersByRole(role: ADMIN, first: 3) { nodes { name } } }');
  const { budget, requests, readUnits } = await toldOf('query Listed');
  expect(budget).toEqual({ usual: 2, most: expect.any(Number), unknown: [] });
  expect(readUnits).toBeGreaterThan(0);
  expect(requests.at(-1)).toEqual({
    operation: 'Query',
    places: [
      {
        table: 'entities',
        index: 'GSI2',
        partition: 'USER_ROLE#ADMIN',
        condition: 'GSI2PK = USER_ROLE#ADMIN',
      },
    ],
  });
});

test('an operation that sends no request is left out, as those of IDEs', async () => {
  await ask('query Introspection { __typename }');
  await ask('query Me { me { role } }');
  const told = await toldUntil('query Me');
  expect(told.at(-1)?.requests).toHaveLength(1);
  expect(told.map(({ title }) => title)).not.toContain('query Introspection');
});

test('a write touches the indexes whose keys it writes', async () => {
  await ask('mutation Kept { setConfig(input: { key: "written", value: 1 }) { key } }');
  const { requests, writeUnits } = await toldOf('mutation Kept');
  const places = requests.flatMap((one) => one.places).map(({ index, partition }) => `${index} ${partition}`);
  expect(places).toContain('null CONFIG#config-1');
  expect(places).toContain('GSI2 CONFIG_CATEGORY#category');
  expect(writeUnits).toBeGreaterThan(0);
});

test('a path that is none is answered, and what is served goes on', async () => {
  const status = await new Promise((resolve, reject) => {
    request({ port: project.port, path: '//' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBeGreaterThanOrEqual(400);
  expect((await fetch(at)).status).toBe(200);
});

test('is shown to this machine alone, and not to a page whose name was made to lead here', async () => {
  const statusOf = (host: string) =>
    new Promise((resolve, reject) => {
      const path = '/tables/items?table=entities&partition=USER%23user-1';
      request({ port: project.port, path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await statusOf(`localhost:${project.port}`)).toBe(200);
  expect(await statusOf('rebound.example')).toBe(403);
  const { headers } = await fetch(at);
  expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test('what it is asked for and does not have is said', async () => {
  const response = await fetch(`${at}/items?table=entities&partition=NOTHING`);
  expect([response.status, await response.text()]).toEqual([
    404,
    'The plan has no such item collection any more. Load the page again.',
  ]);
  const cursor = await fetch(`${at}/items?table=entities&partition=CONTRACTOR&index=GSI1&cursor=none`);
  expect([cursor.status, await cursor.text()]).toEqual([400, 'The cursor is not one of this page.']);
});

describe.skipIf(chromium === undefined)('in a browser', () => {
  let page: BrowserPage;

  beforeAll(async () => {
    page = await BrowserPage.open();
    await page.look({ width: 1280, height: 900 });
    await page.go(at);
  });
  afterAll(() => page?.close());

  const collection = (template: string) =>
    `[...document.querySelectorAll('.collection')].find((one) => one.querySelector('caption code').textContent === '${template}')`;
  const texts = (selector: string) =>
    page.evaluate<string[]>(`[...document.querySelectorAll('${selector}')].map((one) => one.textContent)`);

  test('an operation comes by itself; choosing it marks what it touched', async () => {
    await ask('query Seen { users(first: 1) { nodes { id } } }');
    const button = `[...document.querySelectorAll('.operations button')].find((one) => one.textContent === 'query Seen')`;
    await page.until(`${button} !== undefined`);
    await page.evaluate(`${button}.click()`);
    expect(await texts('.collection.read caption > code')).toContain('USER#{shard}');
    expect(await texts('.operations ul code')).toContain('GSI1PK = USER#0');
    expect(await texts('.reading p')).toEqual([expect.stringMatching(/^query Seen \d+ requests.*planned/)]);
    await page.press('Escape');
    expect(await texts('.collection.read, .operations ul, .reading p')).toEqual([]);
  });

  test('a stored record is there after the mutation that wrote it', async () => {
    await ask('mutation { setConfig(input: { key: "seen.by.page", value: 1 }) { key } }');
    const stored = `${collection('CONFIG#{key}')}.querySelector('.stored')`;
    // As many pages as it takes.
    await page.until(`(() => {
      const next = ${stored}.querySelector(':scope > button');
      const isThere = ${stored}.textContent.includes('CONFIG#seen.by.page');
      if (!isThere && !next.disabled) next.click();
      return isThere;
    })()`);
    const row = `[...${stored}.querySelectorAll('tr')].find((one) => one.textContent.includes('CONFIG#seen.by.page'))`;
    await page.evaluate(`${row}.querySelector('button').click()`);
    expect(await page.evaluate(`${row}.nextElementSibling.textContent`)).toContain('seen.by.page');
    expect(page.complaints).toEqual([]);
  });

  test('the map follows the project', async () => {
    await project.edit('access-patterns.yaml', 'CONFIG_CATEGORY#{category}', 'CONFIG_KIND#{category}');
    await page.until(`${collection('CONFIG_KIND#{category}')} !== undefined`);
    expect(await texts('.collection caption > code')).not.toContain('CONFIG_CATEGORY#{category}');
  });
});
