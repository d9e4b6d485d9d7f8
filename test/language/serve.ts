/** A project that several tests of a file ask one after the other, with the requests of the last question. */

import type { Database, DatabaseOptions, Session } from 'tableloom/runtime';
import { afterAll } from 'vitest';
import { type Generated, openProject } from '../support/running.js';

export interface Served {
  readonly database: Database;
  /** The answer's data; the first error is thrown. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** What the last `ask` sent. */
  readonly operations: readonly string[];
  /** How many steps the last `ask` waited for. */
  readonly steps: number;
}

export async function serve(
  {
    loaders,
    ...generated
  }: Omit<Generated, 'createLoaders'> & { readonly loaders: (session: Session) => object },
  options: Partial<DatabaseOptions> = {},
): Promise<Served> {
  const project = await openProject({ ...generated, createLoaders: loaders }, afterAll, options);
  let last: { readonly requests: readonly string[]; readonly steps: number } = { requests: [], steps: 0 };
  return {
    database: project.database,
    get operations() {
      return last.requests;
    },
    get steps() {
      return last.steps;
    },
    async ask(query, variables) {
      const answer = await project.ask(query, variables);
      last = answer;
      if (answer.errors?.[0]) throw answer.errors[0];
      return answer.data ?? {};
    },
  };
}
