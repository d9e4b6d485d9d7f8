import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import mercurius, { type IResolvers } from 'mercurius';
import type { Database, Session } from 'tableloom/runtime';
import { type Context, createLoaders, createResolvers, type Rules, typeDefs } from '../../generated/index.js';
import * as ourRules from '../rules/index.js';
import { currentUser } from '../rules/shared/viewer.js';
import type { Auth } from './auth/auth.js';
import type { LogLevel } from './config.js';
import { clientGone, clientOf, viewerOf } from './context.js';
import { costHeader, costTold, refuseCostly, usualRequestLimit } from './cost/cost.js';
import { addHealth } from './health/health.js';
import { discreet } from './http/discreet.js';
import { graphqlOverHttp } from './http/http.js';
import { ide } from './ide/ide.js';
import { type ConnectionLimits, connectionLimits, connectionOptions } from './limits/connections.js';
import { deepestQuery, depthLimit, isIntrospection } from './limits/limits.js';
import { executableSchema } from './schema.js';

export interface AppOptions {
  readonly database: Database;
  readonly auth: Auth;
  readonly rules?: Rules;
  /** After how many executions a document is compiled (graphql-jit); left out: never. See docs/server.md. */
  readonly jit?: number;
  /** Whether the IDE is served at /graphiql. */
  readonly ide?: boolean;
  /** Keeps the schema and their own values from strangers, and what operations cost from all but administrators. */
  readonly production?: boolean;
  /** Whose pages may send requests: origins such as `https://app.example`, or `*` for all; left out: the server's own. */
  readonly corsOrigins?: readonly string[];
  /** Addresses of proxies in front of the server, whose `x-forwarded-for` is believed; left out: nobody's is. */
  readonly trustProxy?: readonly string[];
  readonly connections?: Partial<ConnectionLimits>;
  /** How many requests one operation may send to DynamoDB. */
  readonly requestLimit?: number;
  /** Left out: nothing is logged. */
  readonly logLevel?: LogLevel;
  /** Where log lines go; left out: to the standard output. */
  readonly logStream?: { write(line: string): void };
}

/** Bytes of the largest request: room for the largest value of a configuration entry, in any script. */
const largestRequest = 512 * 1024;
/** How long the database may take for one operation, in milliseconds: less than what proxies wait for. */
const slowestOperation = 20_000;
/** For how long browsers remember what another origin may do, in seconds. */
const preflightSeconds = 7200;
/** Answers are data: a browser that takes one for a page loads nothing, and shows it in no frame. */
const answersOnly = {
  useDefaults: false,
  directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
};
/** Tokens of the longest document: ten times what introspection takes, and no more than the parser can nest. */
const mostTokens = 3000;

/** Codes of typed errors that are the server's fault or its storage's: the client learns little, so the log has the reason. */
const faults = new Set([
  'BUSY',
  'STORAGE_UNAVAILABLE',
  'STORAGE_REFUSED',
  'TABLE_MISMATCH',
  'CONFIGURATION',
  'RULE_MISSING',
]);

/**
 * The server, ready to answer, not listening: `POST /graphql`, `GET /health` and, if wanted, `GET /graphiql`.
 * Closing it leaves the database open.
 */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { database, auth, rules = ourRules, production = false, requestLimit = usualRequestLimit } = options;
  const limits = { ...connectionLimits, ...options.connections };
  const { corsOrigins = [], trustProxy = [] } = options;
  const app: FastifyInstance = Fastify({
    ...connectionOptions(limits),
    bodyLimit: largestRequest,
    forceCloseConnections: 'idle',
    // One log may be that of many servers.
    genReqId: () => randomUUID(),
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    logger: loggerFor(options),
  });
  app.server.maxConnections = limits.connections;
  await app.register(helmet, { contentSecurityPolicy: answersOnly });
  if (corsOrigins.length > 0)
    await app.register(cors, {
      origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
      methods: ['GET', 'POST'],
      exposedHeaders: ['x-request-id'],
      maxAge: preflightSeconds,
    });
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Else the client would keep the connection of its last request open, and closing would wait for that.
    if (isClosing) reply.header('connection', 'close');
  });

  await app.register(mercurius, {
    ...graphqlOverHttp,
    schema: executableSchema(typeDefs),
    // Mercurius' types know its own context only.
    resolvers: createResolvers(rules) as IResolvers,
    graphiql: false,
    jit: options.jit ?? 0,
    // Validation rules that look at the document alone, as documents that passed are remembered.
    validationRules: [depthLimit(deepestQuery)],
    graphql: { parseOptions: { maxTokens: mostTokens } },
    context: async (request: FastifyRequest, reply: FastifyReply) =>
      contextFor(
        request,
        database.session({
          signal: clientGone(reply),
          deadlineMs: slowestOperation,
          ...(asksForCost(request) && { capacity: true }),
        }),
        auth,
      ),
    additionalRouteOptions: {
      ...graphqlOverHttp.additionalRouteOptions,
      errorHandler(error, request, reply) {
        const causes = (error as { readonly errors?: readonly GraphQLError[] }).errors;
        const told =
          production && causes
            ? Object.assign(Object.create(error), { errors: causes.map(discreet) })
            : error;
        return graphqlOverHttp.additionalRouteOptions.errorHandler.call(this, told, request, reply);
      },
    },
    errorFormatter: (execution, context) => {
      for (const { originalError, path } of execution.errors) {
        const code: unknown = (originalError as { code?: unknown } | undefined)?.code;
        if (typeof code === 'string' && faults.has(code))
          context.reply.log.error({ err: originalError, path }, code);
      }
      const told = production ? execution.errors.map(discreet) : execution.errors;
      return graphqlOverHttp.errorFormatter({ ...execution, errors: told }, context);
    },
  });
  app.graphql.addHook('preExecution', async (schema, document, _context, variables) => {
    refuseCostly(schema, document, variables ?? {}, requestLimit);
  });
  app.graphql.addHook('onResolution', async (execution, context) => {
    if (!asksForCost(context.reply?.request)) return;
    // What the answer cost, and not what it takes to find out who may know.
    const cost = costTold(context.db.stats());
    if (production && !(await isAdmin(context))) return;
    execution.extensions = { ...execution.extensions, tableloom: cost };
  });
  // Mercurius keeps one compiled operation for a document, whichever operation is requested next. A document that a hook
  // gives is not compiled.
  if (options.jit)
    app.graphql.addHook('preExecution', async (_schema, document) =>
      operationsIn(document) > 1 ? { document } : undefined,
    );
  if (production) {
    app.graphql.addHook('preExecution', async (_schema, document, context) => {
      if (context.viewer === null && isIntrospection(document)) {
        throw new GraphQLError('Sign in to read the schema.', { extensions: { code: 'UNAUTHENTICATED' } });
      }
    });
  }
  addHealth(app, database);
  if (options.ide)
    await app.register(ide, {
      endpoint: '/graphql',
      path: '/graphiql',
      title: 'Tyler Setup',
      query: firstQuery,
    });
  await app.ready();
  return app;
}

function operationsIn({ definitions }: DocumentNode): number {
  return definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
}

function loggerFor({ logLevel, logStream }: AppOptions) {
  if (logLevel === undefined) return false;
  return {
    level: logLevel,
    ...(logStream && { stream: logStream }),
    // Not the query string: a GraphQL request sent by GET has its arguments there.
    serializers: { req: ({ method, url, ip }: FastifyRequest) => ({ method, path: url.split('?')[0], ip }) },
  };
}

/** What a first visit to the IDE finds in the editor. */
const firstQuery = `# Sign in, then send the access token as header: { "Authorization": "Bearer …" }
mutation {
  signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) {
    accessToken
    refreshToken
    expiresIn
    user { name role }
  }
}
`;

function asksForCost(request: FastifyRequest | undefined): boolean {
  return request?.headers[costHeader] === '1';
}

async function isAdmin(context: Context): Promise<boolean> {
  try {
    return (await currentUser(context)).role === 'ADMIN';
  } catch {
    return false;
  }
}

/** Everything a resolver or rule is given. Made anew for each request: loaders remember what they read. */
function contextFor(request: FastifyRequest, db: Session, auth: Auth) {
  return {
    viewer: viewerOf(request, auth),
    client: clientOf(request),
    auth,
    note: (message: string, details: Readonly<Record<string, unknown>>) => request.log.warn(details, message),
    db,
    loaders: createLoaders(db),
  };
}
