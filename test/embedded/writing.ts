/** `writer.ts` at work in a process of its own, until it is killed. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Writing {
  /** Its whole lines so far. */
  readonly said: readonly string[];
  kill(): Promise<void>;
}

/** Starts it on a folder; it ends with the test at the latest. */
export function startWriting(path: string, ...options: readonly string[]): Writing {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('writer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', tsx, script, path, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const exit = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  onTestFinished(kill);
  const said: string[] = [];
  let line = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (line + chunk.toString()).split('\n');
    line = lines.pop() ?? '';
    said.push(...lines);
  });
  return { said, kill };
}
