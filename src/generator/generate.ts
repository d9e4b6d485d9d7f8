/** read |> check |> plan |> emit, pure: texts in, texts out. */

import type { GraphQLSchema } from 'graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { Costs } from '../budget/costs.js';
import { checkLayout, checkModel } from './check/check.js';
import { costsOf } from './costs/costs.js';
import { singleBudgets } from './costs/pattern-budgets.js';
import type { Diagnostic, Sources } from './diagnostics/diagnostic.js';
import { DiagnosticsError } from './diagnostics/print.js';
import { emit } from './emit/emit.js';
import type { Renderer } from './emit/render.js';
import { chooseKeys } from './layout/choose/primary-keys.js';
import { layOut } from './layout/layout.js';
import { findingsAgainst } from './layout/lock/findings.js';
import { nextLock } from './layout/lock/next.js';
import { mergingRenames, renamedLock } from './layout/lock/renames.js';
import type { Layout } from './layout/types.js';
import type { Lock } from './lock.js';
import type { Model } from './model.js';
import { readLock } from './parse/lock.js';
import { withNamedArguments } from './parse/named-arguments.js';
import { readSdl } from './parse/sdl.js';
import { sdlFilesOf, sdlMistakes } from './parse/sdl-errors.js';
import { readYaml } from './parse/yaml.js';
import { planOf } from './plan/plan.js';
import type { Plan } from './plan/types/plan.js';
import { withEvents } from './resolve/events/log.js';
import { resolveModel } from './resolve/resolve.js';
import { withScalars } from './scalars.js';

export interface GenerateInput {
  readonly schema: GraphQLSchema;
  /** The path shown to people, and the text. */
  readonly patterns: { readonly path: string; readonly text: string };
  /** What was chosen earlier, if anything was. */
  readonly lock?: { readonly path: string; readonly text: string };
  /** The text of a lock with which the declarations are compared as well. */
  readonly against?: string | undefined;
  /** The path shown to people, of an SDL source's name. */
  readonly relative: (sourceName: string) => string;
  /** Left out, nothing is emitted. */
  readonly renderer?: Renderer;
  readonly measure?: Measure;
}

export type Stage =
  | 'read templates'
  | 'parse'
  | 'lay out'
  | 'resolve'
  | 'check'
  | 'plan'
  | 'budgets'
  | 'emit'
  | 'typescript + resolvers';

/** Runs a stage, and may take its time. */
export type Measure = <T>(stage: Stage, run: () => T) => T;

export const unmeasured: Measure = (_stage, run) => run();

export interface Generated {
  readonly plan: Plan;
  /** What each field asks of DynamoDB. */
  readonly costs: Costs;
  readonly schema: GraphQLSchema;
  /** The schema, printed. */
  readonly sdl: string;
  readonly model: Model;
  readonly layout: Layout;
  readonly sources: Sources;
  readonly warnings: readonly Diagnostic[];
  /** What records need that were stored under the lock of `against`. */
  readonly compared: readonly Diagnostic[];
  /** Path below the output folder -> text. */
  readonly files: ReadonlyMap<string, string>;
  /** The lock that goes with the plan. */
  readonly lock: Lock;
}

/** Throws DiagnosticsError with everything found, and then gives nothing. */
export function generate({
  schema,
  patterns,
  lock: locked,
  against,
  relative,
  renderer,
  measure = unmeasured,
}: GenerateInput): Generated {
  const yaml = measure('parse', () => readYaml(patterns.path, patterns.text));
  const { sdl, sources } = measure('parse', () => readSdl(schema, relative));
  sources.set(patterns.path, patterns.text);
  const { lock: asStored, diagnostics: ofLock } = measure('parse', () =>
    readLock(locked?.path ?? '', locked?.text),
  );
  const lock = renamedLock(asStored, yaml.model.entities);
  if (locked) sources.set(locked.path, locked.text);
  const model = measure('lay out', () =>
    chooseKeys(
      withEvents(withNamedArguments({ ...yaml.model, sdl: withScalars(sdl, yaml.model.scalars) })),
      lock,
    ),
  );
  const mistakes = measure('parse', () => sdlMistakes(sdlFilesOf(schema, relative)));
  const merging = mergingRenames(asStored, yaml.model.entities);
  const warnings = refuseErrors([...yaml.diagnostics, ...mistakes, ...ofLock, ...merging], sources);
  const resolved = measure('resolve', () => resolveModel(model));
  warnings.push(
    ...refuseErrors(
      measure('check', () => checkModel(resolved)),
      sources,
    ),
  );
  const layout = measure('lay out', () => layOut(resolved, lock));
  warnings.push(
    ...refuseErrors(
      measure('check', () => checkLayout(model, layout)),
      sources,
    ),
  );
  const next = nextLock(layout, lock);
  const compared =
    against === undefined ? [] : findingsAgainst(readLock('', against), { model, layout, next });
  const plan = measure('plan', () => planOf(resolved, layout));
  const printed = measure('emit', () => printSchema(lexicographicSortSchema(schema)));
  const costs = measure('plan', () => costsOf(plan));
  const files = renderer
    ? emitted(measure, renderer, { plan, costs, schema, sdl: printed })
    : new Map<string, string>();
  return {
    plan,
    costs,
    schema,
    sdl: printed,
    model,
    layout,
    sources,
    warnings,
    files,
    lock: next,
    compared,
  };
}

function emitted(
  measure: Measure,
  renderer: Renderer,
  { plan, costs, schema, sdl }: Pick<Generated, 'plan' | 'costs' | 'schema' | 'sdl'>,
): ReadonlyMap<string, string> {
  const budgets = measure('budgets', () => singleBudgets(plan, costs, schema));
  return measure('emit', () => emit({ plan, costs, budgets, sdl, renderer }));
}

function refuseErrors(diagnostics: readonly Diagnostic[], sources: Sources): Diagnostic[] {
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    throw new DiagnosticsError(diagnostics, sources);
  return [...diagnostics];
}
