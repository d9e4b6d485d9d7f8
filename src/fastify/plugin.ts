/** The Fastify plugin: generated code, served. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import mercurius, { type IResolvers, type MercuriusContext } from 'mercurius';
import { asksForCost, costTold, refuseCostly } from './cost/cost.js';
import { addHealth } from './health/health.js';
import { discreet } from './http/discreet.js';
import { graphqlOverHttp } from './http/http.js';
import { ide } from './ide/ide.js';
import { depthLimit, isIntrospection } from './limits/limits.js';
import { type PluginOptions, type RequestContext, type TableloomOptions, usualLimits } from './options.js';
import { clientGone, principalOf } from './request.js';
import { executableSchema } from './schema.js';

/** For how long browsers remember what another origin may do, in seconds. */
const preflightSeconds = 7200;

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
 * Serves a generated project: `POST /graphql` and `GET /graphql`, `GET /health`, and `GET /graphiql` where there is an IDE.
 *
 *     const app = Fastify(serverOptions({ logLevel: 'info' }));
 *     await app.register(tableloom, { ...generated, database, resolvers: createResolvers(rules) });
 *
 * Closing the application leaves the database open.
 */
export const tableloom: (app: FastifyInstance, options: TableloomOptions) => Promise<void> = Object.assign(
  serve,
  // Like Mercurius, it decorates the application that registers it, and no scope below.
  { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'tableloom' },
);

async function serve(app: FastifyInstance, options: PluginOptions): Promise<void> {
  const { database, costs, tables, corsOrigins = [] } = options;
  const { production = isProduction(process.env), ide: ideOption = !production } = options;
  const limits = { ...usualLimits, ...options.limits };
  app.server.maxConnections = limits.connections;
  nameRequests(app);
  if (corsOrigins.length > 0) await allowOrigins(app, corsOrigins);

  await app.register(mercurius, {
    ...graphqlOverHttp,
    schema: executableSchema(options.typeDefs, options.scalars),
    // Mercurius' types know its own context only.
    resolvers: options.resolvers as IResolvers,
    graphiql: false,
    jit: options.jit ?? 0,
    // Validation rules that look at the document alone, as documents that passed are remembered.
    validationRules: [depthLimit(limits.depth)],
    graphql: { parseOptions: { maxTokens: limits.tokens } },
    context: (request: FastifyRequest, reply: FastifyReply) =>
      contextFor(request, reply, options, limits.operationMs),
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
  app.graphql.addHook('preExecution', async (schema, document, context, variables) => {
    if (production) hideSchema(document, context, options);
    refuseCostly(costs, schema, document, variables ?? {}, limits.requests);
    // Mercurius keeps one compiled operation for a document, whichever operation is requested next. A document that a hook
    // gives is not compiled.
    return options.jit && operationsIn(document) > 1 ? { document } : undefined;
  });
  const mayReadCost = options.mayReadCost ?? (() => !production);
  app.graphql.addHook('onResolution', async (execution, context) => {
    if (!asksForCost(context.reply?.request)) return;
    // What the answer cost, and not what it takes to find out who may know.
    const cost = costTold(ours(context).db.stats());
    if (!(await mayReadCost(ours(context)))) return;
    execution.extensions = { ...execution.extensions, tableloom: cost };
  });
  addHealth(app, database, tables);
  if (ideOption !== false)
    await app.register(ide, {
      endpoint: '/graphql',
      path: '/graphiql',
      title: 'Tableloom',
      ...(ideOption !== true && ideOption),
    });
}

/** Unless NODE_ENV says otherwise, a function of AWS Lambda is in production. */
function isProduction({ NODE_ENV, AWS_LAMBDA_FUNCTION_NAME }: NodeJS.ProcessEnv): boolean {
  return NODE_ENV ? NODE_ENV === 'production' : AWS_LAMBDA_FUNCTION_NAME !== undefined;
}

function nameRequests(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Else the client would keep the connection of its last request open, and closing would wait for that.
    if (isClosing) reply.header('connection', 'close');
  });
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const { default: cors } = await import('@fastify/cors').catch((error: { readonly code?: unknown }) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('`corsOrigins` needs the package @fastify/cors. Install it: npm install @fastify/cors');
  });
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id'],
    maxAge: preflightSeconds,
  });
}

/** Made anew for each request: loaders remember what they read. */
async function contextFor(
  request: FastifyRequest,
  reply: FastifyReply,
  { database, authenticate, context, createLoaders }: PluginOptions,
  deadlineMs: number,
) {
  const principal = await principalOf(request, authenticate);
  const db = database.session({
    signal: clientGone(reply),
    deadlineMs,
    ...(asksForCost(request) && { capacity: true }),
  });
  return { ...(await context?.(request, principal)), principal, db, loaders: createLoaders(db) };
}

/** The context that {@link contextFor} made, to which Mercurius adds its own. */
function ours(context: MercuriusContext): RequestContext {
  return context as unknown as RequestContext;
}

function hideSchema(document: DocumentNode, context: MercuriusContext, options: PluginOptions): void {
  const { principal } = context as { readonly principal?: unknown };
  if (principal || !isIntrospection(document)) return;
  throw options.authenticate
    ? new GraphQLError('Sign in to read the schema.', { extensions: { code: 'UNAUTHENTICATED' } })
    : new GraphQLError('The schema cannot be read in production.', { extensions: { code: 'FORBIDDEN' } });
}

function operationsIn({ definitions }: DocumentNode): number {
  return definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
}
