import { createServer, type Server } from 'node:http';
import { register } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import type { FastifyInstance } from 'fastify';
import { listeningProblem } from '../../fastify/listening.js';
import { described, Mistake } from '../mistakes.js';
import { type Code, loadCode } from '../project/code.js';
import { buildProjectApp } from './app.js';
import { type Generated, Generator } from './generator.js';
import { missingRules } from './missing-rules.js';
import type { DevelopmentStorage } from './storage.js';
import { type Served, TablesPage, tablesPath } from './tables/tables.js';

export interface DevelopmentOptions {
  /** Path of codegen.ts. */
  readonly config: string;
  /** Path of the module with `buildApp`. */
  readonly server: string;
  readonly host: string;
  readonly port: number;
  readonly storage: DevelopmentStorage;
  readonly say: (text: string) => void;
  /** What somebody has to correct. */
  readonly complain: (text: string) => void;
}

/** One listening socket and one storage, and behind them the project as its files were when it last loaded. */
export class DevelopmentServer {
  readonly #options: DevelopmentOptions;
  readonly #generator: Generator;
  readonly #server: Server;
  readonly #tables: TablesPage;
  #current: { readonly app: FastifyInstance; readonly greeting: string | undefined } | undefined;
  #generated: Generated | undefined;
  #versions = 0;
  /** Whether the last attempt to generate failed, and the files had changed again when it did. */
  #isUnreported = false;
  /** Whether the last attempt to load the project failed. */
  #isBroken = false;
  /** The files that the project was loaded from. */
  readonly #modules = new Set<string>();

  constructor(options: DevelopmentOptions) {
    this.#options = options;
    this.#generator = new Generator(options.config);
    this.#tables = new TablesPage(options.storage.client);
    this.#server = createServer((request, response) => {
      if (this.#tables.serves(request, response)) return;
      if (this.#current) return this.#current.app.routing(request, response);
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' });
      response.end('Nothing is served yet: the terminal of `tableloom dev` says what is wrong.\n');
    });
    this.#server.on('upgrade', (request, socket, head) => {
      // The application's server does not listen: its plugin does, for subscriptions.
      if (!this.#current?.app.server.emit('upgrade', request, socket, head)) socket.destroy();
    });
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (url: string) => this.#modules.add(relative(process.cwd(), fileURLToPath(url))));
    port1.unref();
    register(new URL(`./reload-hooks${extname(import.meta.url)}`, import.meta.url), {
      data: { port: port2 },
      transferList: [port2],
    });
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  get tablesUrl(): string {
    return `${this.url}${tablesPath}`;
  }

  get isServing(): boolean {
    return this.#current !== undefined;
  }

  get hasIde(): boolean {
    return this.#current?.app.hasRoute({ method: 'GET', url: '/graphiql' }) ?? false;
  }

  /** What the project says about itself. */
  get greeting(): string | undefined {
    return this.#current?.greeting;
  }

  /** Listens, generates and loads. Where something is wrong, says so and waits for the change that fixes it. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const problem = listeningProblem(error);
        reject(problem === null ? error : new Mistake(problem));
      });
      this.#server.listen(port, host, resolve);
    });
    await Promise.all([this.#generate(), this.#warmUp()]);
    await this.#load();
  }

  /** Loads packages while the generator is at work in its thread. */
  async #warmUp(): Promise<void> {
    const usual = { output: 'generated/', rules: 'src/rules', server: this.#options.server };
    await loadCode(usual, '?version=0').catch(() => undefined);
  }

  /** Serves the files as they are now. Where something is wrong says so, and continues with what it has. */
  async update(paths: ReadonlySet<string>, isOutdated: () => Promise<boolean>): Promise<void> {
    const started = performance.now();
    const all = [...paths].filter((path) => !path.startsWith(this.#generated?.output ?? 'generated/'));
    if (all.length === 0 && !this.#isUnreported) return;
    if (all.includes(this.#options.config)) await this.#generator.close();
    const before = this.#generated?.fingerprint;
    const isInput = (path: string) => path === this.#options.config || path.endsWith('.lock.json');
    const isCode = (path: string) => /\.([cm]?[jt]sx?|json)$/.test(path) && !isInput(path);
    if (!all.every(isCode) || this.#isUnreported) await this.#generate(isOutdated);
    // What is broken may be fixed by a file that nothing could load yet.
    const isLoaded = (path: string) => isCode(path) && (this.#isBroken || this.#modules.has(path));
    if (this.#generated?.fingerprint === before && !all.some(isLoaded)) return;
    if (await this.#load())
      this.#options.say(`Serving the change after ${Math.round(performance.now() - started)} ms.`);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (!this.#server.listening) return resolve();
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    // Sockets of subscribers are the application's to close.
    await this.#current?.app.close();
    await closed;
    await this.#generator.close();
    await this.#options.storage.close();
  }

  /** @param isOutdated whether the files have changed since: what is wrong then is wrong between two changes */
  async #generate(isOutdated?: () => Promise<boolean>): Promise<void> {
    const attempt = await this.#generator.run();
    if (attempt.kind === 'refused') {
      this.#isUnreported = (await isOutdated?.()) ?? false;
      if (!this.#isUnreported) this.#complain(attempt.problem);
      return;
    }
    this.#isUnreported = false;
    // Once: the same warnings with each change would hide what is new.
    const known = new Set(this.#generated?.warnings.map(({ key }) => key));
    const fresh = attempt.warnings.filter(({ key }) => !known.has(key));
    if (fresh.length > 0) this.#options.complain(`${fresh.map(({ text }) => text).join('\n\n')}\n`);
    this.#generated = attempt;
  }

  async #load(): Promise<boolean> {
    if (!this.#generated) return false;
    try {
      const next = await this.#build(this.#generated);
      const last = this.#current;
      this.#current = next;
      this.#tables.show(next.tables);
      await last?.app.close();
      this.#isBroken = false;
      return true;
    } catch (error) {
      this.#isBroken = true;
      this.#complain(described(error));
      return false;
    }
  }

  async #build(generated: Generated) {
    const { server, storage, say, complain } = this.#options;
    this.#versions += 1;
    const paths = { output: generated.output, rules: generated.rulesFolder, server };
    const code: Code<FastifyInstance> = await loadCode(paths, `?version=${this.#versions}`);
    const missing = missingRules(generated, code.rules);
    if (missing !== null) throw new Mistake(missing);
    const { database, names } = await storage.bring(code, generated.stored, { say, complain });
    const app = await (code.server?.buildApp({ database }) ?? buildProjectApp(code, database, complain));
    await app.ready();
    const tables: Served = { map: generated.map, app, database, costs: code.generated.costs, names };
    return { app, greeting: code.server?.greeting, tables };
  }

  #complain(problem: string): void {
    const next = this.#current
      ? 'Serving the last version that was good.'
      : 'Nothing is served until this is corrected.';
    this.#options.complain(`\n${problem}\n\n${next}`);
  }
}
