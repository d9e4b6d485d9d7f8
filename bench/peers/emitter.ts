/** What Mercurius' documentation gives its PubSub for several processes. */

import mqRedis from 'mqemitter-redis';

export function emitterAt(port: number): object {
  return mqRedis({ host: '127.0.0.1', port });
}
