/** Answers that processes share, in the table that is declared with `cache: true`. They are encrypted: they have what records have. */
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Requester } from '../client/requests.js';
import type { Rest } from '../client/rest.js';
import { bindingOf, type CursorSealer } from '../read/cursor/sealing.js';
import type { SharedCache } from '../types.js';
import type { Cached } from './cache.js';
import type { SharedAnswers } from './view.js';

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];

/** How long an answer of the table is waited for, in milliseconds: it saves less than that. */
const patience = 150;
/** The longest that is stored: an item has 400 KB at most ("Quotas", DynamoDB Developer Guide). */
const longest = 350 * 1024;

/**
 * @param requester of the session, which waits for what it finds
 * @param writer gives what sends what nobody waits for
 * @param sealer of the database's cursors, whose secrets protect answers as well
 * @param rest of the table, for all sessions of a database
 */
export function sharedAnswers(
  requester: Requester,
  writer: () => Requester,
  sealer: CursorSealer,
  rest: Rest,
): SharedAnswers {
  const failed = () => rest.begin();

  async function read(question: string, { table, version }: SharedCache): Promise<Cached | undefined> {
    const binding = bindingOf(`${version} ${question}`);
    const input = { TableName: requester.tableName(table), Key: keyOf(table.partition, binding) };
    const { Item: item } = await requester.send('GetItem', input, 'cache');
    const { at, data } = (item ?? {}) as { readonly at?: unknown; readonly data?: unknown };
    const sealed = typeof data === 'string' ? sealer.open(binding, data) : undefined;
    if (sealed === undefined || typeof at !== 'number') return undefined;
    return { value: deserialize(await inflate(sealed)), at };
  }

  async function write(
    question: string,
    { table, ttl, version }: SharedCache,
    until: number,
    { value, at }: Cached,
  ) {
    const binding = bindingOf(`${version} ${question}`);
    const data = sealer.seal(binding, await deflate(serialize(value)));
    if (data.length > longest) return;
    const sender = writer();
    const Item = { ...keyOf(table.partition, binding), at, data, [ttl]: Math.ceil(until / 1000) };
    await sender.send('PutItem', { TableName: sender.tableName(table), Item }, 'cache');
  }

  return {
    async find(question, { shared }) {
      if (shared === undefined || !rest.isOver) return undefined;
      return inTime(read(question, shared), failed);
    },
    keep(question, { shared, forMs }, answer) {
      if (shared === undefined || !rest.isOver) return;
      write(question, shared, answer.at + forMs, answer).catch(failed);
    },
  };
}

/** `CacheType#key`, as the design of caches has it. */
function keyOf(partition: string, binding: Buffer): Record<string, string> {
  return { [partition]: `Answer#${binding.toString('base64url')}` };
}

/** What it gives in time; undefined where it fails, or takes longer. */
function inTime<T>(work: Promise<T>, failed: () => void): Promise<T | undefined> {
  return new Promise((resolve) => {
    const give = () => {
      failed();
      resolve(undefined);
    };
    const timer = setTimeout(give, patience);
    work.then(resolve, give).finally(() => clearTimeout(timer));
  });
}
