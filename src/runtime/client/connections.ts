/** Connections of a client: a request that waits for a free one has not been sent, so that no time runs for it. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** As many as the SDK opens by default. */
const usual = 50;

/** How many connections a client has at this moment. */
export function connectionsOf({ config }: DynamoDBClient): number {
  const handler: Partial<HasSettings> = config.requestHandler as Partial<HasSettings>;
  const agents = Object.values(handler.httpHandlerConfigs?.() ?? {}).flatMap(socketsOf);
  return Math.max(...agents, agents.length === 0 ? usual : 1);
}

/** Handlers of the SDK tell their settings. */
interface HasSettings {
  httpHandlerConfigs(): object;
}

/** Of an agent of Node's. The handler has its agents from its first request on. */
function socketsOf(setting: unknown): number[] {
  const isAgent = typeof setting === 'object' && setting !== null && 'maxSockets' in setting;
  return isAgent && typeof setting.maxSockets === 'number' ? [setting.maxSockets] : [];
}
