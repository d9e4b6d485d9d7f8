/** Requests as they are, whether or not a well-behaved client could send them. */

import { type Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly isChunked?: boolean;
}

/** Bytes that are written to a connection of their own. */
export interface Bytes {
  readonly bytes: string;
}

export interface Way {
  readonly port: number;
  readonly agent?: Agent;
  /** An address of the loopback network, to come from. */
  readonly localAddress?: string;
}

/** What a request was answered: the status, and the code of the first error where it has one. */
export function send(way: Way, sent: Request | Bytes): Promise<string> {
  return 'bytes' in sent ? sendBytes(way, sent) : sendRequest(way, sent);
}

async function sendRequest(
  way: Way,
  { method = 'POST', path = '/graphql', headers, body, isChunked }: Request,
) {
  const length = body === undefined || isChunked ? {} : { 'content-length': Buffer.byteLength(body) };
  const outgoing = request({
    host: '127.0.0.1',
    ...way,
    method,
    path,
    headers: { 'content-type': 'application/json', accept: modern, ...length, ...headers },
  });
  // A body that is refused before it was read is cut off; its answer may come before that.
  outgoing.on('error', () => undefined);
  const answered = new Promise<IncomingMessage | null>((resolve) => {
    outgoing.once('response', resolve).once('close', () => resolve(null));
  });
  outgoing.end(body);
  const response = await answered;
  if (response === null) return 'cut off';
  return told(response.statusCode ?? 0, await text(response).catch(() => ''));
}

const modern = 'application/graphql-response+json';

async function sendBytes({ port, localAddress }: Way, { bytes }: Bytes): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) });
  socket.on('error', () => undefined);
  let answer = '';
  const whole = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      answer += String(chunk);
      if (isWhole(answer)) resolve();
    });
    socket.once('close', () => resolve());
  });
  socket.write(bytes, 'latin1');
  await whole;
  socket.destroy();
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  return told(Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), body);
}

function isWhole(answer: string): boolean {
  const [head = '', body] = answer.split('\r\n\r\n', 2);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length);
}

function told(status: number, body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] };
    return [status, errors?.[0]?.extensions?.code ?? []].flat().join(' ');
  } catch {
    return String(status);
  }
}
