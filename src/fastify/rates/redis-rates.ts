/** Points that all processes of a server take together, counted in Redis or Valkey. */
import { createHash } from 'node:crypto';
import { linkTo } from '../redis/link.js';
import type { RateStore } from './rates.js';

export interface RedisRatesOptions {
  /** `redis://…`, or `rediss://…` for TLS. */
  readonly url: string;
  /** What the keys begin with, which only processes of the same server share. Default: `tableloom:rates`. */
  readonly prefix?: string;
  /** How long an operation waits for Redis before it is counted by its process alone, in milliseconds. Default: 100. */
  readonly waitMs?: number;
}

/** How often a connection has to answer, to be taken for one, in milliseconds. */
const checkMs = 1000;

/** As `Buckets.take`, by the clock of Redis, which all processes share. A bucket that is full again has no key. */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local empty = math.max(0, tonumber(redis.call('GET', KEYS[1]) or now) - now)
local after = empty + tonumber(ARGV[1])
if after > tonumber(ARGV[2]) + 0.01 then return {0, tostring(empty)} end
redis.call('SET', KEYS[1], string.format('%.3f', now + after), 'PX', math.ceil(after))
return {1, tostring(after)}
`;

/** Does not wait for Redis to be there: while it is not, or is slow, each process counts for itself. */
export async function redisRates({
  url,
  prefix = 'tableloom:rates',
  waitMs = 100,
}: RedisRatesOptions): Promise<RateStore> {
  const link = await linkTo({ url, checkMs, needs: '`redisRates` needs' });
  return {
    async take(key, { costMs, sizeMs }) {
      const keys = [`${prefix}:${digestOf(key)}`];
      const call = { keys, arguments: [String(costMs), String(sizeMs)] };
      const answer = await link.ask((client) => client.eval(script, call), waitMs);
      if (!Array.isArray(answer)) return undefined;
      const [isTaken, emptyMs] = answer.map(Number);
      return { isTaken: isTaken === 1, emptyMs: emptyMs ?? 0 };
    },
    async close() {
      link.close();
    },
  };
}

/** Keys have one length, and no names or addresses in them. */
function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
