/** Random sequences of generated writes of every example, against a model that knows nothing but their plans. */
import { BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import type { Database, Item, TableDefinition } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { queryOf } from '../../src/generator/plan/types/access.js';
import { itemId, keyOfItem } from '../../src/runtime/keys/item-key.js';
import { openTables } from '../support/databases.js';
import { Dice } from '../support/dice.js';
import { engineKind, openEngine } from '../support/engines.js';
import { runs } from '../support/runs.js';
import { type GeneratedProject, projectIn } from './support/project.js';
import { expectAnswers } from './support/random-questions.js';
import { emptyModel, itemsOf, operations, refused, succeeded, writeOf } from './support/random-writes.js';
import { checkProperty } from './support/replay.js';

const now = new Date('2026-03-01T12:00:00.000Z');
const engine = openEngine();

interface Sequence {
  /** Draws the entities it is about: a few, so that its writes meet. */
  readonly about: number;
  /** One transaction for each, drawn by the number. */
  readonly steps: readonly number[];
  readonly questions: number;
}

const sequence: fc.Arbitrary<Sequence> = fc.record({
  about: fc.nat(),
  steps: fc.array(fc.nat(), { minLength: 4, maxLength: 12, size: 'max' }),
  questions: fc.nat(),
});

/** The engines of tests have no indexes of several attributes a part: those, and what asks them, are left out. */
function servable(project: GeneratedProject): GeneratedProject {
  const isServed = ({ multiAttribute }: TableDefinition['indexes'][number]) =>
    multiAttribute === undefined ||
    Object.keys({ ...multiAttribute.partition, ...multiAttribute.sort }).length <= 2;
  const indexes = project.tables.flatMap((table) => table.indexes);
  const isLeftOut = (name: string | null | undefined) =>
    indexes.some((one) => one.name === name && !isServed(one));
  return {
    ...project,
    tables: project.tables.map((table) => ({ ...table, indexes: table.indexes.filter(isServed) })),
    plan: {
      ...project.plan,
      patterns: project.plan.patterns.filter(({ access }) => !isLeftOut(queryOf(access)?.index)),
    },
  };
}

/** A project's tables, empty at the start of each sequence. */
interface Storage {
  readonly database: Database;
  items(): Promise<Map<string, Item>>;
  clear(): Promise<void>;
}

async function openStorage(project: GeneratedProject): Promise<Storage> {
  const { client } = await engine;
  const documents = DynamoDBDocumentClient.from(client);
  const { names, open } = await openTables(client, project.tables);
  const scan = async ({ table }: TableDefinition) => {
    const { Items = [] } = await documents.send(
      new ScanCommand({ TableName: names[table], ConsistentRead: true }),
    );
    return Items as Item[];
  };
  return {
    database: open({ now: () => now, compute: project.compute }),
    async items() {
      const items = new Map<string, Item>();
      for (const table of project.tables) {
        const ref = { name: table.table, ...table.key };
        // A number that came back to nothing says the same as none.
        for (const item of await scan(table))
          if (item._number !== 0) items.set(itemId(ref, keyOfItem(ref, item)), item);
      }
      return items;
    },
    async clear() {
      for (const table of project.tables) {
        const ref = { name: table.table, ...table.key };
        const keys = (await scan(table)).map((item) => ({ DeleteRequest: { Key: keyOfItem(ref, item) } }));
        for (let at = 0; at < keys.length; at += 25) {
          const RequestItems = { [names[table.table] ?? '']: keys.slice(at, at + 25) };
          await documents.send(new BatchWriteCommand({ RequestItems }));
        }
      }
    },
  };
}

/** How many transactions were carried out, and how many refused. */
interface Tally {
  written: number;
  refused: number;
}

async function play(project: GeneratedProject, storage: Storage, sequence: Sequence, tally: Tally) {
  const choice = new Dice(sequence.about);
  const entities = choice.some(project.entities, Math.min(1 + choice.below(3), project.entities.length));
  const model = emptyModel(project);
  await storage.clear();
  for (const seed of sequence.steps) {
    const asked = operations(project, entities, model, new Dice(seed));
    try {
      const results = await storage.database.session().write(...asked.map(writeOf));
      succeeded(model, asked, results);
      tally.written += 1;
    } catch (error) {
      refused(model, asked, error);
      tally.refused += 1;
    }
  }
  expect(Object.fromEntries(await storage.items())).toEqual(Object.fromEntries(itemsOf(project, model, now)));
  await expectAnswers(project, model, storage.database.session(), new Dice(sequence.questions));
}

test.each(['battle-royale', 'delivery', 'event-history', 'platform'])(
  '%s: after any sequence of writes every item is what the records say, and every pattern answers so',
  async (name) => {
    const project = servable(await projectIn(name));
    const storage = await openStorage(project);
    const tally: Tally = { written: 0, refused: 0 };
    await checkProperty(
      fc.asyncProperty(sequence, (one) => play(project, storage, one, tally)),
      runs(engineKind() === 'embedded' ? 30 : 10),
    );
    // Neither kind is rare, or the property says little.
    expect(tally.written).toBeGreaterThan(tally.refused / 2);
    expect(tally.refused).toBeGreaterThan(0);
  },
);
