/** A case that fails, made smaller as long as it fails in the same way. */

import type { Answered, DrawnProject, Mapping } from '../draw/project.js';
import { pageArguments } from '../draw/project.js';
import type { QuestionStep, WriteStep } from '../draw/steps.js';

export interface Failing {
  readonly project: DrawnProject;
  readonly writes: readonly WriteStep[];
  readonly questions: readonly QuestionStep[];
}

/** @param fails whether a case still fails in the same way */
export async function shrunk(
  failing: Failing,
  fails: (candidate: Failing) => Promise<boolean>,
  most = 300,
): Promise<Failing> {
  let best = failing;
  let left = most;
  for (let isSmaller = true; isSmaller && left > 0; ) {
    isSmaller = false;
    for (const candidate of smaller(best)) {
      if (left-- <= 0) break;
      if (await fails(candidate)) {
        best = candidate;
        isSmaller = true;
        break;
      }
    }
  }
  return best;
}

/** The largest steps first. */
function* smaller(failing: Failing): Generator<Failing> {
  const { project, writes, questions } = failing;
  if (questions.length > 1) yield { ...failing, questions: questions.slice(-1) };
  for (let size = Math.ceil(writes.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < writes.length; at += size)
      yield { ...failing, writes: [...writes.slice(0, at), ...writes.slice(at + size)] };
    if (size === 1) break;
  }
  for (const section of ['patterns', 'mutations'] as const) {
    const used = new Set<string>(
      section === 'patterns'
        ? questions.map(({ pattern }) => pattern)
        : writes.map(({ mutation }) => mutation),
    );
    for (const name of Object.keys(project[section]))
      if (!used.has(name))
        yield { ...failing, project: { ...project, [section]: without(project[section], name) } };
  }
  for (const name of Object.keys(project.entities)) {
    const { [name]: _type, ...types } = project.types;
    yield { ...failing, project: { ...project, types, entities: without(project.entities, name) } };
    for (const key of Object.keys(project.entities[name] ?? {}))
      yield {
        ...failing,
        project: {
          ...project,
          entities: { ...project.entities, [name]: without(project.entities[name] ?? {}, key) },
        },
      };
  }
  for (const section of ['patterns', 'mutations'] as const) {
    for (const [name, answered] of Object.entries(project[section]))
      for (const yaml of parts(answered.yaml))
        yield {
          ...failing,
          project: { ...project, [section]: { ...project[section], [name]: pruned(answered, yaml) } },
        };
  }
  for (const [type, fields] of Object.entries(project.types))
    for (const field of Object.keys(fields)) yield withoutField(failing, type, field);
}

function without<T>(all: Readonly<Record<string, T>>, name: string): Record<string, T> {
  const { [name]: _, ...rest } = all;
  return rest;
}

/** A mapping with one key fewer, at any depth of it. */
function* parts(yaml: Mapping): Generator<Mapping> {
  for (const [key, value] of Object.entries(yaml)) {
    yield without(yaml, key);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const inner of parts(value as Mapping))
        if (Object.keys(inner).length > 0) yield { ...yaml, [key]: inner };
    if (Array.isArray(value) && value.length > 1)
      for (const at of value.keys()) yield { ...yaml, [key]: value.filter((_, other) => other !== at) };
  }
}

/** Without the arguments that nothing takes any more. */
function pruned({ args, ...answered }: Answered, yaml: Mapping): Answered {
  const words = new Set(JSON.stringify(yaml).match(/\$\w+/g));
  const kept = Object.entries(args).filter(([name]) => words.has(`$${name}`) || name in pageArguments);
  return { ...answered, yaml, args: Object.fromEntries(kept) };
}

function withoutField({ project, writes, questions }: Failing, type: string, field: string): Failing {
  const inputs = Object.entries(project.inputs).map(
    ([name, fields]) => [name, name.includes(type) ? without(fields, field) : fields] as const,
  );
  return {
    project: {
      ...project,
      types: { ...project.types, [type]: without(project.types[type] ?? {}, field) },
      inputs: Object.fromEntries(inputs),
    },
    writes: writes.map((step) => {
      const { input } = step.args;
      if (!step.mutation.endsWith(type) || typeof input !== 'object' || input === null) return step;
      return { ...step, args: { ...step.args, input: without(input as Mapping, field) } };
    }),
    questions: questions.map((step) => ({
      ...step,
      select: {
        ...step.select,
        ...(step.select[type] && { [type]: step.select[type].filter((one) => one !== field) }),
      },
    })),
  };
}
