/** Generates each time it is requested to. GraphQL Codegen and the generator are loaded once, before the first time. */

import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { formatDiagnostic } from '../../generator/diagnostics/print.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import { tableMap } from '../../review/map/map.js';
import { generateFiles, loadProject, type Project } from '../host/codegen.js';
import { described, Mistake, unwrapped } from '../mistakes.js';
import type { Attempt } from './generator.js';

const { config } = workerData as { readonly config: string };
let project: Promise<Project> | undefined;

parentPort?.on('message', async () => {
  parentPort?.postMessage(await attempt());
});

async function attempt(): Promise<Attempt> {
  try {
    project ??= loadProject(config);
    const { files, runs } = await generateFiles(await project);
    const [run] = runs;
    if (run === undefined || runs.length > 1)
      throw new Mistake(`${config} has ${runs.length} outputs with the Tableloom preset.`, 'Keep one.');
    const { output, rules, plan, warnings, sources } = run;
    return {
      kind: 'generated',
      warnings: warnings.map((one) => ({
        key: `${one.code} ${one.message}`,
        text: formatDiagnostic(one, sources),
      })),
      output,
      fingerprint: hashOf([...files].filter(([path]) => !path.endsWith('.lock.json'))),
      rulesFolder: rules,
      rules: plan.rules.map(({ name, file }) => ({ name, file })),
      stored: storedForms(plan),
      map: tableMap(null, plan),
    };
  } catch (error) {
    return { kind: 'refused', problem: unwrapped(error).map(described).join('\n') };
  }
}

/** What records of each entity are stored as: where it changes, stored records are behind. */
function storedForms({ entities }: Plan): Record<string, string> {
  return Object.fromEntries(
    entities.map(({ names: _names, projection: _projection, direct: _direct, ...stored }) => [
      stored.name,
      hashOf(stored),
    ]),
  );
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
