/** `generate` as a whole process against graphql-codegen with typescript + typescript-resolvers on the same SDL. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Measured, median } from './measure.js';

const root = resolve(import.meta.dirname, '..');
const codegen = join(root, 'node_modules/@graphql-codegen/cli/esm/bin.js');
/** As package.json has it, without npm. */
const verb = ['--conditions=tableloom-source', '--import', 'tsx/esm', 'src/cli.ts', 'generate'];

/** Wall milliseconds of each, run in turn so that a drift of the machine's speed hits both. */
export function measureGeneration(rounds: number): Measured[] {
  const folder = mkdtempSync(join(tmpdir(), 'tableloom-bench-'));
  try {
    const schema = JSON.stringify(join(root, 'schema/**/*.graphql'));
    const plain = join(folder, 'plain.ts');
    writeFileSync(
      plain,
      `export default { schema: ${schema}, generates: { ${JSON.stringify(join(folder, 'graphql.ts'))}: { plugins: ['typescript', 'typescript-resolvers'] } } };\n`,
    );
    const ours = join(folder, 'ours.ts');
    writeFileSync(
      ours,
      `import { preset } from ${JSON.stringify(join(root, 'src/generator/preset.js'))};\nexport default { schema: ${schema}, generates: { ${JSON.stringify(`${folder}/generated/`)}: { preset } } };\n`,
    );
    const times = { plain: [] as number[], ours: [] as number[], verb: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      for (const [name, command] of [
        ['plain', [codegen, '--config', plain]],
        ['ours', [codegen, '--config', ours]],
        ['verb', verb],
      ] as const) {
        const started = performance.now();
        const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
        if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
        // The first round warms the disk cache.
        if (round > 0) times[name].push(performance.now() - started);
      }
    }
    return [
      { name: 'graphql-codegen, typescript + typescript-resolvers', unit: 'ms', values: times.plain },
      {
        name: 'graphql-codegen, tableloom preset',
        unit: 'ms',
        values: times.ours,
        against: median(times.plain),
      },
      { name: 'npm run generate', unit: 'ms', values: times.verb, against: median(times.plain) },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
