/** What both transports of subscriptions share. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { renewContext, type Session } from 'tableloom/runtime';
import type { TrustedDocuments } from '../documents/documents.js';
import { discreet } from '../http/discreet.js';
import { codeOf, formatError, logFaults, withRequestCode } from '../http/errors.js';
import type { Toll } from '../limits/toll.js';
import type { PluginOptions, ServerLimits } from '../options.js';
import type { Watching } from '../watch/watch.js';
import type { Caller } from './caller.js';
import { Connections } from './connections.js';
import { type Deliveries, subscribe } from './deliveries.js';
import { type LiveLimits, usualLiveLimits } from './limits.js';
import { preparation, type SubscribeParameters } from './operations.js';

/** What a delivery was executed to. */
export interface Delivered {
  readonly data?: ExecutionResult['data'];
  readonly errors?: readonly GraphQLError[] | undefined;
}

export interface Live {
  readonly options: PluginOptions;
  readonly limits: LiveLimits;
  /** How long what is read of a caller may take, in milliseconds. */
  readonly operationMs: number;
  readonly connections: Connections;
  readonly toll: Toll;
  readonly documents: TrustedDocuments | undefined;
  /**
   * Begins a subscription, or returns why it does not. Never throws.
   *
   * @param ending aborted when the subscription ends, or the connection
   */
  begin(
    caller: Caller,
    parameters: SubscribeParameters,
    ending: AbortController,
  ): Promise<Deliveries | readonly GraphQLError[]>;
  /** The errors that end a subscription, or that it does not begin for, as the client sees them; the log has the rest. */
  formatErrors(errors: readonly GraphQLError[], log: FastifyBaseLogger): readonly GraphQLFormattedError[];
  formatResult(result: Delivered, log: FastifyBaseLogger): FormattedExecutionResult;
}

/** What subscriptions have in common with requests over HTTP. */
export interface Common {
  readonly limits: ServerLimits;
  readonly isProduction: boolean;
  readonly toll: Toll;
  readonly documents: TrustedDocuments | undefined;
  readonly watch: Watching;
}

export function liveOf(
  app: FastifyInstance,
  options: PluginOptions,
  { limits, isProduction, toll, documents, watch }: Common,
): Live {
  const { database, costs } = options;
  const { metrics, traces } = watch;
  const live = { ...usualLiveLimits, ...options.live };
  const prepare = preparation({
    schema: () => app.graphql.schema,
    costs,
    limits,
    documents,
    toll,
    isHidden: isProduction,
    canSignIn: options.authenticate !== undefined,
  });
  const format = (errors: readonly GraphQLError[], log: FastifyBaseLogger) => {
    logFaults(errors, log);
    const shown = isProduction ? errors.map(discreet) : errors;
    return shown.map((error) => formatError(error, log));
  };
  const counted = (errors: readonly GraphQLFormattedError[]) => {
    metrics?.failed('(subscription)', errors.map(codeOf));
    return errors;
  };
  const refused = ({ request }: Caller, errors: readonly GraphQLError[]) => {
    toll.refused(request);
    return errors;
  };
  return {
    options,
    limits: live,
    operationMs: limits.operationMs,
    connections: new Connections(live.connectionsPerPrincipal),
    toll,
    documents,
    async begin(caller, parameters, ending) {
      try {
        toll.caller(caller.payer);
        const operation = await prepare(parameters, caller);
        if (!('schema' in operation)) return refused(caller, operation);
        const { document, operationName, variableValues: variables } = operation;
        await toll.operation({ document, operationName, variables }, () => caller.payer);
        const context = await caller.context(database.session({ signal: ending.signal }));
        const renew = (db: Session) => caller.context(db);
        const args = { ...operation, contextValue: { ...context, [renewContext]: renew } };
        const begun = await subscribe(args, ending, traces?.delivery);
        if ('next' in begun && !ending.signal.aborted) {
          metrics?.subscribed(1);
          ending.signal.addEventListener('abort', () => metrics?.subscribed(-1), { once: true });
        }
        return begun;
      } catch (error) {
        return [thrown(error)];
      }
    },
    formatErrors: (errors, log) => counted(format(errors, log).map(withRequestCode)),
    formatResult: ({ data = null, errors }, log) => ({
      data,
      ...(errors && { errors: counted(format(errors, log)) }),
    }),
  };
}

/** What ended a subscription, as an error of GraphQL. */
export function thrown(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** Codes of what interrupts a subscription without being an answer: the subscriber was too slow, or storage is away. */
const interruptions: ReadonlySet<unknown> = new Set(['SUBSCRIPTION_LAGGING', 'BUSY', 'STORAGE_UNAVAILABLE']);

/** The code of an error after which the subscriber resumes where it was; undefined where the error is its answer. */
export function interruption({ extensions }: GraphQLError): string | undefined {
  return interruptions.has(extensions.code) ? String(extensions.code) : undefined;
}
