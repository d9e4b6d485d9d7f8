/** `tableloom deploy`: brings the tables of an endpoint to the plan. */

import { type TableChanges, tableChanges } from 'tableloom/runtime';
import { printLock, seal, settle } from '../../generator/lock.js';
import { tableDefinition } from '../../generator/plan/lookup/table-definition.js';
import type { TableloomRun } from '../../generator/preset.js';
import { writeAll } from '../files.js';
import { type Noting, note, notingOf } from '../migrate/noting.js';
import { Target } from '../migrate/target.js';
import { type EndpointOptions, namesOf } from '../project/endpoint.js';
import { stepText } from '../project/index-text.js';
import type { Stages } from '../stages.js';
import { type Options, staged, terminal } from '../verbs.js';

export interface DeployVerbOptions extends Options, EndpointOptions {
  /** Prints the steps, and takes none. */
  readonly plan?: boolean;
  readonly deleteIndexes?: boolean;
  /** Commander's name of `--no-recovery`. */
  readonly recovery?: boolean;
  /** No server runs: records that are stored otherwise are left to a reindex. */
  readonly offline?: boolean;
  readonly json?: boolean;
}

export function deployVerb(options: DeployVerbOptions): Promise<number> {
  return staged(options, (stages) => deploy(options, stages), options.json ? 'json' : 'text');
}

async function deploy(options: DeployVerbOptions, stages: Stages): Promise<number> {
  return Target.use(options, stages, async (target) => {
    const { plan = false, json = false, deleteIndexes = false, recovery = true, offline = false } = options;
    const { client, place, run } = target;
    const definitions = run.plan.tables.map(tableDefinition);
    const changes = await tableChanges(client, definitions, namesOf(definitions), {
      deleteIndexes,
      recovery,
    });
    const isUnfit = changes.some(({ refusals }) => refusals.length > 0);
    // A table with another key is none to read from.
    const noting: Noting = isUnfit ? { isNoted: false } : await notingOf(target, offline);
    const { refusal, hint, isNoted } = noting;
    const isRefused = isUnfit || refusal !== undefined;
    if (json && (plan || isRefused)) terminal.say(JSON.stringify(changes, null, 2));
    else if (!json) for (const line of told(changes, definitions, place)) terminal.say(line);
    if (refusal !== undefined) terminal.findings(`refused: ${refusal}`);
    if (isRefused) return 1;
    if (plan) return 0;
    await target.deploy(changes, (text) => terminal.note(`done: ${text}`));
    if (json) terminal.say(JSON.stringify(changes, null, 2));
    if (isNoted) await note(target, offline);
    if (hint !== undefined) terminal.note(hint);
    sealed(run);
    return 0;
  });
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
