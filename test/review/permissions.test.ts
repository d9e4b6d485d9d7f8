/** What a review says a server's role has to allow is what the server sends, in every operation and in every write. */

import type { RequestReport } from 'tableloom/runtime';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Need } from '../../src/review/permissions/need.js';
import { permissionsOf } from '../../src/review/permissions/needs.js';
import { needsOfWrite } from '../../src/review/permissions/writes.js';
import { askedWith, operations, startFullServer } from '../budget/support/operations.js';
import type { TestServer } from '../server/support/server.js';
import { openTables } from '../support/databases.js';
import { Dice } from '../support/dice.js';
import { openEngine } from '../support/engines.js';
import { generateProject } from '../support/projects.js';
import { projectIn } from '../writes/support/project.js';
import {
  emptyModel,
  operations as randomWrites,
  refused,
  succeeded,
  writeOf,
} from '../writes/support/random-writes.js';
import { actionsOf } from './support/actions.js';

const { plan, model } = (await generateProject('.')).run;
const { all, without } = permissionsOf({ plan, model });
const allowed = new Set(all.map(({ action, resource }) => `${action} ${resource}`));

describe('the operations of the reference application', () => {
  const sent = new Set<string>();
  const tableOf = (name: string) => (name.endsWith('events') ? 'events' : 'entities');
  let server: TestServer;
  beforeAll(async () => {
    const onRequest = (report: RequestReport) => {
      for (const one of actionsOf(report, tableOf)) sent.add(one);
    };
    server = await startFullServer({ database: { onRequest } });
    // What writes the sample is no server.
    sent.clear();
    for (const { name, source } of operations) {
      const { errors } = await server.ask(source, await askedWith(server, name));
      expect(errors, name).toEqual([]);
    }
  });
  afterAll(() => server.close());

  test('send nothing that is not allowed', () => {
    expect([...sent].filter((one) => !allowed.has(one))).toEqual([]);
  });

  test('need everything that is allowed', () => {
    // Rules say how many records they read by key, and not which: that may be events, too.
    const byRules = ['dynamodb:GetItem events', 'dynamodb:BatchGetItem events'];
    expect([...allowed].filter((one) => !sent.has(one) && !byRules.includes(one))).toEqual([]);
  });

  test('are sent by servers that read, in each table that stores records, how', () => {
    const stored = new Set(plan.entities.map(({ table }) => table));
    const read = all.filter(({ because }) => because.includes('migrate'));
    expect(read.map(({ action }) => action)).toEqual(read.map(() => 'dynamodb:GetItem'));
    expect(new Set(read.map(({ resource }) => resource))).toEqual(stored);
  });

  test('are of rules that say what they write, but for those that write as much as there is', () => {
    expect(without).toEqual(['eraseUser', 'eraseContractor']);
  });
});

const now = new Date('2026-03-01T12:00:00.000Z');

describe.each([
  ['battle-royale', []],
  ['delivery', []],
  ['event-history', []],
  // Of so many entities, none that is drawn there is changed to what it is, next to other writes.
  ['platform', ['dynamodb:ConditionCheckItem analytics']],
])('random writes of %s', (name, unused) => {
  test('send nothing that is not allowed, and need what is', async () => {
    const project = await projectIn(name);
    const engine = await openEngine();
    onTestFinished(() => engine.close());
    const tables = project.tables.map((one) => ({
      ...one,
      // The engines of tests have no indexes of several attributes a part.
      indexes: one.indexes.filter(({ multiAttribute }) => multiAttribute === undefined),
    }));
    const all = { sent: new Set<string>(), allowed: new Set<string>() };
    for (let about = 0; about < 60; about++) {
      const { names, open } = await openTables(engine.client, tables);
      const logical = new Map(Object.entries(names).map(([table, physical]) => [physical, table]));
      const sent: string[] = [];
      const onRequest = (report: RequestReport) =>
        sent.push(...actionsOf(report, (table) => logical.get(table) ?? table));
      const database = open({ compute: project.compute, now: () => now, onRequest });
      const choice = new Dice(about);
      const entities = choice.some(project.entities, Math.min(1 + choice.below(3), project.entities.length));
      const model = emptyModel(project);
      for (let step = 0; step < 12; step++) {
        const asked = randomWrites(project, entities, model, new Dice(about * 100 + step));
        const needs = asked.flatMap(({ kind, entity }) =>
          needsOfWrite(project.plan, { kind, entity: entity.plan.name, isWithOthers: asked.length > 1 }),
        );
        try {
          succeeded(model, asked, await database.session().write(...asked.map(writeOf)));
        } catch (error) {
          refused(model, asked, error);
        }
        const needed = new Set(needs.map(textOf));
        expect(
          sent.filter((one) => !needed.has(one)),
          asked.map(({ kind, entity }) => `${kind} ${entity.plan.name}`).join(', '),
        ).toEqual([]);
        for (const one of sent.splice(0)) all.sent.add(one);
        for (const one of needed) all.allowed.add(one);
      }
    }
    expect([...all.allowed].filter((one) => !all.sent.has(one))).toEqual(unused);
  });
});

function textOf({ action, table, index }: Need): string {
  return `dynamodb:${action} ${index === null ? table : `${table}.${index}`}`;
}
