import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { until } from '../../support/until.js';

/** A program of ours as a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** Everything it has written to both its outputs. */
  output(): string;
  /** Resolves once `pattern` is in the output. */
  saw(pattern: RegExp): Promise<void>;
  /** Sends a signal, and gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** The exit code of a program that ends by itself. */
  ended(): Promise<number | null>;
}

/** Starts a TypeScript file of the project at `root`. Of the environment it gets the path and what is given. */
export function run(
  root: string,
  file: string,
  environment: Record<string, string>,
  args: readonly string[] = [],
): Program {
  const ours = ['--conditions=tableloom-source', '--import', 'tsx', file, ...args];
  return runCommand(root, process.execPath, ours, environment);
}

/** Starts a command in a folder. Of the environment it gets the path and what is given. */
export function runCommand(
  cwd: string,
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
): Program {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return {
    process: child,
    output: () => output,
    async saw(pattern) {
      await until(
        () => pattern.test(output) || child.exitCode !== null,
        () => `${pattern} was not seen in:\n${output}`,
      );
      if (!pattern.test(output)) throw new Error(`${pattern} was not seen in:\n${output}`);
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exit;
    },
    ended: () => exit,
  };
}

/** A port nobody listens at just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Asks a server that listens. */
export async function askAt<Data>(port: number, query: string, token?: string): Promise<Data> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data;
}
