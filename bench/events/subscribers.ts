/** Subscribers of a server: sockets of graphql-transport-ws that note when which event arrived, and parse no more than that. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Asker, mutate } from './load.js';

const query = 'subscription { configChanged { event { entityId } cursor } }';

export class Subscribers {
  readonly #port: number;
  readonly #perSocket: number;
  readonly #sockets: WebSocket[] = [];
  #arrived: (key: string, at: number) => void = () => undefined;
  #count = 0;
  /** Of the deliveries since the last look. */
  #bytes = { sum: 0, count: 0 };

  constructor(port: number, perSocket: number) {
    this.#port = port;
    this.#perSocket = perSocket;
  }

  get count(): number {
    return this.#count;
  }

  /** Where deliveries are reported from now on. */
  report(arrived: (key: string, at: number) => void): void {
    this.#arrived = arrived;
    this.#bytes = { sum: 0, count: 0 };
  }

  get bytesOfOne(): number {
    return this.#bytes.sum / this.#bytes.count;
  }

  /** Until there are so many, and each of them has been delivered an event. */
  async grow(count: number, asker: Asker): Promise<void> {
    while (this.#count < count) await this.#open(Math.min(this.#perSocket, count - this.#count));
    for (let at = 0; ; at++) {
      if (at === 60) throw new Error('not all subscriptions began');
      let seen = 0;
      const key = `begin-${count}-${at}`;
      this.report((arrived) => {
        if (arrived === key) seen += 1;
      });
      await mutate(asker, key);
      for (let look = 0; look < 20 && seen < count; look++) await sleep(50);
      if (seen === count) return;
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #open(subscriptions: number): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
    });
    this.#sockets.push(socket);
    await once(socket, 'open');
    const acknowledged = once(socket, 'message');
    socket.send('{"type":"connection_init","payload":{"authorization":"Bearer of-the-benchmark"}}');
    await acknowledged;
    socket.on('message', (data: Buffer) => {
      const key = /"entityId":"([^"]+)"/.exec(data.toString('latin1', 0, 250))?.[1];
      if (key === undefined) {
        if (data.includes('"errors"') || data.includes('"type":"error"')) throw new Error(String(data));
        return;
      }
      this.#bytes.sum += data.length;
      this.#bytes.count += 1;
      this.#arrived(key, performance.now());
    });
    for (let at = 0; at < subscriptions; at++)
      socket.send(JSON.stringify({ id: String(at), type: 'subscribe', payload: { query } }));
    this.#count += subscriptions;
  }
}
