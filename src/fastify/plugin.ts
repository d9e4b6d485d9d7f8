/** The Fastify plugin: generated code, served. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import mercurius, { type IResolvers, type MercuriusContext } from 'mercurius';
import { freshFrom, tellWritten, writtenHeader } from './cache/written.js';
import { contextWith } from './context.js';
import { asksForCost, costTold, refuseCostly } from './cost/cost.js';
import { TrustedDocuments } from './documents/documents.js';
import { isDraining } from './health/draining.js';
import { addHealth } from './health/health.js';
import { discreet } from './http/discreet.js';
import { logFaults } from './http/errors.js';
import { graphqlOverHttp } from './http/http.js';
import { operationNameIn } from './http/operation-name.js';
import { checkBody, checkQueryString } from './http/parameters.js';
import { ide } from './ide/ide.js';
import { errorsOf, KeptDocuments, parseDocument, parseError } from './limits/documents.js';
import { hideSchema } from './limits/introspection.js';
import { depthLimit } from './limits/limits.js';
import { Toll } from './limits/toll.js';
import { refuseSubscription } from './live/operations.js';
import { subscriptionsOf } from './live/subscriptions.js';
import { orInstall } from './optional.js';
import {
  type PluginOptions,
  type RequestContext,
  type ServerLimits,
  type TableloomOptions,
  usualLimits,
} from './options.js';
import { onAnswer, overloadOf } from './overload/overload.js';
import { clientGone, payerOf, principalOf } from './request.js';
import { executableSchema, withSubscriptions } from './schema.js';
import { type Watching, watching } from './watch/watch.js';

/** For how long browsers remember what another origin may do, in seconds. */
const preflightSeconds = 7200;

/**
 * Serves a generated project: `POST /graphql` and `GET /graphql`, `GET /livez`, `GET /readyz`, `GET /health`, and `GET /graphiql` where there is an IDE.
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
  const canSignIn = options.authenticate !== undefined;
  app.server.maxConnections = limits.connections;
  nameRequests(app);
  if (corsOrigins.length > 0) await allowOrigins(app, corsOrigins);

  const schema = executableSchema(options.typeDefs, options.scalars);
  const overload = overloadOf(app, limits);
  const refused = () => overload.state().refused;
  const watch = await watching(app, options, { isProduction: production, refused });
  const documents = documentsOf(options, schema, limits);
  const toll = new Toll(options, schema, limits, production);
  const { preParsing } = graphqlOverHttp.additionalRouteOptions;
  const admit = async (request: FastifyRequest) => toll.request(request);
  const errorHandler: NonNullable<RouteOptions['errorHandler']> = function (error, request, reply) {
    const { errors: causes } = error as { readonly errors?: readonly unknown[] };
    const shown = causes?.map(parseError) as readonly GraphQLError[] | undefined;
    const errors = production ? shown?.map(discreet) : shown;
    const told = errors ? Object.assign(Object.create(error), { errors }) : error;
    graphqlOverHttp.additionalRouteOptions.errorHandler.call(this, told, request, reply);
    // What the server failed at, and what was refused for being too much, is not counted again.
    if (reply.statusCode < 429) toll.refused(request);
  };
  const subscriptions = schema.getSubscriptionType()
    ? await subscriptionsOf(
        app,
        options,
        { limits, isProduction: production, toll, documents, watch },
        errorHandler,
      )
    : undefined;

  await app.register(mercurius, {
    ...graphqlOverHttp,
    schema,
    // Mercurius' types know its own context only.
    resolvers: withSubscriptions(schema, options.resolvers) as IResolvers,
    graphiql: false,
    jit: options.jit ?? 0,
    // Validation rules that look at the document alone, as documents that passed are remembered.
    validationRules: [depthLimit(limits.depth)],
    graphql: {
      parseOptions: { maxTokens: limits.tokens },
      // Passed on to graphql-js, of whose options Mercurius' types know one.
      validateOptions: { hideSuggestions: production } as object,
    },
    context: (request: FastifyRequest, reply: FastifyReply) =>
      contextFor(request, reply, options, { deadlineMs: limits.operationMs, toll, watch }),
    additionalRouteOptions: {
      ...graphqlOverHttp.additionalRouteOptions,
      // Mercurius has an `onRequest` of its own. What is refused for the caller's rate takes no place of others.
      preParsing: [
        watch.operations.hooks.preParsing,
        admit,
        ...(subscriptions ? [subscriptions.upgrade] : []),
        preParsing,
        overload.preParsing,
      ],
      onSend: [graphqlOverHttp.additionalRouteOptions.onSend, onAnswer],
      preHandler: [
        async ({ method, query, body }) => {
          if (method === 'GET') checkQueryString(query, documents);
          else checkBody(body, documents);
        },
        watch.operations.hooks.preHandler,
      ],
      preSerialization: watch.operations.hooks.preSerialization,
      errorHandler,
    },
    errorFormatter: (execution, context) => {
      logFaults(execution.errors, context.reply.log);
      const told = production ? execution.errors.map(discreet) : execution.errors;
      return graphqlOverHttp.errorFormatter({ ...execution, errors: told }, context);
    },
  });
  const kept = new KeptDocuments(app);
  const payerIn = (context: Pick<MercuriusContext, 'reply'>) =>
    payerOf(context.reply.request, ours(context as MercuriusContext).principal, options.principalId);
  app.graphql.addHook('preValidation', async (schema, document, context) => {
    if (context.reply as FastifyReply | undefined) await toll.document(document, () => payerIn(context));
    kept.add(document, schema);
  });
  app.graphql.addHook('preExecution', async (schema, document, context, variables) => {
    watch.operations.executes(context.reply, document, variables ?? {});
    if (production) hideSchema(document, ours(context as MercuriusContext).principal, canSignIn);
    if (subscriptions) refuseSubscription(document, context.reply?.request);
    refuseCostly(costs, schema, document, variables ?? {}, limits.requests);
    if (context.reply) {
      const operationName = operationNameIn(context.reply.request);
      await toll.operation({ document, operationName, variables }, () => payerIn(context));
    }
    // Mercurius keeps one compiled operation for a document, whichever operation is requested next. A document that a hook
    // gives is not compiled.
    return options.jit && operationsIn(document) > 1 ? { document } : undefined;
  });
  const mayReadCost = options.mayReadCost ?? (() => !production);
  app.graphql.addHook('onResolution', async (execution, context) => {
    if (context.reply) tellWritten(context.reply, ours(context).db);
    if (!asksForCost(context.reply?.request)) return;
    // What the answer cost, and not what it takes to find out who may know.
    const cost = costTold(ours(context).db.stats());
    if (!(await mayReadCost(ours(context)))) return;
    execution.extensions = { ...execution.extensions, tableloom: cost };
  });
  if (subscriptions) app.route(subscriptions.route);
  addHealth(app, database, tables);
  if (ideOption !== false)
    await app.register(ide, {
      endpoint: '/graphql',
      stream: '/graphql/stream',
      path: '/graphiql',
      title: 'Tableloom',
      ...(ideOption !== true && ideOption),
    });
}

function documentsOf(
  { documents }: PluginOptions,
  schema: GraphQLSchema,
  limits: ServerLimits,
): TrustedDocuments | undefined {
  if (documents === undefined) return undefined;
  return new TrustedDocuments(documents, (text) => {
    const [error] = errorsOf(parseDocument(text, limits), schema, limits, false);
    if (error) throw error;
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
    if (isClosing || isDraining(app)) reply.header('connection', 'close');
  });
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const { default: cors } = await import('@fastify/cors').catch(
    orInstall('`corsOrigins` needs', '@fastify/cors'),
  );
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['x-request-id', 'retry-after', writtenHeader],
    maxAge: preflightSeconds,
  });
}

/** What surrounds an operation. */
interface Around {
  readonly deadlineMs: number;
  readonly toll: Toll;
  readonly watch: Watching;
}

async function contextFor(
  request: FastifyRequest,
  reply: FastifyReply,
  options: PluginOptions,
  { deadlineMs, toll, watch }: Around,
): Promise<RequestContext> {
  const principal = await principalOf(request, options.authenticate);
  const payer = payerOf(request, principal, options.principalId);
  toll.caller(payer);
  const db = options.database.session({
    actor: principal === null ? null : (options.actor?.(principal) ?? null),
    ...(principal !== null && { caller: payer.key }),
    signal: clientGone(reply),
    freshFrom: freshFrom(request),
    deadlineMs,
    ...(asksForCost(request) && { capacity: true }),
  });
  watch.operations.uses(request, db);
  return contextWith(db, request, principal, options);
}

/** The context that {@link contextFor} made, to which Mercurius adds its own. */
function ours(context: MercuriusContext): RequestContext {
  return context as unknown as RequestContext;
}

function operationsIn({ definitions }: DocumentNode): number {
  return definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
}
