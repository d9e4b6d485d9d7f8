import { readFile } from 'node:fs/promises';
import type { DocumentOptions } from 'tableloom/server';
import { ConfigError } from './config.js';

/**
 * The documents of a file that `tableloom documents` wrote, as the only ones that are answered. Undefined without a file. Throws
 * ConfigError.
 */
export async function documentsOf(file: string | null): Promise<DocumentOptions | undefined> {
  if (file === null) return undefined;
  try {
    const trusted = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, string>>;
    return { trusted, only: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`TRUSTED_DOCUMENTS is \`${file}\`, which cannot be read: ${reason}.`]);
  }
}
