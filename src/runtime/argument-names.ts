/** Errors about values name the argument that the caller passed, besides the field that it became. */
import { TableloomError } from './errors.js';
import type { MaybePromise } from './write/write.js';

/**
 * The arguments that fields take their values from, where they are called otherwise: `{ label: 'name' }`. `*` is every other
 * field, below an argument: `{ '*': 'input' }`, or `'input'` alone. Of a step it is `order.label`; `?` is any entry of a map.
 * `input.lines[]` is the element of a list that a record is written for.
 */
export type ArgumentNames = string | Readonly<Record<string, string>>;

/** A resolver whose errors about values have `argument`: its path, `input.lines[2].sku`. */
export function naming<Parent, Args extends object, Context, Info, Result>(
  names: ArgumentNames,
  resolve: (parent: Parent, args: Args, context: Context, info: Info) => MaybePromise<Result>,
): (parent: Parent, args: Args, context: Context, info: Info) => Promise<Result> {
  return async (parent, args, context, info) => {
    try {
      return await resolve(parent, args, context, info);
    } catch (error) {
      if (
        error instanceof TableloomError &&
        (error.code === 'VALUE_INVALID' || error.code === 'KEY_INVALID')
      ) {
        const argument = argumentOf(typeof names === 'string' ? { '*': names } : names, error, args);
        if (argument !== undefined) Object.assign(error.extensions, { argument });
      }
      throw error;
    }
  };
}

/** Undefined where no argument that was passed became the value. */
function argumentOf(
  names: Readonly<Record<string, string>>,
  { extensions: { field, path = field, step } }: TableloomError,
  args: object,
): string | undefined {
  if (typeof path !== 'string') return undefined;
  const text = String(step ?? '');
  const at = /(?:^|\.)(\d+)$/.exec(text);
  const stepName = text.slice(0, at?.index);
  // The elements of `lines[sku="a"]` are those that a value selects.
  const place = path.replace(/\[[A-Za-z_]\w*=(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/g, '').match(steps) ?? [];
  const whole = stepName === '' ? place : [stepName, ...place];
  let best: { readonly length: number; readonly argument: string } | undefined;
  for (const [name, argument] of Object.entries(names)) {
    const parts = name.split('.');
    const isRest = parts.at(-1) === '*';
    const head = isRest ? parts.slice(0, -1) : parts;
    const fits = head.length <= whole.length && head.every((one, i) => one === '?' || one === whole[i]);
    // A name goes before the rest of its step.
    const length = 2 * head.length + (isRest ? 0 : 1);
    if (fits && (best === undefined || length > best.length))
      best = {
        length,
        argument: joined(argument.replace('[]', `[${Number(at?.[1]) - 1}]`), whole.slice(head.length)),
      };
  }
  return best && isPassed(args, best.argument) ? best.argument : undefined;
}

const steps = /[^.[\]]+|\[\d+\]/g;

function joined(argument: string, rest: readonly string[]): string {
  return rest.reduce((path, step) => `${path}${step.startsWith('[') ? '' : '.'}${step}`, argument);
}

function isPassed(args: object, path: string): boolean {
  let value: unknown = args;
  for (const step of path.match(steps) ?? []) {
    const name = step.startsWith('[') ? step.slice(1, -1) : step;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value !== undefined;
}
