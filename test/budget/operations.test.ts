/** Every operation below operations/ sends as many requests, in as many steps, as its budget says. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { costs } from '../../generated/costs.js';
import { typeDefs } from '../../generated/schema.js';
import type { TestServer } from '../server/support/server.js';
import { type Lockstep, lockstep } from './support/lockstep.js';
import { askedWith, documents, operations, startFullServer } from './support/operations.js';

const schema = buildSchema(typeDefs);

let server: TestServer;
let steps: Lockstep;

beforeAll(async () => {
  server = await startFullServer({
    // What is asked at one moment is sent at one moment.
    // And nothing stays in the cache.
    database: { limits: { concurrency: 1000 }, cache: { bytes: 1 } },
    client: (config) => {
      const client = new DynamoDBClient({ requestHandler: { httpAgent: { maxSockets: 1000 } }, ...config });
      steps = lockstep(client);
      return client;
    },
  });
});

afterAll(() => server.close());

const minute = 60_000;

/** Whether processes share its answer. */
function isShared({ name }: { readonly name: string }): boolean {
  return name === 'RecentEvents';
}

describe('requests and steps are those of the budget', () => {
  // What is stored for other processes is sent when the answer is: the last one here has nothing after it.
  const inOrder = [...operations].sort((a, b) => Number(isShared(a)) - Number(isShared(b)));
  test.each(inOrder)('$name', async ({ name, source, document }) => {
    const budget = budgetOf(costs, schema, document, { operationName: name });
    const asked = await askedWith(server, name);
    // Whoever has just written reads past what is shared.
    if (isShared({ name })) server.pass(minute);
    const { requests, steps: waited, result } = await steps.count(() => server.ask(source, asked));
    expect(result.errors).toEqual([]);
    expect(budget?.unknown).toEqual([]);
    expect({ requests, steps: waited }).toEqual({
      requests: budget?.usual.requests,
      steps: budget?.usual.steps,
    });
  });

  test('every field of Query and Mutation is asked by one of them', () => {
    const asked = new Set(
      documents.flatMap(({ document }) =>
        document.definitions.flatMap((one) =>
          one.kind === 'OperationDefinition'
            ? one.selectionSet.selections.flatMap((field) =>
                field.kind === 'Field' ? [field.name.value] : [],
              )
            : [],
        ),
      ),
    );
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    // What an erasure takes depends on all that is stored of somebody.
    expect(fields.filter((field) => !asked.has(field))).toEqual(['eraseContractor', 'eraseUser']);
  });
});

describe('what the budgets promise', () => {
  const figures = (name: string) => {
    const { document } = operations.find((one) => one.name === name) ?? { document: parse('{ me { id } }') };
    return budgetOf(costs, schema, document, { operationName: name })?.usual;
  };

  // The step before them, and its request, is the rule's: who asks.
  test('a user with 10 audit logs takes one request, and with contractors two side by side', () => {
    expect(figures('UserWithAuditLogs')).toMatchObject({ requests: 1 + 1, steps: 1 + 1 });
    expect(figures('UserActivity')).toMatchObject({ requests: 1 + 2, steps: 1 + 1 });
  });

  test('a user and audit logs from a cursor on are read side by side', () => {
    expect(figures('UserAuditLogsAfter')).toMatchObject({ requests: 1 + 2, steps: 1 + 1 });
  });

  test('50 users with 3 audit logs each take two steps', () => {
    expect(figures('UsersWithAuditLogs')).toMatchObject({ requests: 1 + 4 + 50, steps: 1 + 2 });
  });

  test('three levels over 50 users take three steps, and no request is sent twice', () => {
    expect(figures('UsersWithContractors')).toMatchObject({ requests: 1 + 4 + 50 + 100, steps: 1 + 3 });
  });
});
