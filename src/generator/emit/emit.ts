/** Plan + template texts -> the generated files' exact bytes. */

import type { Costs } from '../../budget/costs.js';
import type { SingleBudgets } from '../costs/pattern-budgets.js';
import type { Plan } from '../plan/types/plan.js';
import { costsFile } from './files/costs.js';
import { entitiesFile } from './files/entities.js';
import { eventsFile } from './files/events.js';
import { indexFile } from './files/index-file.js';
import { itemsFile } from './files/items.js';
import { keysFile } from './files/keys/keys.js';
import { loadersFile } from './files/loaders.js';
import { queriesFile } from './files/queries/queries.js';
import { rulesFile } from './files/rules.js';
import { tablesFile } from './files/tables.js';
import { writesFile } from './files/writes.js';
import { accessView } from './page/access.js';
import { accessPatternsView } from './page/page.js';
import type { Renderer } from './render.js';
import { resolversFile } from './resolvers/resolvers.js';
import { sourceText } from './source-file.js';
import { runtimeModule } from './symbols.js';

export interface EmitInput {
  readonly plan: Plan;
  readonly costs: Costs;
  readonly budgets: SingleBudgets;
  /** The schema, printed. */
  readonly sdl: string;
  readonly renderer: Renderer;
}

/** The file that Codegen's own plugins write; ours import from it. */
export const graphqlFile = 'graphql.ts';

/** Path below the output folder -> text. */
export function emit({ plan, costs, budgets, sdl, renderer }: EmitInput): Map<string, string> {
  const { events, authorization } = plan;
  const options = { renderer, runtime: runtimeModule };
  const schema = { sdl: sdl.replace(/[\\`]|\$\{/g, '\\$&') };
  // One file after the other: the fragments of all of them together are more than the collector likes to keep.
  const sources = [
    () => entitiesFile(plan),
    () => keysFile(plan),
    () => itemsFile(plan),
    () => queriesFile(plan),
    () => loadersFile(plan),
    () => writesFile(plan),
    ...(events ? [() => eventsFile(plan, events)] : []),
    () => rulesFile(plan),
    () => resolversFile(plan),
    () => tablesFile(plan),
    () => costsFile(costs),
    () => ({ name: 'schema.ts', data: schema, declared: ['typeDefs'] }),
    () => indexFile(plan),
  ];
  return new Map([
    ...sources.map((make) => {
      const source = make();
      return [source.name, sourceText(source, options)] as const;
    }),
    ['access-patterns.md', renderer.render('access-patterns.md', accessPatternsView(plan, budgets))],
    ...(authorization
      ? ([
          ['access.md', renderer.render('access.md', accessView(authorization))],
          [
            'directives.graphql',
            renderer.render('directives.graphql', { roles: authorization.roles.map((name) => ({ name })) }),
          ],
        ] as const)
      : []),
  ]);
}
