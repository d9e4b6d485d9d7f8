/** The page at /tables: the map of the plan, what is stored, and the requests of the last operations. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { FastifyInstance } from 'fastify';
import type { Costs } from 'tableloom/runtime';
import type { TableMap } from '../../../review/map/table-map.js';
import { mapPage } from '../../../review/print/html/map-page.js';
import { pageFiles } from '../../page-files.js';
import { slotOf } from './collections.js';
import { liveItems } from './items.js';
import type { LiveOperation, LivePage } from './live.js';
import { type DoneOperation, Operations, type ReportingDatabase } from './operations.js';
import { liveRequest } from './requests.js';

export const tablesPath = '/tables';

/** What is served at present. */
export interface Served {
  readonly map: TableMap;
  readonly app: FastifyInstance;
  readonly database: ReportingDatabase;
  readonly costs: Costs;
  /** Physical table names by logical ones. */
  readonly names: Readonly<Record<string, string>>;
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export class TablesPage {
  readonly #client: DynamoDBClient;
  readonly #readers = new Set<ServerResponse>();
  readonly #operations = new Operations((operation) => this.#tell('operation', this.#live(operation)));
  #served: Served | undefined;

  constructor(client: DynamoDBClient) {
    this.#client = client;
  }

  show(served: Served): void {
    this.#served = served;
    this.#operations.watch(served.app, served.database, served.costs);
    this.#tell('plan', null);
  }

  /** @returns whether it answers the request */
  serves(request: IncomingMessage, response: ServerResponse): boolean {
    // A client may send what is no path at all: `//`.
    const [path, base] = [request.url ?? '/', 'http://localhost'];
    if (!URL.canParse(path, base)) return false;
    const { pathname, searchParams } = new URL(path, base);
    if (pathname !== tablesPath && !pathname.startsWith(`${tablesPath}/`)) return false;
    // A path of the project's own.
    if (this.#served?.app.hasRoute({ method: 'GET', url: pathname })) return false;
    const problem = refusal(request);
    if (problem) this.#answer(response, 403, problem);
    else if (request.method !== 'GET') this.#answer(response, 405, 'GET only.');
    else if (!this.#served) this.#answer(response, 503, 'Nothing is served yet.');
    else
      this.#get(this.#served, pathname.slice(tablesPath.length), searchParams, response).catch(
        (error: Error) => this.#answer(response, 400, error.message),
      );
    return true;
  }

  async #get(served: Served, path: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    switch (path) {
      case '': {
        const data: LivePage = { map: served.map, isLive: true };
        return this.#answer(response, 200, mapPage(data, pageFiles()), 'text/html');
      }
      case '/map':
        return this.#answer(response, 200, JSON.stringify(served.map), 'application/json');
      case '/events':
        return this.#follow(response);
      case '/items':
        return this.#items(served, query, response);
      default:
        return this.#answer(response, 404, 'There is no such page.');
    }
  }

  async #items({ map, names }: Served, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const table = query.get('table') ?? '';
    const slot = slotOf(map, table, query.get('index'));
    const collection = slot?.collections.find(({ partition }) => partition === query.get('partition'));
    const name = names[table];
    if (!slot || !collection || name === undefined)
      return this.#answer(
        response,
        404,
        'The plan has no such item collection any more. Load the page again.',
      );
    const page = await liveItems(this.#client, { table: name, slot, collection }, query.get('cursor'));
    this.#answer(response, 200, JSON.stringify(page), 'application/json');
  }

  /** Server-sent events ("Server-sent events", HTML Standard). */
  #follow(response: ServerResponse): void {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    for (const operation of this.#operations.done)
      response.write(eventOf('operation', this.#live(operation)));
    this.#readers.add(response);
    response.once('close', () => this.#readers.delete(response));
  }

  #tell(event: 'operation' | 'plan', data: LiveOperation | null): void {
    for (const reader of this.#readers) reader.write(eventOf(event, data));
  }

  /** On the map as it is now. */
  #live({ requests, ...operation }: DoneOperation): LiveOperation {
    const { map = { tables: [], patterns: [] }, names = {} } = this.#served ?? {};
    return { ...operation, requests: requests.map((request) => liveRequest(map, names, request)) };
  }

  #answer(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
    response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` });
    response.end(text);
  }
}

function eventOf(event: string, data: LiveOperation | null): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Stored records have what no field of the API shows. They are for this machine alone, and not for a page of another origin
 * whose name was made to lead here: an address is nobody's name.
 */
function refusal({ socket, headers: { host = '' } }: IncomingMessage): string | null {
  const { remoteAddress = '', localAddress } = socket;
  const isLocal = remoteAddress === localAddress || /^(::1|(::ffff:)?127\..*)$/.test(remoteAddress);
  const name = host.replace(/:\d+$/, '');
  const isNamed = /^(\[[\da-f:.]+\]|\d+(\.\d+){3}|([\w-]+\.)*localhost)$/i.test(name);
  return isLocal && isNamed
    ? null
    : 'The tables are shown on the machine of `tableloom dev` alone, at localhost.';
}
