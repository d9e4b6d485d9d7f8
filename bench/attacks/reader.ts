/** An honest client, in a process of its own: what it waits for is the server, and not the attacker. */

import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { send } from '../../test/server/attacks/send.js';
import { bearer } from '../../test/server/attacks/set.js';
import { serve } from '../events/program.js';

interface Reads {
  readonly port: number;
  readonly token: string;
  readonly seconds: number;
}

const body = '{"query":"{ me { id } }"}';

await serve(async () => ({
  ready: null,
  answers: {
    /** The milliseconds of each read; null where it was refused, or failed. */
    async read({ port, token, seconds }: Reads): Promise<(number | null)[]> {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const way = { port, agent, localAddress: '127.0.0.2' };
      const times: (number | null)[] = [];
      for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
        const started = performance.now();
        const answer = await send(way, { headers: bearer(token), body });
        times.push(answer === '200' ? performance.now() - started : null);
        await pause(10);
      }
      agent.destroy();
      return times;
    },
  },
}));
