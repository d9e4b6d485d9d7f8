/** `tableloom dev` */

import { relative, resolve } from 'node:path';
import { stopOnSignals } from '../../fastify/stop.js';
import { DevelopmentServer } from '../dev/server.js';
import { DevelopmentStorage } from '../dev/storage.js';
import { watchFiles } from '../dev/watch.js';
import { Mistake } from '../mistakes.js';
import { enter, type Options, terminal } from '../verbs.js';

export interface DevOptions extends Options {
  readonly port?: string;
  readonly host: string;
  /** The folder that keeps the data. */
  readonly data: string;
  /** The module with `buildApp`. */
  readonly server: string;
}

export async function devVerb({
  root,
  config,
  port,
  host,
  data,
  server: module,
}: DevOptions): Promise<number> {
  if (process.env.NODE_ENV === 'production')
    throw new Mistake(
      '`tableloom dev` does not run with NODE_ENV=production.',
      'Run the built server instead.',
    );
  enter(root);
  const since = new Date();
  const listenAt = portOf(port ?? process.env.PORT ?? '4000');
  const storage = await DevelopmentStorage.open(data);
  const server = new DevelopmentServer({
    config,
    server: module,
    host,
    port: listenAt,
    storage,
    say: (text) => terminal.note(text),
    complain: (text) => terminal.findings(text),
  });
  if (process.env.DYNAMODB_ENDPOINT) terminal.note(`DYNAMODB_ENDPOINT is not used: the data is in ${data}.`);
  const started = server.start();
  const watching = watchFiles(process.cwd(), { since, ignored: isIgnored(data) }, (paths, isOutdated) =>
    started.then(
      () => server.update(paths, isOutdated),
      () => undefined,
    ),
  );
  const close = async () => {
    await started.catch(() => undefined);
    await watching.close();
    await server.close();
  };
  stopOnSignals(close);
  try {
    await started;
  } catch (error) {
    await close();
    throw error;
  }
  terminal.note(greetingOf(server, data));
  // It serves until a signal.
  return 0;
}

function greetingOf(
  { url, tablesUrl, greeting, subscription, isServing, hasIde }: DevelopmentServer,
  data: string,
): string {
  if (!isServing) return `\nWaiting for changes, to be served at ${url}/graphql. Ctrl-C stops.`;
  const own = greeting === undefined ? '' : `\n${greeting.trimEnd().replace(/^(?=.)/gm, '  ')}\n`;
  const sample = subscription === undefined ? '' : `\n  ${subscription}\n`;
  return `
Ready after ${(performance.now() / 1000).toFixed(1)} s.

  GraphQL   ${url}/graphql
${hasIde ? `  IDE       ${url}/graphiql\n` : ''}  Tables    ${tablesUrl}
  Data      ${data} (delete the folder to start over)
${own}${sample}
Changes are served at once. Ctrl-C stops.`;
}

/** Folders that hold no input of the project. */
function isIgnored(data: string): (path: string) => boolean {
  const kept = relative(process.cwd(), resolve(data));
  return (path) => {
    const [first = ''] = path.split('/');
    return (
      first.startsWith('.') || ['node_modules', 'dist', 'coverage', kept].includes(first) || path === kept
    );
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new Mistake(`The port is \`${text}\`: it must be a number from 0 to 65535.`);
}
