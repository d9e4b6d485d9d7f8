/** Servers that are watched, and what they tell. */

import Fastify, { type FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import { type PluginOptions, serverOptions, tableloom } from 'tableloom/server';
import { onTestFinished } from 'vitest';
import * as generated from '../../fixtures/ok/computed-attributes/generated/index.js';
import { openProject } from '../../support/databases.js';

export const rules = {
  cellOf: ({ x, y }: { x: number; y: number }) => `${Math.floor(x)}:${Math.floor(y)}`,
  readingCellOf: ({ x, y }: { x: number; y: number }) => `${Math.floor(x)}:${Math.floor(y)}`,
  searchNameOf: ({ name }: { name: string }) => name.toLowerCase(),
  closingOf: () => null,
};

export interface Watched {
  readonly app: FastifyInstance;
  readonly database: Database;
  /** The operations of the requests that were sent to DynamoDB. */
  readonly sent: string[];
  readonly logged: Readonly<Record<string, unknown>>[];
  ask(
    query: string,
    options?: {
      readonly variables?: object;
      readonly operationName?: string;
      readonly headers?: Record<string, string>;
    },
  ): Promise<{ readonly data?: unknown; readonly errors?: readonly { readonly extensions?: object }[] }>;
}

export async function serve(options: Partial<PluginOptions> = {}): Promise<Watched> {
  const sent: string[] = [];
  const onRequest = ({ operation }: { operation: string }) => sent.push(operation);
  const { database } = await openProject(generated.tables, { compute: rules, onRequest });
  const logged: Readonly<Record<string, unknown>>[] = [];
  const app = Fastify(
    serverOptions({ logLevel: 'info', logStream: { write: (line) => logged.push(JSON.parse(line)) } }),
  );
  onTestFinished(() => app.close());
  const all: PluginOptions = {
    ...generated,
    database,
    resolvers: generated.createResolvers(rules),
    ide: false,
    ...options,
  };
  await app.register(tableloom as (app: FastifyInstance, options: PluginOptions) => Promise<void>, all);
  return {
    app,
    database,
    sent,
    logged,
    async ask(query, { variables, operationName, headers = {} } = {}) {
      const payload = { query, variables, operationName };
      return (await app.inject({ method: 'POST', url: '/graphql', headers, payload })).json();
    },
  };
}

export const addStop = (id: string, line = 1) =>
  `mutation { addStop(input: { id: "${id}", name: "Quay ${id}", line: ${line}, x: 1.5, y: 2 }) { id } }`;

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus would read: throws for a line that is not of its format. */
export function samplesOf(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      if (/^# (HELP [a-z_][a-z0-9_]* .+|TYPE [a-z_][a-z0-9_]* (counter|gauge|histogram))$/.test(line))
        return [];
      const [, name, labels = '', value] =
        /^([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined || !Number.isFinite(Number(value))) throw new Error(`no sample: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])),
        value: Number(value),
      };
    });
}

export async function scrape(app: FastifyInstance): Promise<Sample[]> {
  return samplesOf((await app.inject('/metrics')).body);
}

/** The sum of the samples with this name and these labels. */
export function total(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter(
      (one) =>
        one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
