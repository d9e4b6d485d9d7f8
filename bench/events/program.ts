/** Processes of the benchmark: each is started by its file, says when it is ready, and does what it is sent. */

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../test/server/support/process.js';

/** A process of ours. */
export interface Program<Ready> {
  readonly ready: Ready;
  ask<Answer>(what: string, given?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

interface Message {
  readonly id: number;
  readonly answer: unknown;
  readonly error?: string;
}

export interface StartOptions {
  /** `tableloom` is the compiled package, as it is installed, and not the sources. Default: the sources. */
  readonly isCompiled?: boolean;
  /** Options of Node. */
  readonly node?: readonly string[];
}

/** Starts a file of this folder with what it is given. */
export async function start<Ready>(
  file: string,
  given: unknown,
  { isCompiled = false, node = [] }: StartOptions = {},
): Promise<Program<Ready>> {
  const { PATH } = process.env;
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(given)], {
    execArgv: [
      ...(isCompiled ? [] : ['--conditions=tableloom-source']),
      ...['--import', 'tsx/esm', '--expose-gc'],
      ...node,
    ],
    env: { PATH, NODE_ENV: 'production', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const pending = new Map<number, (message: Message) => void>();
  child.on('message', (message: Message) => {
    pending.get(message.id)?.(message);
    pending.delete(message.id);
  });
  child.once('exit', (code) => {
    for (const [id, settle] of pending) settle({ id, answer: null, error: `${file} ended with ${code}` });
  });
  let count = 0;
  const ask = async <Answer>(what: string, more?: unknown): Promise<Answer> => {
    const id = count++;
    const answered = new Promise<Message>((resolve) => pending.set(id, resolve));
    if (what !== 'ready') child.send({ id, what, given: more });
    const { answer, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return answer as Answer;
  };
  // The first message comes unasked.
  const ready = await ask<Ready>('ready');
  return { ready, ask, stop: () => ended(child) };
}

/** In a process that was started: what its parent gave, and what it answers. */
export async function serve<Given, Ready>(
  open: (given: Given) => Promise<{
    readonly ready: Ready;
    readonly answers: Readonly<Record<string, (given: never) => unknown>>;
  }>,
): Promise<void> {
  const tell = (message: Message) => process.send?.(message);
  process.once('disconnect', () => process.exit(0));
  process.once('SIGTERM', () => process.exit(0));
  const { ready, answers } = await open(JSON.parse(process.argv[2] ?? 'null') as Given);
  process.on('message', async ({ id, what, given }: { id: number; what: string; given: never }) => {
    try {
      tell({ id, answer: (await answers[what]?.(given)) ?? null });
    } catch (error) {
      tell({ id, answer: null, error: error instanceof Error ? String(error.stack) : String(error) });
    }
  });
  tell({ id: 0, answer: ready });
}

/** A Redis of its own that keeps nothing. */
export async function startRedis(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`redis-server could not be started: ${String(error)}`);
  });
  const listening = (async () => {
    for await (const chunk of child.stdout) if (/Ready to accept/.test(String(chunk))) return;
  })();
  await Promise.race([failed, listening]);
  child.stdout.resume();
  return { port, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
