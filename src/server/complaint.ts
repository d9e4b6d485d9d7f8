import { EngineOpenError } from 'tableloom/embedded';
import { ConfigError } from './config.js';

/** A mistake in how the server is set up. The message says what to do, and is all that is shown. */
export class Complaint extends Error {}

/** What whoever started the server can correct, in a sentence each; null for anything else, which deserves its stack. */
export function complaint(error: unknown): string | null {
  if (error instanceof Complaint || error instanceof ConfigError || error instanceof EngineOpenError)
    return error.message;
  const { code, address, port, message } = error as {
    code?: string;
    address?: string;
    port?: number;
    message?: string;
  };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${address} is in use; set PORT to another one.`;
    case 'EACCES':
      return port === undefined
        ? null
        : `Port ${port} takes rights this user lacks; set PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is no address of this machine.';
    case 'TABLE_MISMATCH':
    case 'CONFIGURATION':
    case 'STORAGE_UNAVAILABLE':
    case 'STORAGE_REFUSED':
      return message ?? null;
    default:
      return null;
  }
}
