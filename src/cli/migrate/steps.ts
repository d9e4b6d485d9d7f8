/** The steps of a migration, in words and as data. */

import { type TableChanges, type TableDefinition, type TableStep, tableChanges } from 'tableloom/runtime';
import { type Obstacle, obstacles } from '../../runtime/migrate/obstacles.js';
import type { StoredPlan } from '../../runtime/migrate/plan-record.js';
import { namesOf } from '../project/endpoint.js';
import { stepText } from '../project/index-text.js';
import { differencesOf, type EntityDifferences } from './differences.js';
import { durationText } from './shown.js';
import type { Start } from './start.js';
import { definitionsOf } from './stored-plan.js';
import type { Target } from './target.js';

export interface MigrationPlan {
  readonly from: string;
  readonly entities: readonly EntityDifferences[];
  readonly obstacles: readonly Obstacle[];
  /** What the tables lack: refused where it cannot be added. */
  readonly tables: readonly TableChanges[];
  /** Of each, the command that takes it. */
  readonly steps: readonly { readonly command: string; readonly text: string }[];
}

/** What a step may add while servers of the former version run; anything else waits for `complete`. */
const additions: ReadonlySet<TableStep['kind']> = new Set([
  'create-table',
  'create-index',
  'enable-ttl',
  'enable-recovery',
]);

export async function additionsFor(target: Target): Promise<TableChanges[]> {
  const definitions = definitionsOf(target.to);
  const changes = await tableChanges(target.client, definitions, namesOf(definitions));
  return changes.map((one) => ({ ...one, steps: one.steps.filter(({ kind }) => additions.has(kind)) }));
}

export async function migrationPlan(target: Target, start: Start, settleMs: number): Promise<MigrationPlan> {
  const tables = await additionsFor(target);
  const entities = differencesOf(start.plan, target.to);
  return {
    from: start.source,
    entities,
    obstacles: obstacles(start.plan, target.to),
    tables,
    steps: entities.length === 0 ? [] : stepsOf(target, start.plan, entities, tables, settleMs),
  };
}

function stepsOf(
  { to }: Target,
  from: StoredPlan,
  entities: readonly EntityDifferences[],
  tables: readonly TableChanges[],
  settleMs: number,
): MigrationPlan['steps'] {
  const names = entities.map(({ entity }) => entity).join(', ');
  const definitions = definitionsOf(to);
  const run = 'tableloom migrate run';
  const added = tables.flatMap(({ table, name, steps }) =>
    steps.map((step) => `${name}: ${stepText(step, definitionOf(definitions, table))}`),
  );
  const gone = from.tables.flatMap(({ table, indexes }) => {
    const kept = definitionOf(definitions, table)?.indexes ?? [];
    return indexes.filter((one) => kept.every(({ name }) => name !== one.name)).map(({ name }) => name);
  });
  const wait = durationText(settleMs / 1000);
  return [
    ...added.map((text) => ({ command: run, text })),
    {
      command: run,
      text: `servers that run keep up what both versions store of ${names}: two steps, ${wait} each until all know`,
    },
    { command: run, text: `records of ${names} from before are brought to that` },
    { command: run, text: 'every record is read again and compared; nothing goes on where one is not right' },
    { command: run, text: `servers of the new version are served: ${wait} until all know` },
    { command: 'you', text: 'deploy the new version next to the former one, and then take that away' },
    {
      command: 'tableloom migrate complete',
      text: `servers of the former version are refused, and what only they read of ${names} is deleted`,
    },
    ...(gone.length === 0
      ? []
      : [
          {
            command: 'tableloom migrate complete --delete-indexes',
            text: `delete ${gone.join(', ')}, which nothing reads`,
          },
        ]),
  ];
}

function definitionOf(definitions: readonly TableDefinition[], name: string): TableDefinition | undefined {
  return definitions.find(({ table }) => table === name);
}

export function planText(plan: MigrationPlan, { findings }: Start): string[] {
  const { entities, steps, from } = plan;
  if (entities.length === 0)
    return [`No record is stored otherwise than ${from} ${from === 'the tables' ? 'say' : 'says'}.`];
  return [
    `Stored otherwise, compared with ${from}:`,
    ...entities.flatMap(({ entity, changes }) => [`  ${entity}`, ...changes.map((one) => `    ${one}`)]),
    ...(findings.length === 0
      ? []
      : ['', 'The review of it:', ...findings.map(({ message }) => `  ${message}`)]),
    ...refusalText(plan),
    '',
    'Steps:',
    ...steps.map(
      ({ command, text }, at) =>
        `  ${at + 1}. ${text}${command === steps[at - 1]?.command ? '' : `  [${command}]`}`,
    ),
  ];
}

/** What keeps a migration from being run, and what to do about it. */
export function refusalText({
  obstacles: found,
  tables,
}: Pick<MigrationPlan, 'obstacles' | 'tables'>): string[] {
  const refused = tables.flatMap(({ name, refusals }) =>
    refusals.map(({ is, remedy }) => ({ subject: name, why: is, remedy })),
  );
  const all = [...found, ...refused];
  if (all.length === 0) return [];
  return [
    '',
    'Both versions cannot work side by side:',
    ...all.flatMap(({ subject, why, remedy }) => [`  ${subject}: ${why}.`, `    remedy: ${remedy}`]),
  ];
}

export function isPossible({
  obstacles: found,
  tables,
}: Pick<MigrationPlan, 'obstacles' | 'tables'>): boolean {
  return found.length === 0 && tables.every(({ refusals }) => refusals.length === 0);
}
