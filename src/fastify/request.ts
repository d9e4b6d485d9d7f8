/** Of one request: who sends it, and whether they still wait for the answer. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tokenInvalid } from 'tableloom/runtime';
import { networkOf } from './limits/network.js';
import type { PluginOptions, Principal } from './options.js';
import type { Payer } from './rates/rates.js';

/** Aborted when the connection closes before the answer has been sent: nobody is there to read it. */
export function clientGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/**
 * Null for a request without a token. Throws TOKEN_INVALID, and what `authenticate` throws.
 *
 * @param header `Bearer …`, which clients in browsers can send in the first message of a socket only
 */
export async function principalOf(
  request: FastifyRequest,
  authenticate: PluginOptions['authenticate'],
  header = request.headers.authorization,
): Promise<Principal | null> {
  if (authenticate === undefined || header === undefined || !/^Bearer\b/i.test(header)) return null;
  const [, token] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  const principal = token === undefined ? null : await authenticate(token, request);
  if (principal === null || principal === undefined) throw tokenInvalid();
  return principal;
}

/** Whom connections and points are counted for: the principal, or where there is none, the address. */
export function payerOf(
  { ip }: FastifyRequest,
  principal: Principal | null,
  principalId: PluginOptions['principalId'] = JSON.stringify,
): Payer {
  return principal === null
    ? { kind: 'address', key: networkOf(ip) }
    : { kind: 'principal', key: principalId(principal) };
}
