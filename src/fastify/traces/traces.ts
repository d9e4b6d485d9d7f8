/**
 * Traces by OpenTelemetry's API: a span for each operation; below it one for each pattern and write; below these one for each
 * request to DynamoDB. The application sets up the SDK. Names and attributes follow the semantic conventions for GraphQL servers,
 * database clients and the AWS SDK.
 */
import type { Attributes, Span } from '@opentelemetry/api';
import type { ObservedRequest, Observer, RequestOutcome, Watch } from 'tableloom/runtime';
import { isFaultCode } from '../http/errors.js';
import { consumedBy, keysIn } from '../metrics/capacity.js';
import { errorName } from '../metrics/observer.js';
import { orInstall } from '../optional.js';
import type { AnsweredOperation, OperationWatcher } from '../watch/operations.js';

export interface Traces {
  readonly operation: OperationWatcher;
  readonly observer: Observer;
  /** Executes a delivery to a subscriber, as a trace of its own. */
  delivery<T>(name: string, execute: () => Promise<T>): Promise<T>;
}

export async function tracesOf(): Promise<Traces> {
  const api = await import('@opentelemetry/api').catch(orInstall('`traces` needs', '@opentelemetry/api'));
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  const tracer = trace.getTracer('tableloom');

  const within =
    (span: Span, parent = context.active()) =>
    <T>(work: () => T): T =>
      context.with(trace.setSpan(parent, span), work);
  /** Of an error its name only: messages may repeat what clients sent. */
  const fail = (span: Span, error: unknown) => {
    span.setAttribute('error.type', errorName(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  };

  return {
    operation(request) {
      const active = context.active();
      // An SDK that watches HTTP has a span already; else the caller may have sent one.
      const parent = trace.getSpan(active) ? active : propagation.extract(active, request.headers);
      let span: Span | undefined;
      return {
        run(work) {
          span = tracer.startSpan('GraphQL Operation', { kind: SpanKind.SERVER }, parent);
          return within(span, parent)(work);
        },
        ended(operation) {
          if (span === undefined) return;
          if (operation.type) span.updateName(operation.type);
          span.setAttributes(attributesOfOperation(operation));
          if (operation.codes.some(isFaultCode)) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    observer: {
      pattern({ name, kind, index }) {
        // Outside of an operation, as for what reads events, there would be one trace for each of very many.
        if (!trace.getActiveSpan()?.isRecording()) return undefined;
        const span = tracer.startSpan(name, {
          attributes: {
            'tableloom.pattern': name,
            'tableloom.kind': kind,
            ...(index && { 'tableloom.index': index }),
          },
        });
        return {
          run: within(span),
          ended({ error }) {
            if (error !== undefined) fail(span, error);
            span.end();
          },
        };
      },
      request(request): Watch<RequestOutcome> | undefined {
        if (!trace.getActiveSpan()?.isRecording()) return undefined;
        const attributes = attributesOfRequest(request);
        const span = tracer.startSpan(`DynamoDB.${request.operation}`, { kind: SpanKind.CLIENT, attributes });
        return {
          run: within(span),
          ended(outcome) {
            span.setAttributes(attributesOfOutcome(outcome));
            if (outcome.error !== undefined) fail(span, outcome.error);
            span.end();
          },
        };
      },
    },
    delivery(name, execute) {
      const attributes = { 'graphql.operation.type': 'subscription', 'tableloom.operation': name };
      const span = tracer.startSpan('subscription', { kind: SpanKind.SERVER, attributes, root: true });
      return within(span)(execute).finally(() => span.end());
    },
  };
}

function attributesOfOperation({ type, name, fields, codes, used }: AnsweredOperation): Attributes {
  return {
    ...(type && { 'graphql.operation.type': type }),
    ...(name && { 'graphql.operation.name': name.slice(0, 100) }),
    'tableloom.fields': [...fields],
    ...(codes.length > 0 && { 'error.type': codes[0] ?? '', 'tableloom.error_codes': [...codes] }),
    ...(used && {
      'tableloom.requests': used.requests,
      'tableloom.steps': used.steps,
      'tableloom.read_units': used.readUnits,
      'tableloom.write_units': used.writeUnits,
    }),
  };
}

interface Input {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly Limit?: number | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly RequestItems?: object | undefined;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string } | undefined>>[];
}

function attributesOfRequest(request: ObservedRequest): Attributes {
  const { operation, pattern } = request;
  const input = request.input as Input;
  const names = tablesIn(input);
  const keys = input.TransactItems?.length ?? keysIn(request) ?? 1;
  return {
    'db.system.name': 'aws.dynamodb',
    'db.operation.name': operation,
    'rpc.system': 'aws-api',
    'rpc.service': 'DynamoDB',
    'rpc.method': operation,
    'aws.dynamodb.table_names': names,
    ...(names.length === 1 && names[0] !== undefined && { 'db.collection.name': names[0] }),
    ...(keys > 1 && { 'db.operation.batch.size': keys }),
    ...(input.IndexName !== undefined && { 'aws.dynamodb.index_name': input.IndexName }),
    ...(input.Limit !== undefined && { 'aws.dynamodb.limit': input.Limit }),
    ...(input.ConsistentRead !== undefined && { 'aws.dynamodb.consistent_read': input.ConsistentRead }),
    'tableloom.pattern': pattern,
  };
}

function tablesIn({ TableName, RequestItems = {}, TransactItems = [] }: Input): string[] {
  const inTransaction = TransactItems.flatMap((item) =>
    Object.values(item).flatMap((part) => part?.TableName ?? []),
  );
  return [...new Set([TableName ?? [], Object.keys(RequestItems), inTransaction].flat())];
}

function attributesOfOutcome(outcome: RequestOutcome): Attributes {
  const { Count, ScannedCount, $metadata } = (outcome.output ?? {}) as {
    readonly Count?: number;
    readonly ScannedCount?: number;
    readonly $metadata?: { readonly requestId?: string };
  };
  return {
    'aws.dynamodb.consumed_capacity': consumedBy(outcome).map((one) => JSON.stringify(one)),
    ...(Count !== undefined && { 'aws.dynamodb.count': Count }),
    ...(ScannedCount !== undefined && { 'aws.dynamodb.scanned_count': ScannedCount }),
    ...($metadata?.requestId !== undefined && { 'aws.request_id': $metadata.requestId }),
  };
}
