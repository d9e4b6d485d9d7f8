/** Sheds load: what the server cannot do in time is refused at once, before its body is read. */
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Admission, type AdmissionLimits, type AdmissionState } from './admission.js';

/** How often those that have waited too long are refused, and after how many times the limit follows the event loop, in milliseconds. */
const [lookMs, looks] = [50, 2];

/** How often the log says how many were refused, in milliseconds. */
const reportMs = 10_000;

/** After how many seconds clients are to try again: at random, so that they do not all come back at the same time. */
const [soonest, latest] = [1, 3];

/**
 * When the turn of the event loop began that is under way: one turn reads every connection that has something to be read, so that whatever is
 * read in it has been there about as long.
 */
class Turn {
  #began: number | undefined;

  began(now: number): number {
    if (this.#began !== undefined) return this.#began;
    setImmediate(() => {
      this.#began = undefined;
    });
    this.#began = now;
    return now;
  }
}

export interface Overload {
  /**
   * A hook of the routes whose requests are operations, after that which sets the headers of answers. Others, such as those of health,
   * are always answered.
   */
  preParsing(request: FastifyRequest, reply: FastifyReply, body: unknown, done: () => void): void;
  state(): AdmissionState;
}

export function overloadOf(app: FastifyInstance, limits: AdmissionLimits): Overload {
  const admission = new Admission(limits);
  const watching = watch(admission, app.log);
  const turn = new Turn();
  app.addHook('onClose', async () => clearInterval(watching));
  return {
    preParsing(request, reply, _body, done) {
      const { raw } = reply;
      const now = performance.now();
      const begin = (isAdmitted: boolean) => {
        if (!isAdmitted) return refuse(reply);
        // Also where the client has gone: what it requested ends soon, but is not yet over.
        const place = new Place(admission);
        if (raw.destroyed) return place.leave();
        underWay.set(request, place);
        raw.once('close', () => {
          if (reply.sent) place.leave();
        });
        done();
      };
      const withdraw = admission.enter(now, begin, turn.began(now));
      if (withdraw) raw.once('close', withdraw);
    },
    state: () => admission.state(),
  };
}

/** The places of operations that were admitted. */
const underWay = new WeakMap<FastifyRequest, Place>();

/** Among those under way. */
class Place {
  readonly #admission: Admission;
  #isTaken = true;
  #isOver = false;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  leave(): void {
    if (!this.#isOver && this.#isTaken) this.#admission.leave(performance.now());
    this.#isOver = true;
  }

  /** Leaves it to others, until what is returned is called. */
  lend(): () => void {
    if (this.#isOver || !this.#isTaken) return () => undefined;
    this.#isTaken = false;
    this.#admission.leave(performance.now());
    return () => {
      this.#isTaken = true;
      if (!this.#isOver) this.#admission.resume();
    };
  }
}

/**
 * Does what waits for its turn at something that has a bound of its own, such as the hashing of passwords: meanwhile the operation of the request
 * does not count among those under way, so that others begin in its place. It goes on without waiting again.
 */
export async function aside<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const back = underWay.get(request)?.lend();
  try {
    return await work();
  } finally {
    back?.();
  }
}

/** A hook of the same routes: an operation is over when its answer is there, however long the client takes to receive it. */
export async function onAnswer(request: FastifyRequest): Promise<void> {
  underWay.get(request)?.leave();
}

function watch(admission: Admission, log: FastifyBaseLogger): NodeJS.Timeout {
  let last = performance.eventLoopUtilization();
  let count = 0;
  let reported = { at: performance.now(), refused: 0 };
  return setInterval(() => {
    const now = performance.now();
    admission.expire(now);
    count = (count + 1) % looks;
    if (count > 0) return;
    const current = performance.eventLoopUtilization();
    admission.adapt(now, performance.eventLoopUtilization(current, last).utilization);
    last = current;
    const { refused, limit } = admission.state();
    if (refused === reported.refused || now - reported.at < reportMs) return;
    log.warn({ refused: refused - reported.refused, limit }, 'overloaded: operations were refused');
    reported = { at: now, refused };
  }, lookMs).unref();
}

function refuse(reply: FastifyReply): void {
  const retryAfter = soonest + Math.floor(Math.random() * (latest - soonest + 1));
  const message = 'The server is overloaded; try again in a few seconds.';
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BUSY', retryAfter } }] });
  reply.code(503).header('retry-after', retryAfter).send(body);
}
