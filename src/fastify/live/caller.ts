/** Who a subscriber is, for as long as the connection is open. */
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Session } from 'tableloom/runtime';
import { contextWith } from '../context.js';
import { isFault } from '../http/errors.js';
import type { PluginOptions, Principal, RequestContext } from '../options.js';
import type { Payer } from '../rates/rates.js';
import { payerOf, principalOf } from '../request.js';

export interface Caller {
  readonly principal: Principal | null;
  /** The request that opened the connection. */
  readonly request: FastifyRequest;
  /** The same for all connections of a principal, or of an address. */
  readonly payer: Payer;
  context(db: Session): Promise<RequestContext>;
  /** Throws where the token is no longer valid, or its session was revoked. */
  check(): Promise<void>;
}

/**
 * Throws as `authenticate` and `revalidate` do.
 *
 * @param authorization the header, or what the client sent in its place
 */
export async function callerOf(
  request: FastifyRequest,
  authorization: string | undefined,
  options: PluginOptions,
  deadlineMs: number,
): Promise<Caller> {
  const { database, authenticate, revalidate, principalId } = options;
  const find = () => principalOf(request, authenticate, authorization);
  let principal = await find();
  const context = (db: Session) => contextWith(db, request, principal, options);
  const revalidated = async () => {
    if (principal !== null) await revalidate?.(await context(database.session({ deadlineMs })));
  };
  await revalidated();
  return {
    get principal() {
      return principal;
    },
    request,
    payer: payerOf(request, principal, principalId),
    context,
    async check() {
      // What a token says may change: a principal that is read from storage has another role now.
      principal = await find();
      await revalidated();
    },
  };
}

/** The code an error refuses a caller with; null where it is the server's fault, which a client may outwait. */
export function refusalOf(error: unknown): string | null {
  const { extensions } = (error ?? {}) as { readonly extensions?: { readonly code?: unknown } };
  return typeof extensions?.code === 'string' && !isFault(error) ? extensions.code : null;
}

/** What ends a connection: a close code of WebSockets, and the reason. */
export type End = (code: number, reason: string) => void;

/** Close codes: of the protocol of graphql-ws, and of RFC 6455. Clients of graphql-ws retry after each. */
export const closeCodes = {
  forbidden: 4403,
  serviceRestart: 1012,
  tryAgainLater: 1013,
} as const;

/**
 * Checks the caller again every so often, and ends the connection of one that is refused. A check that fails by the server's
 * fault is made again once: what cannot be known for longer is not assumed.
 *
 * @returns what stops it
 */
export function keepChecking(caller: Caller, everyMs: number, log: FastifyBaseLogger, end: End): () => void {
  if (caller.principal === null) return () => undefined;
  let failures = 0;
  let isChecking = false;
  const check = async () => {
    isChecking = true;
    try {
      await caller.check();
      failures = 0;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null) return end(closeCodes.forbidden, refusal);
      log.error({ err: error }, 'a subscriber could not be checked');
      failures += 1;
    } finally {
      isChecking = false;
    }
  };
  const timer = setInterval(async () => {
    if (isChecking) failures += 1;
    else await check();
    if (failures > 1) end(closeCodes.tryAgainLater, 'The token could not be checked.');
  }, everyMs);
  return () => clearInterval(timer);
}
