import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createTables, Database, resolveTableNames } from 'tableloom/runtime';
import { type Secrets, secretsFor, signedWith } from '../../src/server/auth/secrets.js';
import { Complaint } from '../../src/server/complaint.js';
import type { ServerConfig } from '../../src/server/config.js';
import { openStorage, type Storage } from '../../src/server/storage.js';
import { type Application, applicationFolders, applicationLoader } from './application.js';
import { fingerprint } from './fingerprint.js';
import { Generator } from './generator.js';
import { missingRules } from './missing-rules.js';

/** One listening socket and one storage, and behind them the application as its files were when it last loaded. */
export class DevelopmentServer {
  readonly #root: string;
  readonly #config: ServerConfig;
  readonly #secrets: Secrets;
  readonly #storage: Storage;
  readonly #generator: Generator;
  readonly #load: () => Promise<Application>;
  readonly #server: Server;
  #current: FastifyInstance | undefined;
  /** The code of the last attempt to load it. */
  #loaded: string | undefined;

  static async open(root: string, config: ServerConfig): Promise<DevelopmentServer> {
    const [secrets, storage] = await Promise.all([secretsFor(config), openStorage(config.storage, false)]);
    return new DevelopmentServer(root, config, secrets, storage);
  }

  private constructor(root: string, config: ServerConfig, secrets: Secrets, storage: Storage) {
    this.#root = root;
    this.#config = config;
    this.#secrets = secrets;
    this.#storage = storage;
    this.#generator = new Generator(root);
    this.#load = applicationLoader(root);
    this.#server = createServer((request, response) => this.#current?.routing(request, response));
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Generates, loads and listens. Where the inputs are broken, what was generated last is served. */
  async start(): Promise<void> {
    const [problem] = await Promise.all([this.#generator.update(), loadPackages()]);
    if (problem !== null) console.error(`${problem}\n\nServing what was generated last.\n`);
    this.#loaded = await this.#codeFingerprint();
    this.#current = await this.#build();
    const { host, port } = this.#config;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
  }

  /** Loads what the first change will take. */
  warmUp(): void {
    this.#generator.warmUp();
  }

  /** Serves the files as they are now. Where something is wrong says so, and goes on with what it has. */
  async update(): Promise<void> {
    const started = performance.now();
    const problem = await this.#generator.update();
    if (problem !== null) console.error(`\n${problem}\n\nServing the last version that was good.`);
    const code = await this.#codeFingerprint();
    if (code === this.#loaded) return;
    this.#loaded = code;
    try {
      const next = await this.#build();
      const last = this.#current;
      this.#current = next;
      await last?.close();
      console.log(`Serving the change after ${Math.round(performance.now() - started)} ms.`);
    } catch (error) {
      console.error(`\n${describe(error)}\n\nServing the last version that was good.`);
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (!this.#server.listening) return resolve();
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await this.#current?.close();
    await this.#generator.close();
    await this.#storage.close();
  }

  async #build(): Promise<FastifyInstance> {
    const { app, auth, rules, seed, tables: generated } = await this.#load();
    const missing = missingRules(await this.#generator.rules(), rules);
    if (missing !== null) throw new Complaint(missing);
    const { tablePrefix, logLevel, corsOrigins, trustProxy } = this.#config;
    const tables = resolveTableNames(generated.tables, { TABLE_PREFIX: tablePrefix });
    const { client } = this.#storage;
    await createTables(client, generated.tables, tables);
    const database = new Database({ client, tables, cursorSecrets: this.#secrets.cursor });
    await seed.seed(database);
    return app.buildApp({
      database,
      auth: auth.createAuth(signedWith(this.#secrets.jwt)),
      ide: true,
      corsOrigins,
      trustProxy,
      logLevel,
    });
  }

  async #codeFingerprint(): Promise<string> {
    return fingerprint(this.#root, applicationFolders);
  }
}

/** Loads what every version of the application needs, while the generator is at work in its thread. */
async function loadPackages(): Promise<void> {
  await Promise.all([
    import('fastify'),
    import('mercurius'),
    import('graphql-scalars'),
    import('@node-rs/argon2'),
    import('altair-static'),
  ]);
}

/** A slip in a rule, in a line; anything else with its stack. */
function describe(error: unknown): string {
  if (error instanceof Complaint) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TransformError' ? error.message : (error.stack ?? error.message);
}
