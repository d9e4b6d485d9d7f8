/** Connections of a client: a request that waits for a free one has not been sent, so that no time runs for it. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** As many as the SDK opens by default. */
const usual = 50;

/** Lets as many requests of a client through at a time as it has connections, in the order of their coming. */
export class Connections {
  readonly #client: DynamoDBClient;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(client: DynamoDBClient) {
    this.#client = client;
  }

  async take(): Promise<void> {
    if (this.#used >= this.#most()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#used += 1;
  }

  /** The connection goes straight to the next in line. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#used -= 1;
  }

  #most(): number {
    const handler: Partial<HasSettings> = this.#client.config.requestHandler as Partial<HasSettings>;
    const agents = Object.values(handler.httpHandlerConfigs?.() ?? {}).flatMap(socketsOf);
    return Math.max(...agents, agents.length === 0 ? usual : 1);
  }
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
