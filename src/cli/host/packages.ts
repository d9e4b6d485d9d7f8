/** GraphQL Codegen as the project installed it. */

import { createRequire } from 'node:module';
import { generatorPackages } from '../init/manifest.js';
import { Mistake } from '../mistakes.js';

const host = '@graphql-codegen/cli';

/** Its CommonJS build loads in less than half the time of the other, which is a thousand small modules. */
export function codegenPackage(): typeof import('@graphql-codegen/cli') {
  return fromHere((require) => require(host));
}

/** A package that GraphQL Codegen depends on; undefined where it no longer does. */
export function partOfCodegen(name: string): unknown {
  const path = fromHere((require) => require.resolve(host));
  try {
    return createRequire(path)(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function fromHere<T>(load: (require: NodeJS.Require) => T): T {
  try {
    return load(createRequire(import.meta.url));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw notInstalled('GraphQL Codegen');
  }
}

/** What to do about a package that generating needs, and that production does without. */
function notInstalled(name: string): Mistake {
  return new Mistake(
    `${name} is not installed.`,
    `Run \`npm install --save-dev ${generatorPackages.join(' ')}\`.`,
  );
}

/** A failed import of one of these packages, as the mistake that it is; any other error as it was. */
export function withHint(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const [, name] = /^Cannot find (?:package|module) '([^']+)'/.exec(message) ?? [];
  const found = generatorPackages.find((one) => one === name);
  return found === undefined ? error : notInstalled(found);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && /^Cannot find module '/.test(error.message);
}
