/**
 * Each `cases/<name>.graphql` is one story: its operations run one after the other on a fresh server, each as the user its
 * name begins with (`adminX`, `memberX`, `readerX`, anything else a stranger). `<name>.json` holds the answers and
 * `<name>.requests.json` every DynamoDB request, so that a change that costs requests shows in review.
 * `UPDATE=1` writes both anew. `ID 1` and `SECRET 1` stand for what was made up first in the story;
 * ids of the sample are variables: `$admin`, `$member`, `$reader`, `$suspended`, `$contractor`.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engineKind } from '../support/engines.js';
import { type RecordedRequest, Recorder } from './support/recorder.js';
import { smallSample } from './support/sample.js';
import { startServer } from './support/server.js';
import { filledIn, operationsOf, userOf, variablesOf } from './support/stories.js';

const folder = join(import.meta.dirname, 'cases');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => file.replace(/\.graphql$/, ''));

describe('server cases', () => {
  test.each(names)('%s', async (name) => {
    const { answers, requests } = await tell(filledIn(readFileSync(join(folder, `${name}.graphql`), 'utf8')));
    compare(`${name}.json`, answers);
    // Elsewhere answers come in any order, and what is read together depends on it.
    if (engineKind() === 'embedded') compare(`${name}.requests.json`, requests);
  });

  test('no recording is left of a case that is gone', () => {
    const recordings = readdirSync(folder).filter((file) => file.endsWith('.json'));
    const known = names.flatMap((name) => [`${name}.json`, `${name}.requests.json`]);
    expect(recordings.filter((file) => !known.includes(file))).toEqual([]);
  });
});

interface Story {
  readonly answers: Record<string, unknown>;
  readonly requests: Record<string, readonly RecordedRequest[]>;
}

async function tell(source: string): Promise<Story> {
  const recorder = new Recorder();
  const sample = smallSample();
  const server = await startServer({ sample, predictable: true, onRequest: recorder.onRequest });
  try {
    recorder.take();
    const answers: Record<string, unknown> = {};
    const requests: Record<string, readonly RecordedRequest[]> = {};
    const variables = variablesOf(sample);
    for (const operationName of operationsOf(source)) {
      const user = userOf(operationName, sample);
      const token = user && (await server.tokenOf(user));
      const { text } = await server.ask(source, { operationName, token, variables });
      answers[operationName] = sorted(JSON.parse(text));
      requests[operationName] = recorder.take();
      server.pass(1000);
    }
    return { answers, requests };
  } finally {
    await server.close();
  }
}

/** Names in order: DynamoDB does not keep that of a JSON value's. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function compare(file: string, actual: unknown): void {
  const path = join(folder, file);
  const text = `${JSON.stringify(actual, null, 2)}\n`;
  if (process.env.UPDATE) {
    if (process.env.CI) throw new Error('Recordings are not written anew under CI.');
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
    return;
  }
  expect(text, file).toBe(readFileSync(path, 'utf8'));
}
