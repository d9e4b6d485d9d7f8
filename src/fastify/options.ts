/** What the plugin is registered with. */
import type { FastifyRequest } from 'fastify';
import type { AppContext, Costs, Database, MaybePromise, Session, TableDefinition } from 'tableloom/runtime';
import type { DocumentOptions } from './documents/documents.js';
import type { LiveLimits } from './live/limits.js';
import type { MetricsOptions } from './metrics/metrics.js';
import type { RateLimits } from './rates/rates.js';
import type { ScalarFunctions } from './scalars.js';
import type { SlowLimits } from './watch/slow.js';

/** Who sends a request, as the application's `AppContext` declares `principal`. */
export type Principal = AppContext extends { readonly principal: infer P } ? NonNullable<P> : unknown;

/** What the application adds to the context itself. */
export type OwnContext = Omit<AppContext, 'principal'>;

/** The context of a request: generated `Context`, but for the types of the loaders. */
export type RequestContext = AppContext & { readonly db: Session; readonly loaders: object };

/** How much one operation, or many clients, can take of the server. */
export interface ServerLimits {
  /** Fields within fields, from the root: QUERY_TOO_DEEP beyond. */
  readonly depth: number;
  /** Tokens of a document. */
  readonly tokens: number;
  /** Requests that one operation may send to DynamoDB, as its budget counts them: QUERY_TOO_COSTLY beyond. */
  readonly requests: number;
  /** How long one operation may read and begin to write, in milliseconds: BUSY beyond. */
  readonly operationMs: number;
  /** Connections of the process; further ones are closed at once. */
  readonly connections: number;
  /** Operations under way, at most: fewer while the event loop is late. Further ones wait. */
  readonly operations: number;
  /** How long an operation may wait until it begins, in milliseconds: BUSY, with status 503 and `retry-after`, beyond. */
  readonly waitMs: number;
}

/** `depth` is what clients need; `tokens` is ten times what introspection takes, and no more than the parser can nest. */
export const usualLimits: ServerLimits = {
  depth: 10,
  tokens: 3000,
  requests: 1000,
  operationMs: 20_000,
  connections: 2000,
  operations: 1000,
  waitMs: 500,
};

export interface IdeSettings {
  /** The title of the page; it also separates what the browser keeps for several servers of one origin. */
  readonly title?: string;
  /** What a first visit finds in the editor. */
  readonly query?: string;
}

/** `typeDefs`, `costs`, `createLoaders` and `tables` are what `generated/index.ts` exports. */
export interface PluginOptions {
  readonly database: Database;
  readonly typeDefs: string;
  readonly costs: Costs;
  readonly tables: readonly TableDefinition[];
  readonly createLoaders: (session: Session) => object;
  /** What generated `createResolvers` returns for your rules. */
  readonly resolvers: object;
  /** Implementations of custom scalars, for instance of graphql-scalars. `DateTime` and `Date` have one. */
  readonly scalars?: Readonly<Record<string, ScalarFunctions>>;
  /**
   * Whose access token this is. Throw `tokenExpired()` for one that is no longer valid, and return null for one that never was,
   * or is not yours: such requests are answered with 401. Not called for a request without a token, whose principal is null.
   */
  readonly authenticate?: (token: string, request: FastifyRequest) => MaybePromise<Principal | null>;
  /** Who causes what a request writes, for its events. Default: null. */
  readonly actor?: (principal: Principal) => string;
  /** What your rules need of a request besides `db`, `loaders` and `principal`. */
  readonly context?: (request: FastifyRequest, principal: Principal | null) => MaybePromise<OwnContext>;
  /**
   * Hides the schema from callers without a principal, there is no IDE, and no error repeats a value. Default: whether NODE_ENV
   * is `production` or, where it is not set, the process is a function of AWS Lambda.
   */
  readonly production?: boolean;
  /** Origins whose pages may call the server, such as `https://app.example`; `*` is all. Needs @fastify/cors. */
  readonly corsOrigins?: readonly string[];
  readonly limits?: Partial<ServerLimits>;
  /** How much each caller may have in a time: RATE_LIMITED beyond. Default: in production, as much as usual. */
  readonly rates?: boolean | Partial<RateLimits>;
  /** Documents that clients name by their ids, and whether all others are refused. Default: none, and none. */
  readonly documents?: DocumentOptions;
  /** Limits of subscriptions, where the schema has some. */
  readonly live?: Partial<LiveLimits>;
  /**
   * Throws, for instance `unauthenticated()`, where the session that a token belongs to has been revoked. Called for each
   * connection of a subscriber with a token, when it is opened and every `live.recheckMs`: the connection is closed.
   */
  readonly revalidate?: (context: RequestContext) => MaybePromise<void>;
  /** What tells principals apart, to count their connections and points. Default: all of the principal, as JSON. */
  readonly principalId?: (principal: Principal) => string;
  /** The IDE at /graphiql, of the package altair-static. Default: outside production. */
  readonly ide?: boolean | IdeSettings;
  /** Who may read what an operation cost (`x-tableloom-cost: 1`). Default: everybody outside production. */
  readonly mayReadCost?: (context: RequestContext) => MaybePromise<boolean>;
  /** What is measured of the server, for Prometheus or CloudWatch. Default: nothing. */
  readonly metrics?: MetricsOptions;
  /** Traces by OpenTelemetry, whose SDK the application sets up. Needs @opentelemetry/api. */
  readonly traces?: boolean;
  /** From when on operations are logged as slow or costly. Default: from a second, or 100 requests to DynamoDB. */
  readonly slow?: Partial<SlowLimits> | false;
  /** After how many executions Mercurius compiles a document (graphql-jit). Default: never. */
  readonly jit?: number;
}

/** Whatever `AppContext` declares must be provided: `authenticate` for a `principal`, `context` for the rest. */
export type TableloomOptions = PluginOptions &
  (AppContext extends { readonly principal: unknown }
    ? Required<Pick<PluginOptions, 'authenticate'>>
    : unknown) &
  (Record<never, never> extends OwnContext ? unknown : Required<Pick<PluginOptions, 'context'>>);
