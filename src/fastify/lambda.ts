/** A Fastify application as an AWS Lambda function. */
import { Buffer } from 'node:buffer';
import type { FastifyInstance, HTTPMethods } from 'fastify';

/** What API Gateway (HTTP APIs, payload version 2.0) and Function URLs send, as far as it is used. */
export interface HttpEvent {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies?: readonly string[];
  readonly requestContext: {
    /** `$default`, or a stage whose name the path begins with. */
    readonly stage?: string;
    readonly http: { readonly method: string; readonly sourceIp: string };
  };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** What they take for an answer. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * Answers each event by the application, which does not listen. `request.ip` is the address that AWS saw, whatever
 * `x-forwarded-for` says, as long as the application trusts no proxy.
 */
export function lambdaHandler(app: FastifyInstance): (event: HttpEvent) => Promise<HttpResult> {
  return async ({ rawPath, rawQueryString, headers, cookies, requestContext, body, isBase64Encoded }) => {
    const { method, sourceIp } = requestContext.http;
    const stage = `/${requestContext.stage}/`;
    const path = rawPath.startsWith(stage) ? rawPath.slice(stage.length - 1) : rawPath;
    const response = await app.inject({
      method: method as HTTPMethods,
      url: rawQueryString === '' ? path : `${path}?${rawQueryString}`,
      headers: { ...headers, ...(cookies && { cookie: cookies.join('; ') }) },
      remoteAddress: sourceIp,
      ...(body !== undefined && { payload: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
    });
    const { 'set-cookie': set, ...rest } = response.headers;
    // The connection is AWS's.
    const { connection: _, 'transfer-encoding': __, ...told } = rest;
    const isText = /^(text\/|application\/([\w.+-]+\+)?json)/.test(String(told['content-type'] ?? 'text/'));
    const plain = isText && told['content-encoding'] === undefined;
    return {
      statusCode: response.statusCode,
      headers: Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)])),
      ...(set !== undefined && { cookies: [set].flat() }),
      body: plain ? response.payload : response.rawPayload.toString('base64'),
      isBase64Encoded: !plain,
    };
  };
}
