import type { FastifyRequest } from 'fastify';
import type { Auth } from './auth/auth.js';
import type { Viewer } from './auth/viewer.js';

/** Where a request came from, for the audit log. */
export interface Client {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

declare module 'tableloom/runtime' {
  interface AppContext {
    /** Null for a stranger. */
    readonly principal: Viewer | null;
    readonly client: Client;
    readonly auth: Auth;
    /** Writes to the server's log what clients must not see. Never pass it a secret. */
    readonly note: (message: string, details: Readonly<Record<string, unknown>>) => void;
  }
}

/** The longest User-Agent that is kept. */
const longestUserAgent = 256;

/** Where the request came from. */
export function clientOf(request: FastifyRequest): Client {
  return {
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, longestUserAgent) ?? null,
  };
}
