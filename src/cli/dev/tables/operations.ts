/** The last operations of the server, each with its requests. */

import type { FastifyInstance } from 'fastify';
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind } from 'graphql';
import {
  budgetOf,
  type Costs,
  Database,
  type RequestReport,
  type Session,
  type SessionOptions,
} from 'tableloom/runtime';
import type { LiveBudget } from './live.js';

const kept = 20;

/** A database that knows the requests of each of its sessions. */
export class ReportingDatabase extends Database {
  readonly #requests = new WeakMap<Session, RequestReport[]>();

  override session(options: SessionOptions = {}): Session {
    const requests: RequestReport[] = [];
    const onRequest = (report: RequestReport) => {
      requests.push(report);
      options.onRequest?.(report);
    };
    const session = super.session({ ...options, onRequest });
    this.#requests.set(session, requests);
    return session;
  }

  requestsOf(session: Session): readonly RequestReport[] {
    return this.#requests.get(session) ?? [];
  }
}

export interface DoneOperation {
  readonly title: string;
  readonly budget: LiveBudget | null;
  readonly requests: readonly RequestReport[];
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** What was begun: its document, and what the plan says of it. */
type Begun = Pick<DoneOperation, 'title' | 'budget'>;

export class Operations {
  /** The last one is the last. */
  readonly done: DoneOperation[] = [];
  readonly #listener: (operation: DoneOperation) => void;
  readonly #begun = new WeakMap<object, Begun>();

  constructor(listener: (operation: DoneOperation) => void) {
    this.#listener = listener;
  }

  /** Notes what an application carries out from now on, if it answers GraphQL by Mercurius. */
  watch(app: FastifyInstance, database: ReportingDatabase, costs: Costs): void {
    if (!app.hasDecorator('graphql')) return;
    app.graphql.addHook('preExecution', async (schema, document, context, variables) => {
      const body = context.reply?.request.body as
        | { readonly operationName?: string | null }
        | null
        | undefined;
      this.#begun.set(
        context,
        begun(costs, schema, document, { variables, operationName: body?.operationName }),
      );
    });
    app.graphql.addHook('onResolution', async (_execution, context) => {
      const session = (context as { readonly db?: Session }).db;
      const operation = this.#begun.get(context);
      if (!operation || !session) return;
      const { readUnits, writeUnits } = session.stats();
      const requests = database.requestsOf(session);
      // Introspection sends none, and IDEs send much of it.
      if (requests.length > 0) this.#add({ ...operation, requests, readUnits, writeUnits });
    });
  }

  #add(operation: DoneOperation): void {
    this.done.push(operation);
    if (this.done.length > kept) this.done.shift();
    this.#listener(operation);
  }
}

function begun(
  costs: Costs,
  schema: GraphQLSchema,
  document: DocumentNode,
  options: {
    readonly variables: Readonly<Record<string, unknown>> | undefined;
    readonly operationName: string | null | undefined;
  },
): Begun {
  const budget = budgetOf(costs, schema, document, options);
  const operation = getOperationAST(document, options.operationName);
  const fields = operation?.selectionSet.selections.map((one) =>
    one.kind === Kind.FIELD ? one.name.value : '…',
  );
  return {
    title: `${operation?.operation ?? 'query'} ${operation?.name?.value ?? `{ ${fields?.join(' ')} }`}`,
    budget: budget
      ? {
          usual: budget.usual.requests,
          most: Number.isFinite(budget.most.requests) ? budget.most.requests : null,
          unknown: budget.unknown,
        }
      : null,
  };
}
