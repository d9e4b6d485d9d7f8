/** Load from a process of its own, so that neither waits for the other. */
import { start } from '../events/program.js';
import type { ClosedLoad, Loaded, OpenLoad } from './model.js';

export interface Generator {
  /** Opens the connections of a load by the open model before it, and keeps them for all of them. */
  connect(load: Pick<OpenLoad, 'ports' | 'connections'>): Promise<void>;
  /**
   * Sends operations at a rate, with the gaps of a Poisson process that are drawn in advance. Latency counts from the planned arrival: what
   * a slow server or generator keeps from being sent in time counts as waiting (no "coordinated omission"; Tene, "How NOT to Measure Latency").
   */
  open(load: OpenLoad): Promise<Loaded>;
  /** Sends operations as fast as so many connections are answered: what a server can do. */
  closed(load: ClosedLoad): Promise<Loaded>;
  stop(): Promise<void>;
}

export async function startGenerator(): Promise<Generator> {
  const program = await start('../load/generator.ts', null);
  return {
    connect: (load) => program.ask('connect', load),
    open: (load) => program.ask('open', load),
    closed: (load) => program.ask('closed', load),
    stop: () => program.stop(),
  };
}

/** One load by the open model. */
export function openModel(load: OpenLoad): Promise<Loaded> {
  return once((generator) => generator.open(load));
}

/** One load by the closed model. */
export function closedModel(load: ClosedLoad): Promise<Loaded> {
  return once((generator) => generator.closed(load));
}

async function once(run: (generator: Generator) => Promise<Loaded>): Promise<Loaded> {
  const generator = await startGenerator();
  try {
    return await run(generator);
  } finally {
    await generator.stop();
  }
}
