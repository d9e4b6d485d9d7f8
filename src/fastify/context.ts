import type { FastifyRequest } from 'fastify';
import type { Session } from 'tableloom/runtime';
import type { PluginOptions, Principal, RequestContext } from './options.js';

/** The context of what is read by the session. Made anew for each request and each delivery: loaders remember what they read. */
export async function contextWith(
  db: Session,
  request: FastifyRequest,
  principal: Principal | null,
  { context, createLoaders }: Pick<PluginOptions, 'context' | 'createLoaders'>,
): Promise<RequestContext> {
  // What `AppContext` declares besides, `context` returns: where it is declared, the option is required.
  const own = (await context?.(request, principal)) as RequestContext | undefined;
  let loaders: object | undefined;
  return {
    ...own,
    principal,
    db,
    // Many deliveries to subscribers need none.
    get loaders() {
      loaders ??= createLoaders(db);
      return loaders;
    },
  } as RequestContext;
}
