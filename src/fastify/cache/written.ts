/** So that a client reads what it wrote, from whichever server and cache: it returns the moment it was given after its write. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from 'tableloom/runtime';
import { httpError } from '../http/status.js';

/** The header of both: the time of the client's last write, in milliseconds and base 36. */
export const writtenHeader = 'x-tableloom-written';

/** From when on what the client reads has to be; 0 where it says nothing. Throws an {@link httpError} 400. */
export function freshFrom({ headers }: FastifyRequest): number {
  const value = headers[writtenHeader];
  if (value === undefined) return 0;
  if (typeof value === 'string' && /^[0-9a-z]{1,9}$/.test(value)) return Number.parseInt(value, 36);
  throw httpError(400, `${writtenHeader} must be what a response of this server had as ${writtenHeader}.`);
}

/** Tells the client when it wrote, if it did. */
export function tellWritten(reply: FastifyReply, { writtenAt }: Session): void {
  if (writtenAt !== null) reply.header(writtenHeader, writtenAt.toString(36));
}
