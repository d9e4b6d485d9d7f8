import { beforeEach, describe, expect, test } from 'vitest';
import { Throttle } from '../../../src/server/auth/throttle.js';

const minute = 60_000;
let now: number;
let throttle: Throttle;
beforeEach(() => {
  now = 0;
  throttle = new Throttle(() => now);
});

const right = async () => 'signed in';
const wrong = async () => null;

/** What becomes of an attempt: its result, or the code of its refusal. */
async function outcome(account: string, address: string, check: () => Promise<string | null> = wrong) {
  try {
    return (await throttle.attempt({ account, address }, check)) ?? 'wrong';
  } catch (error) {
    return (error as { extensions: { code: string } }).extensions.code;
  }
}

async function outcomes(count: number, of: (at: number) => Promise<string>): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const one of await Promise.all(Array.from({ length: count }, (_, at) => of(at))))
    found[one] = (found[one] ?? 0) + 1;
  return found;
}

describe('wrong passwords', () => {
  test('of one account from one address are ten, and then one a minute', async () => {
    expect(await outcomes(30, () => outcome('a', '10.0.0.1'))).toEqual({ wrong: 10, THROTTLED: 20 });
    now += minute;
    expect(await outcomes(3, () => outcome('a', '10.0.0.1'))).toEqual({ wrong: 1, THROTTLED: 2 });
    now += 60 * minute;
    expect(await outcomes(30, () => outcome('a', '10.0.0.1'))).toEqual({ wrong: 10, THROTTLED: 20 });
  });

  test('are counted however the account is written', async () => {
    await outcomes(10, () => outcome('A@example.com ', '10.0.0.1'));
    expect(await outcome('a@Example.com', '10.0.0.1')).toBe('THROTTLED');
  });

  test('from one address are a hundred, at however many accounts', async () => {
    const found = await outcomes(150, (at) => outcome(`account ${at}`, '10.0.0.1'));
    expect(found).toEqual({ wrong: 100, THROTTLED: 50 });
    expect(await outcome('b', '10.0.0.2')).toBe('wrong');
  });

  test('from addresses of one IPv6 network count together', async () => {
    await outcomes(10, (at) => outcome('a', `2001:db8:0:1::${at + 1}`));
    expect(await outcome('a', '2001:db8:0:1:ffff::')).toBe('THROTTLED');
    expect(await outcome('a', '2001:db8:0:2::1')).toBe('wrong');
    await outcomes(10, () => outcome('b', '::ffff:10.0.0.1'));
    expect(await outcome('b', '10.0.0.1')).toBe('THROTTLED');
  });

  test('of many at one account do not shut out who has signed in from where they are', async () => {
    expect(await outcome('a', '10.0.0.1', right)).toBe('signed in');
    const found = await outcomes(300, (at) => outcome('a', `10.1.${Math.floor(at / 200)}.${at % 200}`));
    expect(found).toEqual({ wrong: 100, THROTTLED: 200 });
    expect(await outcome('a', '10.0.0.2', right)).toBe('THROTTLED');
    expect(await outcome('a', '10.0.0.1', right)).toBe('signed in');
    now += 10_000;
    expect(await outcome('a', '10.0.0.2', right)).toBe('signed in');
  });
});

test('the refusal says after how many seconds there may be another attempt', async () => {
  await outcomes(10, () => outcome('a', '10.0.0.1'));
  now += 15_000;
  await expect(throttle.attempt({ account: 'a', address: '10.0.0.1' }, wrong)).rejects.toMatchObject({
    extensions: { code: 'THROTTLED', retryAfter: 45 },
  });
});

describe('right passwords', () => {
  test('are never too many: two hundred at once from one address', async () => {
    expect(await outcomes(200, () => outcome('a', '10.0.0.1', right))).toEqual({ 'signed in': 200 });
  });

  test('clear what was wrong before, of the account from the address', async () => {
    await outcomes(9, () => outcome('a', '10.0.0.1'));
    await outcome('a', '10.0.0.1', right);
    expect(await outcomes(9, () => outcome('a', '10.0.0.1'))).toEqual({ wrong: 9 });
  });

  test('do not begin while as many attempts run as there may be wrong ones', async () => {
    let running = 0;
    let most = 0;
    const slow = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return 'signed in';
    };
    await outcomes(50, () => outcome('a', '10.0.0.1', slow));
    expect(most).toBe(10);
  });
});

test('an attempt that fails for another reason counts as none', async () => {
  const broken = () =>
    Promise.reject(Object.assign(new Error('no storage'), { extensions: { code: 'BROKEN' } }));
  expect(await outcomes(30, () => outcome('a', '10.0.0.1', broken))).toEqual({ BROKEN: 30 });
  expect(await outcome('a', '10.0.0.1')).toBe('wrong');
});

test('attempts that wait are bounded', async () => {
  let end = () => {};
  const held = new Promise<void>((done) => {
    end = done;
  });
  const never = async () => {
    await held;
    return 'signed in';
  };
  const all = outcomes(300, () => outcome('a', '10.0.0.1', never));
  await new Promise(setImmediate);
  end();
  expect(await all).toEqual({ 'signed in': 266, OVERLOADED: 34 });
});
