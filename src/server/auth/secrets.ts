import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerConfig } from '../config.js';

/** One and more that it replaces: what these made is still read. */
export type SecretList = readonly [string, ...string[]];

export interface Secrets {
  /** The first signs access tokens. */
  readonly jwt: SecretList;
  /** The first encrypts cursors. */
  readonly cursor: SecretList;
}

interface OwnSecrets {
  readonly jwt: string;
  readonly cursor: string;
}

/**
 * The secrets of the environment. Outside production missing ones are made up: kept next to the data if that is kept,
 * so that tokens and cursors survive a restart as the data does.
 */
export async function secretsFor({ jwtSecrets, cursorSecrets, storage }: ServerConfig): Promise<Secrets> {
  const [jwt, cursor] = [listOf(jwtSecrets), listOf(cursorSecrets)];
  if (jwt && cursor) return { jwt, cursor };
  const own =
    storage.kind === 'embedded' && storage.dataDir !== null ? await keptIn(storage.dataDir) : madeUp();
  return { jwt: jwt ?? [own.jwt], cursor: cursor ?? [own.cursor] };
}

/** As `createAuth` takes them. */
export function signedWith([jwtSecret, ...formerJwtSecrets]: SecretList): {
  readonly jwtSecret: string;
  readonly formerJwtSecrets: readonly string[];
} {
  return { jwtSecret, formerJwtSecrets };
}

function listOf([first, ...others]: readonly string[]): SecretList | undefined {
  return first === undefined ? undefined : [first, ...others];
}

function madeUp(): OwnSecrets {
  return { jwt: randomBytes(48).toString('base64url'), cursor: randomBytes(48).toString('base64url') };
}

async function keptIn(folder: string): Promise<OwnSecrets> {
  const file = join(folder, 'development-secrets.json');
  await mkdir(folder, { recursive: true });
  try {
    // Of two processes that start at once one writes, and both read what it wrote.
    await writeFile(file, `${JSON.stringify(madeUp())}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { jwt, cursor } = JSON.parse(await readFile(file, 'utf8')) as Partial<OwnSecrets>;
  if (!jwt || !cursor) throw new Error(`${file} holds no secrets; delete it.`);
  return { jwt, cursor };
}
