import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import { secureHeaders } from '../http/headers.js';
import { listAssets } from './assets.js';

/** What `ide` needs to know. Paths begin with a slash and do not end with one. */
export type IdeOptions = {
  /** Path of the GraphQL endpoint the page talks to. */
  readonly endpoint: string;
  /** Path of the endpoint of subscriptions. Unlike a WebSocket, it takes the token and the headers of all requests. */
  readonly stream: string;
  /** Path of the page; its files are served below it. */
  readonly path: string;
  /** Title of the page; also keeps its stored tabs and history apart from other instances on one origin. */
  readonly title: string;
  /** The document a first visit finds in the editor. */
  readonly query?: string;
};

// Scripts, connections, images and fonts come from this origin alone, and nothing may frame the page. Inline styles
// are allowed because the editor's libraries write <style> elements as they go, some of them without a nonce.
// Frames fall under default-src: pre- and post-request scripts, which need eval inside a frame, are off.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Fastify plugin: an in-browser GraphQL IDE (Altair, from the `altair-static` package) at `GET <path>`.
 *
 * Everything the page loads comes from this server; its Content-Security-Policy forbids any other origin. Documentation,
 * history, tabs, headers, bearer tokens and subscriptions work offline. The package is loaded when the plugin is
 * registered, so a server without the IDE does not pay for it.
 */
export async function ide(app: FastifyInstance, options: IdeOptions): Promise<void> {
  const altair = await installedAltair();
  if (altair === undefined) {
    app.log.warn('There is no IDE: altair-static, a development dependency, is not installed.');
    return;
  }
  const { getDistDirectory, renderAltair, renderInitSnippet } = altair;
  const { version } = createRequire(import.meta.url)('altair-static/package.json') as { version: string };
  const assets = await listAssets(getDistDirectory());

  const page = `${app.prefix}${options.path}`;
  // The package's file names carry no hash: with its version in their path they can be cached for ever.
  const assetBase = `${page}/${version}/`;
  const html = renderAltair({
    baseURL: assetBase,
    serveInitialOptionsInSeperateRequest: `${page}/init.js`,
  }).replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(options.title)}</title>`);
  const init = renderInitSnippet({
    endpointURL: options.endpoint,
    subscriptionsEndpoint: options.stream,
    initialSubscriptionRequestHandlerId: 'graphql-sse',
    // Puts a token field under "Auth"; while it is empty no authorization header is sent.
    initialAuthorization: { type: 'bearer', data: { token: '' } },
    instanceStorageNamespace: `${slug(options.title)}_`,
    disableAccount: true,
    persistedSettings: { 'alert.disableUpdateNotification': true, 'banners.disable': true },
    ...(options.query === undefined ? {} : { initialQuery: options.query }),
  });

  app.get(options.path, (_request, reply) =>
    reply
      .headers({
        ...secureHeaders,
        'cache-control': 'no-cache',
        'content-security-policy': contentSecurityPolicy,
      })
      .type('text/html; charset=utf-8')
      .send(html),
  );

  app.get(`${options.path}/`, (_request, reply) => reply.redirect(page, 308));

  app.get(`${options.path}/init.js`, (_request, reply) =>
    reply
      .headers({ ...secureHeaders, 'cache-control': 'no-cache' })
      .type('text/javascript; charset=utf-8')
      .send(init),
  );

  app.get<{ Params: { '*': string } }>(`${options.path}/${version}/*`, async (request, reply) => {
    const asset = assets.get(request.params['*']);
    if (asset === undefined) return reply.callNotFound();
    return reply
      .headers({
        ...secureHeaders,
        'cache-control': 'public, max-age=31536000, immutable',
      })
      .type(asset.contentType)
      .send(await readFile(asset.file));
  });
}

function installedAltair() {
  return import('altair-static').catch((error: { readonly code?: unknown }) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
