/** `tableloom deploy`: brings the tables of an endpoint to the plan. */

import { deployTables, type TableChanges, type TableStep, tableChanges } from 'tableloom/runtime';
import { printLock, seal, settle } from '../../generator/lock.js';
import { tableDefinition } from '../../generator/plan/lookup/table-definition.js';
import type { TableloomRun } from '../../generator/preset.js';
import { writeAll } from '../files.js';
import { currentRun } from '../project/current.js';
import { asMistake, type EndpointOptions, endpointOf, namesOf } from '../project/endpoint.js';
import { indexText, tableText } from '../project/index-text.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface DeployVerbOptions extends Options, EndpointOptions {
  /** Prints the steps, and takes none. */
  readonly plan?: boolean;
  readonly deleteIndexes?: boolean;
  /** Commander's name of `--no-recovery`. */
  readonly recovery?: boolean;
  readonly json?: boolean;
}

export function deployVerb(options: DeployVerbOptions): Promise<number> {
  return staged(options, (stages) => deploy(options, stages), options.json ? 'json' : 'text');
}

async function deploy(options: DeployVerbOptions, stages: Stages): Promise<number> {
  const { root, config, plan = false, json = false, deleteIndexes = false, recovery = true } = options;
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const definitions = run.plan.tables.map(tableDefinition);
  const names = namesOf(definitions);
  const { client, place } = endpointOf(options);
  try {
    terminal.progress(`Looking at ${place} …`);
    const changes = await tableChanges(client, definitions, names, { deleteIndexes, recovery });
    const isRefused = changes.some(({ refusals }) => refusals.length > 0);
    if (json && (plan || isRefused)) terminal.say(JSON.stringify(changes, null, 2));
    else if (!json) for (const line of told(changes, definitions, place)) terminal.say(line);
    if (isRefused) return 1;
    if (plan) return 0;
    await deployTables(client, definitions, changes, ({ name, step, state }) => {
      const text = stepText(
        step,
        definitions.find(({ table }) => names[table] === name),
      );
      if (state === 'done') terminal.note(`done: ${name}: ${text}`);
      else terminal.progress(`${name}: ${text} …`);
    });
    if (json) terminal.say(JSON.stringify(changes, null, 2));
    sealed(run);
    return 0;
  } catch (error) {
    throw asMistake(error);
  } finally {
    client.destroy();
  }
}

type Definition = ReturnType<typeof tableDefinition>;

function told(changes: readonly TableChanges[], definitions: readonly Definition[], place: string): string[] {
  return changes.flatMap((change) => {
    const { name, steps, refusals, kept } = change;
    const lines = [
      ...steps.map((step) => stepText(step, definitionOf(definitions, change))),
      ...kept.map(({ name: index, kind }) =>
        kind === 'global'
          ? `keep the index ${index}, which no pattern reads: --delete-indexes deletes it`
          : `keep the local index ${index}, which no pattern reads and which cannot be deleted`,
      ),
      ...refusals.map(({ is, remedy }) => `refused: it ${is}. ${remedy}`),
    ];
    return [
      `${name} at ${place}`,
      ...(lines.length === 0 ? ['is as declared'] : lines).map((line) => `  ${line}`),
    ];
  });
}

function definitionOf(
  definitions: readonly Definition[],
  change: TableChanges | undefined,
): Definition | undefined {
  return definitions.find(({ table }) => table === change?.table);
}

function stepText(step: TableStep, definition?: Definition): string {
  switch (step.kind) {
    case 'create-table':
      return `create the table ${definition ? tableText(definition) : ''}`;
    case 'create-index':
      return `add the index ${indexText(step.index)}`;
    case 'delete-index':
      return `delete the index ${step.index}, which no pattern reads`;
    case 'enable-ttl':
      return `expire items by ${step.attribute}`;
    case 'disable-ttl':
      return `expire items by ${step.attribute} no longer: nothing declares it`;
    case 'enable-recovery':
      return 'turn on point-in-time recovery';
  }
}

/** Records may be stored from now on, and new indexes are there; records from before may not be in them yet. */
function sealed({ lock, lockPath }: TableloomRun): void {
  const created = lock.pending.filter(({ code }) => code === 'index-new').map(({ name }) => name);
  const next = seal(settle(lock, created));
  const text = printLock(next);
  if (text !== printLock(lock)) {
    writeAll(new Map([[lockPath, text]]));
    const what = lock.isSealed ? 'says that the indexes are there' : 'is sealed: records may be stored';
    terminal.note(`${lockPath} ${what}. Commit it.`);
  }
  const owners = new Set(next.pending.map(({ owner }) => owner));
  const entities = [...next.entities.keys()].filter((name) => owners.has(name));
  if (entities.length > 0)
    terminal.note(`Records that were stored before: \`tableloom reindex ${entities.join(' ')}\`.`);
}
