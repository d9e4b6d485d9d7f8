/** Subscriptions over WebSockets: the protocol graphql-transport-ws. */
import type { FastifyRequest } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import { orInstall } from '../optional.js';
import type { Deliveries } from './deliveries.js';
import type { Live } from './live.js';
import { Socket } from './socket.js';
import type { Upgrade } from './upgrade.js';

interface Begun extends ExecutionArgs {
  readonly deliveries: Deliveries;
}

/** @returns what serves a request to upgrade */
export async function socketServer(live: Live): Promise<(request: FastifyRequest, upgrade: Upgrade) => void> {
  const needs = 'A schema with subscriptions needs';
  const { makeServer, handleProtocols } = await import('graphql-ws').catch(orInstall(needs, 'graphql-ws'));
  const { WebSocketServer } = await import('ws').catch(orInstall(needs, 'ws'));
  const { initMs, messageBytes, closeMs } = live.limits;

  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    handleProtocols,
    maxPayload: messageBytes,
    // It would take 300 KB of memory for each connection.
    perMessageDeflate: false,
    autoPong: false,
    ...{ closeTimeout: closeMs },
  });
  const protocol = makeServer<Record<string, unknown>, Socket>({
    connectionInitWaitTimeout: initMs,
    onConnect: ({ extra: socket, connectionParams }) => socket.connect(connectionParams),
    async onSubscribe({ extra: socket, subscriptions }, _id, parameters) {
      const begun = await socket.subscribe(Object.keys(subscriptions).length, parameters);
      return 'next' in begun ? { ...begun.args, deliveries: begun } : begun;
    },
    subscribe: (args) => (args as Begun).deliveries,
    onNext: ({ extra: socket }, _id, _payload, _args, result) => socket.result(result),
    onError: ({ extra: socket }, _id, _payload, errors) => socket.errors(errors),
  });

  return (request, { socket: connection, head }) => {
    sockets.handleUpgrade(request.raw, connection, head, (webSocket) => {
      const socket = new Socket(live, webSocket, { request, stream: connection });
      const closed = protocol.opened(
        {
          protocol: webSocket.protocol,
          send: (message) => socket.send(message),
          close: (code = 1000, reason = '') => socket.close(code, reason),
          onMessage: (handle) => socket.onMessage(handle),
        },
        socket,
      );
      webSocket.once('close', (code, reason) => void closed(code, String(reason)));
    });
  };
}
