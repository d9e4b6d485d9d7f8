import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerConfig } from '../config.js';

export interface Secrets {
  /** Signs access tokens. */
  readonly jwt: string;
  /** Signs cursors. */
  readonly cursor: string;
}

/**
 * The secrets of the environment. Outside production missing ones are made up: kept next to the data if that is kept,
 * so that tokens and cursors survive a restart as the data does.
 */
export async function secretsFor({ jwtSecret, cursorSecret, storage }: ServerConfig): Promise<Secrets> {
  if (jwtSecret !== null && cursorSecret !== null) return { jwt: jwtSecret, cursor: cursorSecret };
  const kept =
    storage.kind === 'embedded' && storage.dataDir !== null ? await keptIn(storage.dataDir) : madeUp();
  return { jwt: jwtSecret ?? kept.jwt, cursor: cursorSecret ?? kept.cursor };
}

function madeUp(): Secrets {
  return { jwt: randomBytes(48).toString('base64url'), cursor: randomBytes(48).toString('base64url') };
}

async function keptIn(folder: string): Promise<Secrets> {
  const file = join(folder, 'development-secrets.json');
  await mkdir(folder, { recursive: true });
  try {
    // Of two processes that start at once one writes, and both read what it wrote.
    await writeFile(file, `${JSON.stringify(madeUp())}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { jwt, cursor } = JSON.parse(await readFile(file, 'utf8')) as Partial<Secrets>;
  if (!jwt || !cursor) throw new Error(`${file} holds no secrets; delete it.`);
  return { jwt, cursor };
}
