import { Buffer } from 'node:buffer';
import { isIP } from 'node:net';
import type { LogLevel, MetricsOptions } from 'tableloom/server';

/** What the environment says. */
export interface ServerConfig {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly storage: StorageConfig;
  /** What physical table names begin with. */
  readonly tablePrefix: string;
  /** The first is used, the others are former ones. Empty outside production where none is set: the server makes its own. */
  readonly jwtSecrets: readonly string[];
  readonly cursorSecrets: readonly string[];
  readonly logLevel: LogLevel;
  /** How many requests one operation may send to DynamoDB; null: as many as usual. */
  readonly requestLimit: number | null;
  /** Whose pages may call the server. */
  readonly corsOrigins: readonly string[];
  /** Addresses of proxies in front of the server. */
  readonly trustProxy: readonly string[];
  /** Null: as many as usual. */
  readonly maxConnections: number | null;
  /** How long it goes on serving after SIGTERM, until load balancers have noticed, in milliseconds. */
  readonly drainMs: number;
  /** Through which processes tell one another of events and count callers' requests; null: each for itself. */
  readonly redisUrl: string | null;
  /** A file of trusted documents, which are the only ones that are answered; null: all are. */
  readonly trustedDocuments: string | null;
  readonly metrics: MetricsOptions;
  /** Whether spans are reported to OpenTelemetry. */
  readonly traces: boolean;
  /** From when on operations are logged as slow, in milliseconds; null: as usual. */
  readonly slowMs: number | null;
}

export type StorageConfig =
  /** In this process. Without a folder the data is gone when the process ends. */
  | { readonly kind: 'embedded'; readonly dataDir: string | null }
  /** Anything that speaks DynamoDB's API. */
  | { readonly kind: 'endpoint'; readonly endpoint: string; readonly region: string }
  | { readonly kind: 'amazon'; readonly region: string };

const logLevels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** The shortest secret production accepts, in bytes: as long as the hash it keys. */
const shortestSecret = 32;

/** The environment does not say how to run. The message lists everything that is wrong, a line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      ['The server cannot start with this environment:', ...problems.map((problem) => `  ${problem}`)].join(
        '\n',
      ),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads the environment. An empty variable counts as absent. Throws ConfigError. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ServerConfig {
  const problems: string[] = [];
  const read = (name: string): string | null => environment[name]?.trim() || null;
  const production = read('NODE_ENV') === 'production';

  const secrets = (name: string): readonly string[] => {
    const values = list(read(name));
    if (!production) return values;
    const wanted = `production needs at least ${shortestSecret} bytes, for instance from \`openssl rand -base64 48\``;
    if (values.length === 0) problems.push(`${name} is missing: ${wanted}.`);
    else if (values.some((value) => Buffer.byteLength(value) < shortestSecret)) {
      const which = values.length === 1 ? 'is' : 'has commas, so it is several secrets, of which one is';
      problems.push(`${name} ${which} too short: ${wanted}.`);
    }
    return values;
  };

  const config: ServerConfig = {
    production,
    port: readPort('PORT', read('PORT'), problems),
    host: read('HOST') ?? '127.0.0.1',
    storage: readStorage(read, production, problems),
    tablePrefix: readTablePrefix(read('TABLE_PREFIX'), problems),
    jwtSecrets: secrets('JWT_SECRET'),
    cursorSecrets: secrets('CURSOR_SECRET'),
    logLevel: readLogLevel(read('LOG_LEVEL'), problems),
    requestLimit: readCount('REQUEST_LIMIT', read, problems),
    corsOrigins: readOrigins(list(read('CORS_ORIGINS')), problems),
    trustProxy: readProxies(list(read('TRUST_PROXY')), problems),
    maxConnections: readCount('MAX_CONNECTIONS', read, problems),
    drainMs: readSeconds('DRAIN_SECONDS', read, problems) ?? (production ? 5000 : 0),
    redisUrl: readRedisUrl(read('REDIS_URL'), problems),
    trustedDocuments: read('TRUSTED_DOCUMENTS'),
    metrics: readMetrics(read, production, problems),
    traces: readSwitch('TRACES', read, problems),
    slowMs: readCount('SLOW_MS', read, problems),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readPort(name: string, text: string | null, problems: string[]): number {
  if (text === null) return 4000;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  problems.push(`${name} is \`${text}\`: it must be a number from 0 to 65535.`);
  return 4000;
}

type Read = (name: string) => string | null;

function readCount(name: string, read: Read, problems: string[]): number | null {
  const text = read(name);
  if (text === null) return null;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  problems.push(`${name} is \`${text}\`: it must be a number from 1 to 9999999.`);
  return null;
}

/** In milliseconds. */
function readSeconds(name: string, read: (name: string) => string | null, problems: string[]): number | null {
  const text = read(name);
  if (text === null) return null;
  if (/^\d{1,3}$/.test(text)) return Number(text) * 1000;
  problems.push(`${name} is \`${text}\`: it must be a number of seconds from 0 to 999.`);
  return null;
}

function readSwitch(name: string, read: Read, problems: string[]): boolean {
  const text = read(name);
  if (text !== null && text !== 'true' && text !== 'false')
    problems.push(`${name} is \`${text}\`: it must be \`true\` or \`false\`.`);
  return text === 'true';
}

/** Outside production everybody may read them. */
function readMetrics(read: Read, production: boolean, problems: string[]): MetricsOptions {
  const [token, port, namespace] = [read('METRICS_TOKEN'), read('METRICS_PORT'), read('METRICS_EMF')];
  if (token !== null && port !== null)
    problems.push(
      'METRICS_TOKEN and METRICS_PORT are both set: /metrics is served at one place. Set one of them.',
    );
  if (token !== null && token.length < 16)
    problems.push(
      'METRICS_TOKEN is too short: it needs at least 16 characters, for instance from `openssl rand -hex 16`.',
    );
  if (namespace !== null && !/^[\w./#-]{1,255}$/.test(namespace))
    problems.push(
      `METRICS_EMF is \`${namespace}\`: it is a namespace of CloudWatch, of letters, digits, \`.\`, \`-\`, \`_\`, \`/\` and \`#\`.`,
    );
  const host = read('HOST');
  const apart = port !== null && { port: readPort('METRICS_PORT', port, problems), ...(host && { host }) };
  const prometheus = token !== null ? { token } : apart || !production;
  return {
    ...(prometheus && { prometheus }),
    ...(namespace !== null && { emf: { namespace } }),
  };
}

function readRedisUrl(text: string | null, problems: string[]): string | null {
  if (text === null || /^rediss?:\/\/[^/\s]+/.test(text)) return text;
  problems.push('REDIS_URL must be like redis://redis.internal:6379, or rediss://… for TLS.');
  return null;
}

/** Values between commas. */
function list(text: string | null): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || []);
}

function readOrigins(origins: readonly string[], problems: string[]): readonly string[] {
  for (const origin of origins) {
    if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) continue;
    problems.push(
      `CORS_ORIGINS has \`${origin}\`: an origin is like https://app.example, without a path; \`*\` is all.`,
    );
  }
  return origins;
}

function readProxies(proxies: readonly string[], problems: string[]): readonly string[] {
  for (const proxy of proxies) {
    if (['loopback', 'linklocal', 'uniquelocal'].includes(proxy)) continue;
    const [address = '', bits = '0', ...more] = proxy.split('/');
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (more.length === 0 && /^\d+$/.test(bits) && Number(bits) <= most) continue;
    problems.push(
      `TRUST_PROXY has \`${proxy}\`: it must list addresses of proxies, such as 10.0.0.0/8 or loopback.`,
    );
  }
  return proxies;
}

function readStorage(read: Read, production: boolean, problems: string[]): StorageConfig {
  const endpoint = read('DYNAMODB_ENDPOINT');
  const region = read('AWS_REGION');
  if (endpoint !== null) {
    if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
      problems.push(`DYNAMODB_ENDPOINT is \`${endpoint}\`: it must be a URL such as http://localhost:8000.`);
    }
    return { kind: 'endpoint', endpoint, region: region ?? 'us-east-1' };
  }
  if (!production) return { kind: 'embedded', dataDir: read('DATA_DIR') };
  if (region === null) problems.push('AWS_REGION is missing: it says where the tables are.');
  return { kind: 'amazon', region: region ?? '' };
}

function readTablePrefix(text: string | null, problems: string[]): string {
  const prefix = text ?? 'tyler-setup';
  if (!/^[\w.-]{1,200}$/.test(prefix)) {
    problems.push(`TABLE_PREFIX is \`${prefix}\`: table names take letters, digits, \`_\`, \`-\` and \`.\`.`);
  }
  return prefix;
}

function readLogLevel(text: string | null, problems: string[]): LogLevel {
  const level = logLevels.find((one) => one === (text ?? 'info'));
  if (level === undefined)
    problems.push(`LOG_LEVEL is \`${text}\`: it must be one of ${logLevels.join(', ')}.`);
  return level ?? 'info';
}
