/** An empty folder beside the packed tarball, and commands run there as a person would run them. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../support/until.js';
import { packInto } from './pack.js';

const checkout = process.cwd();

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A server that runs. */
export interface Started {
  /** What it has printed so far. */
  output(): string;
}

export class InstalledProject {
  /** Outside the checkout, so that nothing of it is found. */
  readonly #home = mkdtempSync(join(tmpdir(), 'tableloom-package-'));
  readonly folder: string;
  readonly #started: ChildProcess[] = [];
  /** Of every command that is run here. */
  readonly environment = environment();

  /** Packs the checkout to where the documentation expects the package: `../tableloom`, seen from the project. */
  constructor(name: string) {
    this.folder = join(this.#home, name);
    const beside = join(this.#home, 'tableloom');
    mkdirSync(beside);
    mkdirSync(this.folder);
    packInto(beside);
  }

  run(command: string, cwd = this.folder): Ran {
    const options = { cwd, env: this.environment, encoding: 'utf8', shell: true } as const;
    const { status, stdout, stderr } = spawnSync(command, options);
    return { code: status, out: stdout, err: withoutNotices(stderr) };
  }

  /** Runs `npm install …`, or links what the same command has installed for another project of this run. */
  install(command: string): Ran {
    const kept = join(process.env.TABLELOOM_INSTALLED ?? '', this.#installKey(command));
    if (existsSync(kept)) {
      link(kept, this.folder);
      return { code: 0, out: '', err: '' };
    }
    const ran = this.run(command);
    const whole = join(this.#home, 'installed');
    mkdirSync(whole);
    link(this.folder, whole);
    // Of two at once, one keeps it.
    if (ran.code === 0 && !existsSync(kept)) renameSync(whole, kept);
    else rmSync(whole, { recursive: true });
    return ran;
  }

  /** The command, and the package.json that it meets, whatever the project is called. */
  #installKey(command: string): string {
    const path = join(this.folder, 'package.json');
    const { name: _, ...manifest } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    return createHash('sha256')
      .update(JSON.stringify([command, manifest]))
      .digest('hex')
      .slice(0, 16);
  }

  /** Runs a server, and waits until it has printed `pattern`; `stop` ends it. */
  async start(command: string, port: number, pattern: RegExp): Promise<Started> {
    // A group of its own: npm and what it starts end together.
    const options = {
      cwd: this.folder,
      env: { ...this.environment, PORT: String(port) },
      detached: true,
    } as const;
    const child = spawn('sh', ['-c', command], options);
    this.#started.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const unseen = () => `${pattern} was not seen in:\n${output}`;
    await until(() => pattern.test(output) || child.exitCode !== null, unseen);
    if (!pattern.test(output)) throw new Error(unseen());
    return { output: () => withoutNotices(output) };
  }

  async stop(): Promise<void> {
    for (const { pid } of this.#started.splice(0)) {
      if (pid === undefined || !isRunning(pid)) continue;
      process.kill(-pid, 'SIGTERM');
      // The shell ends before what it has started does.
      await until(() => !isRunning(pid));
    }
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Puts into a folder what npm has installed in another one: its files once more, not copies of them. */
function link(from: string, to: string): void {
  rmSync(join(to, 'node_modules'), { recursive: true, force: true });
  execFileSync('cp', ['-al', join(from, 'node_modules'), to]);
  cpSync(join(from, 'package-lock.json'), join(to, 'package-lock.json'));
  cpSync(join(from, 'package.json'), join(to, 'package.json'), { force: false });
}

/** Whether anything of a process group is. */
function isRunning(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** This process' own, without what `npm test` and vitest have put there for themselves. */
function environment(): NodeJS.ProcessEnv {
  const theirs =
    /^(npm_(package|lifecycle|command|config_local_prefix)|INIT_CWD$|NODE_(ENV|PATH|OPTIONS)$|VITEST|TEST$|AWS_)/i;
  const kept = Object.entries(process.env).filter(([name]) => !theirs.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    // Else a command that is not installed would be looked for in the registry.
    npm_config_yes: 'false',
    // Git as it comes, without the settings of this machine.
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/** Npm's remarks on the settings of this machine are not about the package. */
function withoutNotices(text: string): string {
  return text.replace(/^npm warn Unknown (user|env|project|global|cli) config .*\n/gm, '');
}

/** The fenced blocks of a language in a section of the README. */
export function readmeBlocks(section: string, language: string): string[] {
  const text = readFileSync(join(checkout, 'README.md'), 'utf8').split(`\n## ${section}\n`)[1] ?? '';
  const own = text.split('\n## ')[0] ?? '';
  return Array.from(own.matchAll(/^```(\w+)\n(.*?)^```$/gms))
    .filter(([, name]) => name === language)
    .map(([, , block = '']) => block);
}
