/** The command line in this process, in a copy of the library project. */

import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import type { ExplainOptions } from '../../src/cli/commands/explain.js';
import { type Options, withFailures } from '../../src/cli/verbs.js';
import { filesBelow } from '../support/files.js';
import { temporaryFolder } from '../support/temporary.js';

const home = process.cwd();
const fixture = join(home, 'test/fixtures/scaffold');

const configuration = `import { preset } from '${home}/src/generator/preset.js';

export default {
  schema: 'schema/**/*.graphql',
  generates: { 'generated/': { preset, presetConfig: { rules: 'app/src/rules' } } },
};
`;

export interface Project {
  readonly folder: string;
  /** Runs a verb there. */
  readonly run: (verb: Verb, options?: Partial<Options>) => Promise<Printed>;
  /** Explains documents, named as from the project's folder. */
  readonly explain: (files: readonly string[], options?: Partial<ExplainOptions>) => Promise<Printed>;
  readonly write: (path: string, text: string) => void;
  readonly edit: (path: string, change: (text: string) => string) => void;
  /** Path -> when it was last written and what it holds. */
  readonly snapshot: () => Map<string, string>;
}

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Verb = 'generate' | 'check' | 'lock' | 'scaffold';

/** Inputs and rules; nothing is generated yet. */
export function libraryProject(): Project {
  const folder = temporaryFolder();
  for (const name of ['access-patterns.yaml', 'schema']) {
    cpSync(join(fixture, name), join(folder, name), { recursive: true });
  }
  cpSync(join(fixture, 'nothing-to-do/after/rules'), join(folder, 'app/src/rules'), { recursive: true });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('codegen.ts', configuration);
  return {
    folder,
    write,
    edit: (path, change) => write(path, change(readFileSync(join(folder, path), 'utf8'))),
    explain: (files, options) =>
      printed(async () => {
        const { explainVerb } = await import('../../src/cli/commands/explain.js');
        const paths = files.map((file) => join(folder, file));
        return explainVerb(paths, { root: folder, config: 'codegen.ts', ...options });
      }),
    run: (verb, options) => run(verb, { root: folder, config: 'codegen.ts', ...options }),
    snapshot: () =>
      new Map(
        filesBelow(join(folder, 'generated')).map((path) => {
          const file = join(folder, 'generated', path);
          return [path, `${statSync(file).mtimeMs} ${readFileSync(file, 'utf8')}`];
        }),
      ),
  };
}

/** Runs a verb on any project. */
export function run(verb: Verb, options: Options): Promise<Printed> {
  return printed(async () => {
    const { generateVerb } = await import('../../src/cli/commands/generate.js');
    const { checkVerb } = await import('../../src/cli/commands/check.js');
    const { scaffoldVerb } = await import('../../src/cli/commands/scaffold.js');
    const { lockVerb } = await import('../../src/cli/commands/lock.js');
    const verbs = { generate: generateVerb, check: checkVerb, lock: lockVerb, scaffold: scaffoldVerb };
    return verbs[verb](options);
  });
}

/** What a verb prints and exits with; the working directory is the checkout again afterwards. */
export async function printed(action: () => Promise<number>): Promise<Printed> {
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const code = await withFailures(action);
    return { code, out: out.mock.calls.join(''), err: err.mock.calls.join('') };
  } finally {
    out.mockRestore();
    err.mockRestore();
    process.chdir(home);
  }
}
