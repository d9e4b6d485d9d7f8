import type { FastifyRequest } from 'fastify';

/** The name of the operation that a request is for, of those in its document. */
export function operationNameIn({ body, query }: FastifyRequest): string | undefined {
  const { operationName } = (body ?? query ?? {}) as { readonly operationName?: string };
  return operationName;
}
