/** `npx graphql-codegen` in a project that installed the package, against Codegen's own plugins on the same SDL. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Measured, median } from './measure.js';

const root = resolve(import.meta.dirname, '..');
const codegen = join(root, 'node_modules/@graphql-codegen/cli/esm/bin.js');

const configurations = {
  plain: `export default {
  schema: 'schema/**/*.graphql',
  generates: { 'plain/graphql.ts': { plugins: ['typescript', 'typescript-resolvers'] } },
};
`,
  ours: `import { preset } from 'tableloom/preset';

export default { schema: 'schema/**/*.graphql', generates: { 'generated/': { preset } } };
`,
};

/** Wall milliseconds of whole processes, in turn. */
export function measurePackage(rounds: number): Measured[] {
  // In the checkout, so that what the package needs is found.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/bench-'));
  try {
    install(folder);
    for (const name of ['schema', 'access-patterns.yaml'])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    const times = { plain: [] as number[], ours: [] as number[] };
    for (const [name, text] of Object.entries(configurations))
      writeFileSync(join(folder, `${name}.codegen.ts`), text);
    for (let round = 0; round <= rounds; round++) {
      for (const name of ['plain', 'ours'] as const) {
        const started = performance.now();
        execFileSync(process.execPath, [codegen, '--config', `${name}.codegen.ts`], {
          cwd: folder,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        // The first round warms the disk cache.
        if (round > 0) times[name].push(performance.now() - started);
      }
    }
    return [
      { name: 'graphql-codegen, typescript + typescript-resolvers', unit: 'ms', values: times.plain },
      {
        name: 'graphql-codegen, tableloom preset as built',
        unit: 'ms',
        values: times.ours,
        against: median(times.plain),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the package brings, as npm would lay it down. */
function install(folder: string): void {
  const own = join(folder, 'node_modules/tableloom');
  const command = ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(own, 'dist')];
  execFileSync('npx', command, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const name of ['package.json', 'templates'])
    cpSync(join(root, name), join(own, name), { recursive: true });
}
