/** What the servers of this benchmark are started with, and do for it. */

export interface Given {
  /** Of the storage. */
  readonly endpoint: string;
  readonly redisPort?: number;
}

/** The port the server listens at. */
export type Listening = number;

/** Bytes. */
export interface Memory {
  /** After the garbage collector ran. */
  readonly heap: number;
  readonly rss: number;
  /** The largest since the last look. */
  readonly rssPeak: number;
}

export interface Publishing {
  readonly count: number;
  /** At most. */
  readonly perSecond: number;
  /** Characters of the field that events carry. */
  readonly characters: number;
  readonly prefix: string;
}

export function clientConfigOf({ endpoint }: Given) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { region: 'local', endpoint, credentials };
}
