import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../generated/index.js';
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
    readonly viewer: Viewer | null;
    readonly client: Client;
    readonly auth: Auth;
    /** Writes to the server's log what clients must not see. Never pass it a secret. */
    readonly note: (message: string, details: Readonly<Record<string, unknown>>) => void;
  }
}

declare module 'mercurius' {
  interface MercuriusContext extends Context {}
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

/** Aborted when the connection closes before the answer has been sent: nobody is there to read it. */
export function clientGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Who sent the request; null without an access token, and with one that is expired, altered or not ours. */
export function viewerOf(request: FastifyRequest, auth: Auth): Viewer | null {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return token === undefined ? null : auth.readAccessToken(token);
}
