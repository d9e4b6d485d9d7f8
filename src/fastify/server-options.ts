/** How Fastify itself is set up for a server in public. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { FastifyBaseLogger, FastifyHttpOptions, FastifyRequest } from 'fastify';
import { type ConnectionLimits, connectionLimits, connectionOptions } from './limits/connections.js';
import { loggedError } from './logs/errors.js';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface ServerSettings {
  /** Addresses of the proxies in front of the server, whose `x-forwarded-for` is believed. Default: nobody's is. */
  readonly trustProxy?: readonly string[];
  readonly connections?: Partial<ConnectionLimits>;
  /** Bytes of the largest request. Default: 512 KiB, which has room for the largest record. */
  readonly bodyLimit?: number;
  /** Default: nothing is logged. */
  readonly logLevel?: LogLevel;
  /** Where log lines go. Default: to the standard output. */
  readonly logStream?: { write(line: string): void };
}

/**
 * Options for `Fastify(…)`: limits of connections and bodies, ids of requests that no other server gives, and a log without query
 * strings, as a GraphQL request sent by GET has its arguments there.
 */
export function serverOptions(settings: ServerSettings = {}): FastifyHttpOptions<Server> {
  const { trustProxy = [], bodyLimit = 512 * 1024 } = settings;
  return {
    ...connectionOptions({ ...connectionLimits, ...settings.connections }),
    bodyLimit,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    logger: loggerFor(settings),
  };
}

function loggerFor({ logLevel, logStream }: ServerSettings) {
  if (logLevel === undefined) return false;
  return {
    level: logLevel,
    ...(logStream && { stream: logStream }),
    serializers: {
      req: ({ method, url, ip }: FastifyRequest) => ({ method, path: url.split('?')[0], ip }),
      err: (error: unknown) => loggedError(error),
    },
    hooks: {
      logMethod(args: unknown[], log: object) {
        Reflect.apply(log as FastifyBaseLogger['info'], this, args.map(withoutQuery));
      },
    },
  };
}

/** Fastify logs the whole address of a request that has no route. */
function withoutQuery(logged: unknown): unknown {
  if (typeof logged !== 'string') return logged;
  return logged.replace(/^(Route [A-Z]+:[^?]*)\?.*( not found)$/s, '$1$2');
}
