/** What applications on Fastify import: `tableloom/server`. */
export type { DocumentOptions } from './documents/documents.js';
export { drain } from './health/draining.js';
export { requestErrorCodes } from './http/http.js';
export { type HttpEvent, type HttpResult, lambdaHandler } from './lambda.js';
export type { ConnectionLimits } from './limits/connections.js';
export { networkOf } from './limits/network.js';
export { listeningProblem } from './listening.js';
export type { LiveLimits } from './live/limits.js';
export { type RedisWakerOptions, redisWaker } from './live/wakers/redis-waker.js';
export { type StreamsWakerOptions, streamsWaker } from './live/wakers/streams-waker.js';
export type { EmfSettings } from './metrics/emf.js';
export type { PrometheusSettings } from './metrics/endpoint.js';
export type { MetricsOptions } from './metrics/metrics.js';
export type {
  IdeSettings,
  OwnContext,
  PluginOptions,
  Principal,
  RequestContext,
  ServerLimits,
  TableloomOptions,
} from './options.js';
export { aside } from './overload/overload.js';
export { tableloom } from './plugin.js';
export type { Draft, Rate, Taken } from './rates/buckets.js';
export type { RateLimits, RateStore } from './rates/rates.js';
export { type RedisRatesOptions, redisRates } from './rates/redis-rates.js';
export type { ScalarFunctions } from './scalars.js';
export { type LogLevel, type ServerSettings, serverOptions } from './server-options.js';
export { type Draining, stopOnSignals } from './stop.js';
export type { SlowLimits } from './watch/slow.js';
