/** How much subscribers can take of the server, and for how long what was found out about them holds. */
export interface LiveLimits {
  /** How long a socket may take to say who it is (`connection_init`), in milliseconds. */
  readonly initMs: number;
  /** How often `authenticate` and `revalidate` run again for each connection with a token, in milliseconds. */
  readonly recheckMs: number;
  /** How often each connection is sent a ping, and looked at for whether it still takes what it is sent, in milliseconds. */
  readonly pingMs: number;
  /** How long the answer to a ping may take, in milliseconds. */
  readonly pongMs: number;
  /** Connections of one principal; of one address, for callers without a token. */
  readonly connectionsPerPrincipal: number;
  readonly subscriptionsPerConnection: number;
  /** Bytes of one message of a client. */
  readonly messageBytes: number;
  /** How many bytes may wait for a client before nothing more is read from it. */
  readonly bufferedBytes: number;
  /** How long a connection that the server closes may take to close, in milliseconds. */
  readonly closeMs: number;
}

/** Pings come more often than proxies close connections on which nothing happens: the usual time is 60 seconds. */
export const usualLiveLimits: LiveLimits = {
  initMs: 3000,
  recheckMs: 10_000,
  pingMs: 15_000,
  pongMs: 10_000,
  connectionsPerPrincipal: 20,
  subscriptionsPerConnection: 50,
  messageBytes: 64 * 1024,
  bufferedBytes: 64 * 1024,
  closeMs: 2000,
};
