/** The DynamoDB that a command works on, and the tables there. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { resolveTableNames, type TableDefinition, TableloomError } from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';

export interface EndpointOptions {
  /** An URL. Default: DYNAMODB_ENDPOINT; where that is not set either, Amazon's, in AWS_REGION. */
  readonly endpoint?: string;
}

/** @returns the client, and what people call the place */
export function endpointOf({ endpoint = process.env.DYNAMODB_ENDPOINT }: EndpointOptions): {
  readonly client: DynamoDBClient;
  readonly place: string;
} {
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (endpoint === undefined || endpoint === '') {
    if (region === undefined)
      throw new Mistake(
        'It is not said which DynamoDB is meant.',
        'Pass `--endpoint URL`, or set DYNAMODB_ENDPOINT, or AWS_REGION for Amazon DynamoDB.',
      );
    return { client: new DynamoDBClient({ region }), place: `Amazon DynamoDB in ${region}` };
  }
  if (!URL.canParse(endpoint))
    throw new Mistake(
      `\`${endpoint}\` is not a URL.`,
      'Write for example `--endpoint http://127.0.0.1:8000`.',
    );
  const { AWS_ACCESS_KEY_ID: key, AWS_PROFILE: profile } = process.env;
  // DynamoDB Local takes any credentials, but the SDK requires some.
  const local = !key && !profile && isLoopback(new URL(endpoint));
  const client = new DynamoDBClient({
    endpoint,
    region: region ?? 'us-east-1',
    ...(local && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  });
  return { client, place: endpoint };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

/** The physical names of the tables, their variables taken from the environment. */
export function namesOf(tables: readonly TableDefinition[]): Readonly<Record<string, string>> {
  try {
    return resolveTableNames(tables, process.env);
  } catch (error) {
    throw asMistake(error);
  }
}

/** The variables in the names of tables, in their order. */
export function variablesOf(tables: readonly TableDefinition[]): string[] {
  const names = tables.flatMap(({ name }) => [...name.matchAll(/\$\{([^}]*)\}/g)].map(([, one = '']) => one));
  return [...new Set(names)];
}

/** What the runtime raised on purpose, as somebody reads it who runs a command. */
export function asMistake(error: unknown): unknown {
  if (!(error instanceof TableloomError)) return error;
  const { cause } = error;
  const reason =
    cause instanceof Error && error.code !== 'CONFIGURATION' ? `\n  cause: ${cause.message}` : '';
  return new Mistake(`${error.message}${reason}`);
}
