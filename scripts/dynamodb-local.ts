import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

/** The npm package that carries DynamoDB Local 1.25.1 under `emulator/`. */
const carrier = 'amplify-dynamodb-simulator';
const version = '2.9.30';
/** SHA-512 of its tarball. */
const integrity = 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

const oldestJava = 11;
const jar = 'DynamoDBLocal.jar';
const startSeconds = 60;

export const defaultCacheDir = fileURLToPath(
  new URL('../node_modules/.cache/dynamodb-local', import.meta.url),
);

/** There is no Java, or one that is too old. The message says so in a sentence. */
export class JavaMissingError extends Error {
  override readonly name = 'JavaMissingError';
}

export interface InstallOptions {
  /** Folder for the download; made if it is not there. */
  readonly cacheDir?: string;
}

export interface StartOptions extends InstallOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Keep nothing. Absent: true unless there is a `dbPath`. */
  readonly inMemory?: boolean;
  /** Folder for the database file; made if it is not there. */
  readonly dbPath?: string;
}

export interface RunningDynamoDBLocal {
  readonly endpoint: string;
  /** Whether only this machine can reach it: without a Java compiler it listens on every interface. */
  readonly loopbackOnly: boolean;
  /** Resolves when it has ended, by `stop` or by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/**
 * Downloads DynamoDB Local once; later calls find it. A download that was cut short leaves nothing that counts.
 * Its own dependencies are not installed: only the jar is used.
 */
export async function installDynamoDBLocal({ cacheDir = defaultCacheDir }: InstallOptions = {}): Promise<{
  jarDir: string;
}> {
  const home = resolve(cacheDir, `${carrier}-${version}`);
  const jarDir = join(home, 'emulator');
  if (await exists(join(jarDir, jar))) return { jarDir };
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(resolve(cacheDir), 'download-'));
  try {
    await run('npm', ['pack', '--silent', '--pack-destination', work, `${carrier}@${version}`], {
      shell: process.platform === 'win32',
    });
    const [tarball] = (await readdir(work)).filter((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error(`npm pack brought no tarball of ${carrier}@${version}`);
    const digest = createHash('sha512')
      .update(await readFile(join(work, tarball)))
      .digest('base64');
    if (digest !== integrity) throw new Error(`the tarball of ${carrier}@${version} is not the one we know`);
    await run('tar', ['-xzf', tarball, 'package/emulator'], { cwd: work });
    await access(join(work, 'package', 'emulator', jar));
    await rename(join(work, 'package'), home).catch(async (error: unknown) => {
      // Somebody else was faster; theirs is as good.
      if (!(await exists(join(jarDir, jar)))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { jarDir };
}

/**
 * Starts DynamoDB Local (installing it if needed) and waits until it answers. It ends with `stop`, and with this
 * process, however that ends.
 * @throws JavaMissingError
 */
export async function startDynamoDBLocal(options: StartOptions = {}): Promise<RunningDynamoDBLocal> {
  const java = await findJava();
  const { jarDir } = await installDynamoDBLocal(options);
  const port = options.port || (await freePort());
  const loopbackOnly = await hasCompiler(java);
  const child = spawn(
    java,
    [...(await launch(jarDir, loopbackOnly)), ...(await serverArguments(options, port))],
    {
      cwd: jarDir,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const { ended, stop } = endsWithUs(child);
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answers(child, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, loopbackOnly, ended, stop };
}

/**
 * DynamoDB Local listens on every interface and has no option against it, so it is started by a few lines of
 * Java of ours. They also end it when this process is gone and its standard input closes.
 */
const launcher = `
import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

public class Loopback {
  public static void main(String[] args) throws Exception {
    DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(args);
    java.lang.reflect.Field field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    for (Connector connector : ((Server) field.get(proxy)).getConnectors()) {
      ((ServerConnector) connector).setHost("127.0.0.1");
    }
    Thread parent = new Thread(() -> {
      try {
        while (System.in.read() >= 0) {}
      } catch (java.io.IOException gone) {
      }
      Runtime.getRuntime().halt(0);
    });
    parent.setDaemon(true);
    parent.start();
    proxy.start();
    proxy.join();
  }
}
`;

async function launch(jarDir: string, loopbackOnly: boolean): Promise<string[]> {
  const library = join(jarDir, 'DynamoDBLocal_lib');
  if (!loopbackOnly) return [`-Djava.library.path=${library}`, '-jar', join(jarDir, jar)];
  const source = join(jarDir, 'Loopback.java');
  const draft = `${source}.${process.pid}`;
  await writeFile(draft, launcher);
  await rename(draft, source);
  const classPath = [join(jarDir, jar), join(library, '*')].join(delimiter);
  return [`-Djava.library.path=${library}`, '-cp', classPath, source];
}

async function serverArguments(
  { dbPath, inMemory = dbPath === undefined }: StartOptions,
  port: number,
): Promise<string[]> {
  const common = ['-port', String(port), '-sharedDb', '-disableTelemetry'];
  if (inMemory) return [...common, '-inMemory'];
  if (dbPath === undefined) return common;
  await mkdir(dbPath, { recursive: true });
  return [...common, '-dbPath', resolve(dbPath)];
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Kills the child with this process, or before by `stop`. */
function endsWithUs(child: Child): Pick<RunningDynamoDBLocal, 'ended' | 'stop'> {
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  });
  const kill = () => child.kill('SIGKILL');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals) => {
    kill();
    release();
    process.kill(process.pid, signal);
  };
  const release = () => {
    process.off('exit', kill);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.once('exit', kill);
  for (const signal of signals) process.once(signal, onSignal);
  const stop = async () => {
    release();
    kill();
    await ended;
  };
  return { ended, stop };
}

async function answers(child: Child, endpoint: string): Promise<void> {
  let said = '';
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  let ended: string | undefined;
  child.once('exit', (code, signal) => {
    ended = `DynamoDB Local ended (${signal ?? code}) before it answered:\n${said.trim()}`;
  });
  child.once('error', (error) => {
    ended = `DynamoDB Local did not start: ${error.message}`;
  });
  for (const deadline = Date.now() + startSeconds * 1000; Date.now() < deadline; await sleep(50)) {
    if (ended !== undefined) throw new Error(ended);
    // Without a signature it refuses, which is an answer.
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error(`DynamoDB Local did not answer within ${startSeconds} s:\n${said.trim()}`);
}

async function findJava(): Promise<string> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const said = await run(java, ['-version']).catch(() => {
    throw new JavaMissingError(
      `DynamoDB Local needs Java ${oldestJava} or newer; there is none (${java} does not run)`,
    );
  });
  const found = /version "(?:1\.)?(\d+)/.exec(said.stderr + said.stdout)?.[1];
  if (found === undefined || Number(found) < oldestJava) {
    throw new JavaMissingError(
      `DynamoDB Local needs Java ${oldestJava} or newer; ${java} is ${found ?? 'of an unknown version'}`,
    );
  }
  return java;
}

async function hasCompiler(java: string): Promise<boolean> {
  const { stdout } = await run(java, ['--list-modules']);
  return /^jdk\.compiler\b/m.test(stdout);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const help = `Usage: npx tsx scripts/dynamodb-local.ts [options]

Downloads Amazon's DynamoDB Local 1.25.1 if it is not there, starts it for this machine only and prints its
endpoint. Ctrl-C stops it. Needs Java ${oldestJava} or newer (JAVA_HOME, or java in the path).

  --port <number>     port to listen on (default: 8000; 0: any free one)
  --db-path <folder>  keep the data there (default: in memory)
  --cache-dir <dir>   where the download is kept (default: node_modules/.cache/dynamodb-local)
  --help              this text
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean' },
      port: { type: 'string', default: '8000' },
      'db-path': { type: 'string' },
      'cache-dir': { type: 'string' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is no port`);
  const dbPath = values['db-path'];
  const cacheDir = values['cache-dir'];
  const { endpoint, loopbackOnly, ended } = await startDynamoDBLocal({
    port,
    ...(dbPath === undefined ? {} : { dbPath }),
    ...(cacheDir === undefined ? {} : { cacheDir }),
  });
  process.stdout.write(`${endpoint}\n`);
  if (!loopbackOnly) {
    process.stderr.write(
      'This Java has no compiler: DynamoDB Local listens on every interface of this machine.\n',
    );
  }
  await ended;
  throw new Error('DynamoDB Local ended');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(error instanceof JavaMissingError ? 2 : 1);
    },
  );
}
