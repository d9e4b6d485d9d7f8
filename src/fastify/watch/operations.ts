/** The life of each operation over HTTP, for metrics, traces and logs: from its request to the answer. */
import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import {
  type DocumentNode,
  type FormattedExecutionResult,
  getOperationAST,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { Session, Statistics, Watch } from 'tableloom/runtime';
import { codeOf } from '../http/errors.js';
import { operationNameIn } from '../http/operation-name.js';

/** An operation that was executed. */
export interface ExecutedOperation {
  readonly type: OperationTypeNode;
  /** As the client calls it. */
  readonly name: string | null;
  /** The names of its root fields, each once. */
  readonly fields: readonly string[];
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What was answered; without a type where nothing was executed, as the request or its document was refused. */
export interface AnsweredOperation
  extends Partial<Pick<ExecutedOperation, 'type' | 'document' | 'variables'>> {
  readonly name: string | null;
  readonly fields: readonly string[];
  /** From the arrival of the request's headers, in milliseconds. */
  readonly ms: number;
  /** Of the errors in the answer. */
  readonly codes: readonly string[];
  /** What the operation has used. */
  readonly used: Statistics | undefined;
}

/** Called when a request arrives. */
export type OperationWatcher = (request: FastifyRequest) => Watch<AnsweredOperation>;

interface Running {
  readonly began: number;
  readonly watches: readonly Watch<AnsweredOperation>[];
  db?: Session;
  executed?: ExecutedOperation;
}

export class Operations {
  readonly #watchers: readonly OperationWatcher[];
  readonly #running = new WeakMap<FastifyRequest, Running>();

  constructor(watchers: readonly OperationWatcher[]) {
    this.#watchers = watchers;
  }

  /** Of the route. */
  get hooks() {
    return {
      // Mercurius has an onRequest of its own.
      preParsing: (request, _reply, payload, done) => {
        const watches = this.#watchers.map((watch) => watch(request));
        this.#running.set(request, { began: performance.now(), watches });
        done(null, payload);
      },
      // Bodies are read by now, which some contexts do not survive.
      preHandler: (request, _reply, done) => {
        const { watches } = this.#of(request);
        watches.reduceRight(
          (inner, watch) => {
            const run = watch.run?.bind(watch);
            return run ? () => run(inner) : inner;
          },
          done as () => void,
        )();
      },
      preSerialization: (request, _reply, payload, done) => {
        this.#answered(request, (payload ?? {}) as FormattedExecutionResult);
        done(null, payload);
      },
    } satisfies Pick<RouteShorthandOptions, 'preParsing' | 'preHandler' | 'preSerialization'>;
  }

  /** The session that the operation of a request uses. */
  uses(request: FastifyRequest, db: Session): void {
    this.#of(request).db = db;
  }

  /** An operation of a valid document is about to be executed. */
  executes(
    reply: FastifyReply | undefined,
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
  ): void {
    if (reply === undefined) return;
    const { request } = reply;
    const operation = getOperationAST(document, operationNameIn(request));
    if (!operation) return;
    const { operation: type, name, selectionSet } = operation;
    const fields = [...new Set(fieldsIn(selectionSet, document))];
    this.#of(request).executed = { type, name: name?.value ?? null, fields, document, variables };
  }

  #of(request: FastifyRequest): Running {
    const running = this.#running.get(request) ?? { began: performance.now(), watches: [] };
    this.#running.set(request, running);
    return running;
  }

  #answered(request: FastifyRequest, { errors = [] }: FormattedExecutionResult): void {
    const { began, watches, db, executed } = this.#of(request);
    this.#running.delete(request);
    const answered: AnsweredOperation = {
      name: null,
      fields: [],
      ...executed,
      ms: performance.now() - began,
      codes: errors.map(codeOf),
      used: db?.stats(),
    };
    for (const watch of watches) {
      try {
        watch.ended(answered);
      } catch (error) {
        // The answer is right all the same.
        request.log.error({ err: error }, 'an operation could not be reported');
      }
    }
  }
}

function* fieldsIn({ selections }: SelectionSetNode, document: DocumentNode): Generator<string> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield selection.name.value;
    else if (selection.kind === Kind.INLINE_FRAGMENT) yield* fieldsIn(selection.selectionSet, document);
    else
      for (const one of document.definitions)
        if (one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value)
          yield* fieldsIn(one.selectionSet, document);
  }
}
