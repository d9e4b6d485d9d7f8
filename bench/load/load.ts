/** Load from a process of its own, so that neither waits for the other. */
import { start } from '../events/program.js';
import type { ClosedLoad, Loaded, OpenLoad } from './model.js';

/**
 * Sends operations at a rate, with the gaps of a Poisson process that are drawn in advance. Latency counts from the planned arrival: what
 * a slow server or generator keeps from being sent in time counts as waiting (no "coordinated omission"; Tene, "How NOT to Measure Latency").
 */
export async function openModel(load: OpenLoad): Promise<Loaded> {
  return run('open', load);
}

/** Sends operations as fast as so many connections are answered: what a server can do. */
export async function closedModel(load: ClosedLoad): Promise<Loaded> {
  return run('closed', load);
}

async function run(model: string, load: OpenLoad | ClosedLoad): Promise<Loaded> {
  const generator = await start('../load/generator.ts', null);
  try {
    return await generator.ask<Loaded>(model, load);
  } finally {
    await generator.stop();
  }
}
