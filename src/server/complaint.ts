import { EngineOpenError } from 'tableloom/embedded';
import { listeningProblem } from 'tableloom/server';
import { ConfigError } from './config.js';

/** A mistake in how the server is set up. The message says what to do, and is all that is shown. */
export class Complaint extends Error {}

/** What whoever started the server can correct, in a sentence each; null for anything else, which deserves its stack. */
export function complaint(error: unknown): string | null {
  if (error instanceof Complaint || error instanceof ConfigError || error instanceof EngineOpenError)
    return error.message;
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case 'TABLE_MISMATCH':
    case 'CONFIGURATION':
    case 'STORAGE_UNAVAILABLE':
    case 'STORAGE_REFUSED':
      return message ?? null;
    default:
      return listeningProblem(error);
  }
}
