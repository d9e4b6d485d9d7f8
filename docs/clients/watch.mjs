/** Prints events as they happen, and at its next start those that it missed: `TOKEN=… node watch.mjs` */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const { URL: url = 'ws://127.0.0.1:4000/graphql', TOKEN: token } = process.env;
const field = 'userChanged';
const query = `subscription ($since: String) {
  ${field}(since: $since) { cursor event { type entityId timestamp } }
}`;

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: token ? { authorization: `Bearer ${token}` } : {},
  shouldRetry: () => true,
  retryAttempts: Infinity,
  retryWait: () => sleep(1000 + 2000 * Math.random()),
});

const file = `${field}.cursor`;
// After a disconnect, the client subscribes again with the variables as they are then.
const variables = { since: existsSync(file) ? readFileSync(file, 'utf8') : null };

function receive({ data, errors }) {
  if (errors) return console.error(errors);
  const { cursor, event } = data[field];
  if (event) console.log(JSON.stringify(event));
  // Whatever ends the process, the file has the one cursor or the other.
  writeFileSync(`${file}.new`, cursor);
  renameSync(`${file}.new`, file);
  variables.since = cursor;
}

function refused(errors) {
  console.error(errors);
  if (errors[0]?.extensions?.code !== 'EVENTS_EXPIRED') return;
  // What has expired cannot be delivered: an application reads the records again here.
  variables.since = null;
  watch();
}

function watch() {
  client.subscribe({ query, variables }, { next: receive, error: refused, complete: () => undefined });
}

watch();
