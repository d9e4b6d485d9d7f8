/** Servers that will close soon: load balancers are to send them nothing more. */
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

const draining = new WeakSet<Server>();

/** From now on `/readyz` answers 503, and each answer closes its connection. Everything is still served. */
export function drain({ server }: FastifyInstance): void {
  draining.add(server);
}

export function isDraining({ server }: FastifyInstance): boolean {
  return draining.has(server);
}
