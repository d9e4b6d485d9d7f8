import type { RequestReport } from 'tableloom/runtime';

/** One request as it is recorded: the operation's name and what it was sent, tables by their logical names. */
export type RecordedRequest = { readonly [operation: string]: unknown };

/** Notes every request of a server. */
export class Recorder {
  readonly #requests: RecordedRequest[] = [];

  readonly onRequest = ({ operation, input }: RequestReport): void => {
    this.#requests.push({ [operation]: plain(input) });
  };

  /** The requests since the last call, in the order they were sent. */
  take(): RecordedRequest[] {
    return this.#requests.splice(0);
  }
}

/** As JSON, without what differs between runs: the prefix of table names, the salt of password hashes, tokens that repeat a request. */
function plain(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(/^server-[\da-f-]{36}-/, '').replace(/^\$argon2id\$.*/, '$argon2id$');
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, inner]) => name !== 'ClientRequestToken' && inner !== undefined,
  );
  return Object.fromEntries(entries.map(([name, inner]) => [String(plain(name)), plain(inner)]));
}
