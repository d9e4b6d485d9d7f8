/** Values chosen by somebody who knows how keys are built: stored and found again, or refused; never another record. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startServer({ sample: smallSample() });
  token = await server.tokenOf(adminOf(server.sample));
});
afterAll(() => server.close());

const texts: readonly string[] = [
  '#',
  '##',
  'METADATA',
  '#METADATA',
  'a#b',
  'a#',
  '#a',
  '~',
  '~#',
  '%23',
  '\\',
  '\\#',
  "'",
  '"',
  '`',
  '${PK}',
  '{id}',
  '$',
  ':v',
  '\u0000',
  '\u0001',
  '\uffff',
  '\ud800',
  'é',
  'e\u0301',
  'ß',
  '😀',
  '😀#😀',
  ' ',
  ' a',
  'a ',
  'İ',
  '__proto__',
  'constructor',
  'toString',
  'USER#1',
  'null',
  '-1',
  '1e5',
  'x'.repeat(500),
  '#'.repeat(500),
  '😀'.repeat(125),
  '😀'.repeat(500),
  'x'.repeat(5000),
];

const refusals = [
  'BAD_USER_INPUT',
  'KEY_INVALID',
  'VALUE_INVALID',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'ITEM_TOO_LARGE',
];

async function codeOf(query: string, variables: Record<string, unknown>): Promise<unknown> {
  const { errors } = await server.ask(query, { token, variables });
  return errors[0]?.extensions?.code;
}

describe('configuration keys', () => {
  const set =
    'mutation ($key: String!, $value: JSON!, $category: String) { setConfig(input: { key: $key, value: $value, category: $category }) { key value category } }';
  const read = 'query ($key: String!) { config(key: $key) { key value } }';

  test('are kept apart and found again', async () => {
    const stored: string[] = [];
    for (const key of texts) {
      const code = await codeOf(set, { key, value: { is: key } });
      if (code === undefined) stored.push(key);
      else expect(refusals, JSON.stringify(key.slice(0, 20))).toContain(code);
    }
    for (const key of stored) {
      expect((await server.get(read, { token, variables: { key } })).config).toEqual({
        key,
        value: { is: key },
      });
    }
    expect(stored).toEqual(
      expect.arrayContaining(['#', 'a#b', '"', "'", '😀', '\u0000', 'x'.repeat(500), '😀'.repeat(125)]),
    );
  });

  test('are listed in their category, whatever that is called', async () => {
    for (const category of texts) {
      const key = `of ${texts.indexOf(category)}`;
      const code = await codeOf(set, { key, value: 1, category });
      if (code !== undefined) {
        expect(refusals, JSON.stringify(category.slice(0, 20))).toContain(code);
        continue;
      }
      const data = await server.get<{ configByCategory: { nodes: { key: string; category: string }[] } }>(
        'query ($c: String!) { configByCategory(category: $c) { nodes { key category } } }',
        {
          token,
          variables: { c: category.trim() },
        },
      );
      const { nodes } = data.configByCategory;
      expect(nodes.map((node) => node.key)).toContain(key);
      expect(new Set(nodes.map((node) => node.category))).toEqual(new Set([category.trim()]));
    }
  });
});

describe('ids', () => {
  test('nobody finds by another’s key', async () => {
    const { id } = adminOf(server.sample);
    for (const part of [...texts, `${id}#METADATA`, `#${id}`, `${id}#`, `USER#${id}`, id.toUpperCase()]) {
      for (const query of [
        'query ($id: ID!) { user(id: $id) { id } }',
        'query ($id: ID!) { contractor(id: $id) { id } }',
        'query ($id: ID!) { node(id: $id) { id } }',
      ]) {
        const { data, errors } = await server.ask(query, { token, variables: { id: part } });
        if (errors.length > 0)
          expect(refusals, JSON.stringify(part.slice(0, 20))).toContain(errors[0]?.extensions?.code);
        else expect(Object.values(data ?? {})).toEqual([null]);
      }
      const code = await codeOf('mutation ($id: ID!) { deleteUser(id: $id) { id } }', { id: part });
      expect([...refusals, 'NOT_FOUND'], JSON.stringify(part.slice(0, 20))).toContain(code);
    }
  });

  test('audit logs of a target are of that target alone', async () => {
    for (const id of texts) {
      const { data, errors } = await server.ask(
        'query ($id: ID!) { auditLogsOfTarget(targetType: USER, targetId: $id) { nodes { id } } }',
        { token, variables: { id } },
      );
      if (errors.length > 0) expect(refusals).toContain(errors[0]?.extensions?.code);
      else expect(data).toEqual({ auditLogsOfTarget: { nodes: [] } });
    }
  });
});

describe('names and addresses', () => {
  const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id email name } }';

  test('are kept as given or refused, and the user is found by them', async () => {
    const password = 'correct-horse-battery';
    for (const [index, text] of texts.entries()) {
      for (const input of [
        { email: `n${index}@tyler-setup.example`, name: text, password },
        { email: `${text}@tyler-setup.example`, name: `Number ${index}`, password },
      ]) {
        const { data, errors } = await server.ask<{ createUser: { id: string } }>(create, {
          token,
          variables: { input },
        });
        if (errors.length > 0) {
          expect(refusals, JSON.stringify(text.slice(0, 20))).toContain(errors[0]?.extensions?.code);
          continue;
        }
        expect(data?.createUser).toMatchObject({
          email: input.email.trim().toLowerCase(),
          name: input.name.trim(),
        });
        const found = await server.get(
          'query ($email: EmailAddress!) { userByEmail(email: $email) { id } }',
          {
            token,
            variables: { email: input.email.toUpperCase() },
          },
        );
        expect(found.userByEmail).toEqual({ id: data?.createUser.id });
      }
    }
  });

  test('one address is one user, in any case, also when two are created at once', async () => {
    const password = 'correct-horse-battery';
    const answers = await Promise.all(
      ['same@tyler-setup.example', 'SAME@tyler-setup.example', 'Same@Tyler-Setup.example'].map((email) =>
        server.ask(create, { token, variables: { input: { email, name: 'Same', password } } }),
      ),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    for (const { errors } of answers)
      for (const error of errors) expect(error.extensions?.code).toBe('UNIQUE_VIOLATION');
  });
});

describe('values', () => {
  const set = 'mutation ($value: JSON!) { setConfig(input: { key: "value", value: $value }) { value } }';

  test('of any JSON come back as they were, or are refused', async () => {
    const values: readonly unknown[] = [
      0,
      -0,
      1.5,
      1e21,
      1e126,
      1e-130,
      Number.MAX_SAFE_INTEGER,
      2 ** 64,
      0.1 + 0.2,
      '',
      ' ',
      '\u0000',
      '😀',
      true,
      false,
      [],
      {},
      [null],
      [[]],
      { '': '' },
      { a: { b: [1, 'x', { c: null }] } },
      { PK: 'x', SK: 'y', _type: 'User', ttl: 1 },
      texts.slice(0, 30),
    ];
    for (const value of values) {
      const { data, errors } = await server.ask(set, { token, variables: { value } });
      if (errors.length > 0) expect(refusals, JSON.stringify(value)).toContain(errors[0]?.extensions?.code);
      else expect(data).toEqual({ setConfig: { value: JSON.parse(JSON.stringify(value)) } });
    }
  });
});

describe('pages nobody can be given', () => {
  const fields = ['users', 'usersByRole(role: ADMIN)', 'auditLogs(month: "2026-01")', 'activityFeed'].map(
    (field) => {
      const [name, given = ''] = field.replace(')', '').split('(');
      return (args: string) => `${name}(${[given, args].filter((one) => one !== '').join(', ')})`;
    },
  );
  const asked = async (args: string, variables: Record<string, unknown>, declared: string) => {
    const codes = await Promise.all(
      fields.map((field) =>
        codeOf(
          `query (${declared}) { ${field(args)} { edges { cursor } pageInfo { hasNextPage } } }`,
          variables,
        ),
      ),
    );
    const [code, ...others] = new Set(codes);
    expect(others).toEqual([]);
    return code;
  };

  test('sizes', async () => {
    for (const [window, code] of [
      [{ first: -1 }, 'BAD_PAGE'],
      [{ last: -1 }, 'BAD_PAGE'],
      [{ first: 101 }, 'BAD_PAGE'],
      [{ last: 2147483647 }, 'BAD_PAGE'],
      [{ first: -2147483648 }, 'BAD_PAGE'],
      [{ first: 1, last: 1 }, 'BAD_PAGE'],
      [{ first: 0, last: 0 }, 'BAD_PAGE'],
      [{ first: 2147483648 }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ first: 1.5 }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ last: '3' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ first: [1, 2] }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ first: 0 }, undefined],
      [{ first: null, last: null }, undefined],
      [{ first: null, last: 100 }, undefined],
    ] as const) {
      const got = await asked('first: $first, last: $last', window, '$first: Int, $last: Int');
      expect(got, JSON.stringify(window)).toBe(code);
    }
  });

  test('cursors', async () => {
    const declared = '$after: String, $before: String';
    for (const cursor of [...texts, 'A'.repeat(24), `${'A'.repeat(64)}=`, 'A'.repeat(200_000)]) {
      for (const window of [{ after: cursor }, { before: cursor }, { after: cursor, before: cursor }]) {
        const got = await asked('after: $after, before: $before', window, declared);
        expect(got, JSON.stringify(window).slice(0, 60)).toBe('BAD_CURSOR');
      }
    }
    expect(
      await asked('after: $after, before: $before', { after: null, before: null }, declared),
    ).toBeUndefined();
    expect(await asked('after: $after, before: $before', { after: { a: 1 } }, declared)).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    const huge = { after: 'A'.repeat(10_000_000) };
    expect(await asked('after: $after, before: $before', huge, declared)).toBe('PAYLOAD_TOO_LARGE');
  });

  test('months', async () => {
    const query = 'query ($month: String!) { auditLogs(month: $month) { edges { cursor } } }';
    for (const month of [
      ...texts,
      '2024-13',
      '2024-00',
      '202-01',
      '2024-1',
      '99999-01',
      '2024-02-30T00:00:00Z',
    ]) {
      const { errors } = await server.ask(query, { token, variables: { month } });
      expect(errors[0], month.slice(0, 20)).toMatchObject({
        message: 'A month is needed, such as 2026-01, or a moment.',
        extensions: { code: 'KEY_INVALID' },
      });
    }
  });
});
