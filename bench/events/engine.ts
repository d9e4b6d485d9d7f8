/** The storage of all servers, in a process of its own behind HTTP, as DynamoDB is; it counts read units. */

import { tables } from '../../generated/index.js';
import { openEndpoint } from '../../test/support/endpoint.js';
import { cpuClock } from '../cpu.js';
import { type Counted, openEngine } from '../operations/engine.js';
import { tableNames } from '../operations/server.js';
import { serve } from './program.js';

await serve(async () => {
  const engine = await openEngine(tables, tableNames);
  const endpoint = await openEndpoint(engine.clientConfig);
  let counting: Promise<Counted> | undefined;
  let end: () => void = () => undefined;
  return {
    ready: endpoint.clientConfig.endpoint,
    answers: {
      cpu: cpuClock(),
      count() {
        const counted = new Promise<void>((resolve) => {
          end = resolve;
        });
        counting = engine.count(() => counted);
      },
      counted() {
        end();
        return counting;
      },
    },
  };
});
