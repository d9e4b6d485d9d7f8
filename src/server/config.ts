import { Buffer } from 'node:buffer';

/** What the environment says. */
export interface ServerConfig {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly storage: StorageConfig;
  /** What physical table names begin with. */
  readonly tablePrefix: string;
  /** Null outside production where none is set: the server makes its own. */
  readonly jwtSecret: string | null;
  readonly cursorSecret: string | null;
  readonly logLevel: LogLevel;
  /** How many requests one operation may send to DynamoDB; null: as many as usual. */
  readonly requestLimit: number | null;
}

export type StorageConfig =
  /** In this process. Without a folder the data is gone when the process ends. */
  | { readonly kind: 'embedded'; readonly dataDir: string | null }
  /** Anything that speaks DynamoDB's API. */
  | { readonly kind: 'endpoint'; readonly endpoint: string; readonly region: string }
  | { readonly kind: 'amazon'; readonly region: string };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

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

  const secret = (name: string): string | null => {
    const value = read(name);
    if (!production) return value;
    const wanted = `production needs at least ${shortestSecret} bytes, for instance from \`openssl rand -base64 48\``;
    if (value === null) problems.push(`${name} is missing: ${wanted}.`);
    else if (Buffer.byteLength(value) < shortestSecret) problems.push(`${name} is too short: ${wanted}.`);
    return value;
  };

  const config: ServerConfig = {
    production,
    port: readPort(read('PORT'), problems),
    host: read('HOST') ?? '127.0.0.1',
    storage: readStorage(read, production, problems),
    tablePrefix: readTablePrefix(read('TABLE_PREFIX'), problems),
    jwtSecret: secret('JWT_SECRET'),
    cursorSecret: secret('CURSOR_SECRET'),
    logLevel: readLogLevel(read('LOG_LEVEL'), problems),
    requestLimit: readRequestLimit(read('REQUEST_LIMIT'), problems),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readPort(text: string | null, problems: string[]): number {
  if (text === null) return 4000;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  problems.push(`PORT is \`${text}\`: it must be a number from 0 to 65535.`);
  return 4000;
}

function readRequestLimit(text: string | null, problems: string[]): number | null {
  if (text === null) return null;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  problems.push(`REQUEST_LIMIT is \`${text}\`: it must be a number from 1 to 9999999.`);
  return null;
}

function readStorage(
  read: (name: string) => string | null,
  production: boolean,
  problems: string[],
): StorageConfig {
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
