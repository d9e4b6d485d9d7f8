/** What applications on Fastify import: `tableloom/server`. */

export { drain } from './health/draining.js';
export { requestErrorCodes } from './http/http.js';
export { type HttpEvent, type HttpResult, lambdaHandler } from './lambda.js';
export type { ConnectionLimits } from './limits/connections.js';
export { listeningProblem } from './listening.js';
export type { LiveLimits } from './live/limits.js';
export { type RedisWakerOptions, redisWaker } from './live/wakers/redis-waker.js';
export { type StreamsWakerOptions, streamsWaker } from './live/wakers/streams-waker.js';
export type {
  IdeSettings,
  OwnContext,
  PluginOptions,
  Principal,
  RequestContext,
  ServerLimits,
  TableloomOptions,
} from './options.js';
export { tableloom } from './plugin.js';
export type { ScalarFunctions } from './scalars.js';
export { type LogLevel, type ServerSettings, serverOptions } from './server-options.js';
export { type Draining, stopOnSignals } from './stop.js';
