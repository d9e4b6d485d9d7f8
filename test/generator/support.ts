/** A project in texts, through reading and checking as `generate` does it. */

import { buildSchema, type GraphQLSchema, Source } from 'graphql';
import { checkLayout, checkModel } from '../../src/generator/check/check.js';
import type { Diagnostic } from '../../src/generator/diagnostics/diagnostic.js';
import { chooseKeys } from '../../src/generator/layout/choose/primary-keys.js';
import { layOut } from '../../src/generator/layout/layout.js';
import { nextLock } from '../../src/generator/layout/lock/next.js';
import { renamedLock } from '../../src/generator/layout/lock/renames.js';
import type { Layout } from '../../src/generator/layout/types.js';
import { emptyLock, type Lock } from '../../src/generator/lock.js';
import type { Model } from '../../src/generator/model.js';
import { allowDefinition } from '../../src/generator/parse/allow.js';
import { withNamedArguments } from '../../src/generator/parse/named-arguments.js';
import { readSdl } from '../../src/generator/parse/sdl.js';
import { readYaml } from '../../src/generator/parse/yaml.js';
import { planOf } from '../../src/generator/plan/plan.js';
import type { Plan } from '../../src/generator/plan/types/plan.js';
import { withEvents } from '../../src/generator/resolve/events/log.js';
import { resolveModel } from '../../src/generator/resolve/resolve.js';
import { withScalars } from '../../src/generator/scalars.js';

export interface Checked {
  readonly model: Model;
  readonly diagnostics: readonly Diagnostic[];
  readonly layout?: Layout;
  readonly plan?: Plan;
  readonly lock?: Lock;
}

/** Warnings are among the diagnostics, and hinder nothing. */
export function checked(yaml: string, sdl: string | GraphQLSchema, before: Lock = emptyLock): Checked {
  const schema =
    typeof sdl === 'string' ? buildSchema(new Source(withDirective(sdl), 'schema.graphql')) : sdl;
  const read = readYaml('access-patterns.yaml', yaml);
  const { sdl: plain } = readSdl(schema, (name) => name);
  const lock = renamedLock(before, read.model.entities);
  const model: Model = chooseKeys(
    withEvents(withNamedArguments({ ...read.model, sdl: withScalars(plain, read.model.scalars) })),
    lock,
  );
  if (read.diagnostics.length > 0) return { model, diagnostics: read.diagnostics };
  const resolved = resolveModel(model);
  const ofModel = checkModel(resolved);
  if (ofModel.some(isError)) return { model, diagnostics: ofModel };
  const layout = layOut(resolved, lock);
  const diagnostics = [...ofModel, ...checkLayout(model, layout)];
  if (diagnostics.some(isError)) return { model, diagnostics, layout };
  return { model, diagnostics, layout, plan: planOf(resolved, layout), lock: nextLock(layout, lock) };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** Ours is not the schema's to define. */
function withDirective(sdl: string): string {
  return sdl.includes('@allow') ? `${sdl}\n${allowDefinition}\n` : sdl;
}
