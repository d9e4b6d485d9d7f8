import { STATUS_CODES } from 'node:http';

/** An error that Fastify answers with this status. The client sees its message. */
export function httpError(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}

/** The status as an `extensions.code`: 415 is `UNSUPPORTED_MEDIA_TYPE`. */
export function codeOfStatus(statusCode: number): string {
  return (STATUS_CODES[statusCode] ?? 'Bad Request').toUpperCase().replaceAll(/[^A-Z]+/g, '_');
}
