/** What a new project's package.json needs: versions are those this package is tested with. */

/** Of a package.json, what we look at; the rest is passed on. */
export interface Manifest {
  readonly version?: string;
  readonly type?: string;
  readonly scripts?: Versions;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly allowScripts?: Readonly<Record<string, unknown>>;
}

type Versions = Readonly<Record<string, string>>;

export const templates = ['full', 'minimal'] as const;
export type Template = (typeof templates)[number];

/** What a template adds to package.json; the verbs are in both. */
interface Additions {
  readonly scripts: Versions;
  /** What its server imports. */
  readonly packages: readonly string[];
  /** What tests, bundles and type-checks it. */
  readonly developmentPackages: readonly string[];
}

const verbs = {
  dev: 'tableloom dev',
  generate: 'tableloom generate',
  check: 'tableloom check',
  review: 'tableloom review',
  scaffold: 'tableloom scaffold',
};

/** Bundled packages that are CommonJS call `require`, which a module has not. */
const requireForBundle =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const additions: Readonly<Record<Template, Additions>> = {
  minimal: {
    scripts: { start: 'tsx server.ts' },
    packages: ['fastify', 'graphql', 'mercurius'],
    developmentPackages: [],
  },
  full: {
    scripts: {
      build: 'tsc -p tsconfig.build.json',
      bundle: `esbuild src/lambda.ts --bundle --minify --platform=node --target=node20 --format=esm --external:altair-static --outfile=dist/lambda/index.mjs --banner:js="${requireForBundle}"`,
      start: 'node dist/src/main.js',
      test: 'vitest run',
    },
    packages: [
      '@aws-sdk/client-dynamodb',
      '@fastify/cors',
      'fastify',
      'graphql',
      'graphql-ws',
      'mercurius',
      'ws',
    ],
    developmentPackages: ['@types/ws', 'esbuild', 'vitest'],
  },
};

/** What generates: peers of ours that are optional, so that a running backend has none of them. */
export const generatorPackages = [
  '@graphql-codegen/cli',
  '@graphql-codegen/plugin-helpers',
  '@graphql-codegen/typescript',
  '@graphql-codegen/typescript-resolvers',
  '@graphql-inspector/core',
  'handlebars',
  'ts-morph',
];

/** What runs a project while it is developed: the embedded engine's, the IDE's, and what reads TypeScript. */
const developmentPackages = ['@types/node', 'altair-static', 'dynalite', 'tsx', 'typescript'];

/** @throws SyntaxError if the text is no JSON, TypeError if it is no object */
export function manifestOf(text: string): Manifest {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('it holds no object');
  return value;
}

/**
 * The manifest with what it lacks; what it says already stays, but for the type of its modules where that is forced.
 * `overrides` keeps npm from choosing packages that ask for a later Node than ours, `allowScripts` from running
 * installation scripts that nothing needs.
 */
export function completed(
  manifest: Manifest,
  ours: Manifest,
  { template, isForced }: { readonly template: Template; readonly isForced: boolean },
): Manifest {
  const versions = { ...ours.dependencies, ...ours.peerDependencies, ...ours.devDependencies };
  const { scripts, packages, developmentPackages: more } = additions[template];
  const forDevelopment = [...generatorPackages, ...developmentPackages, ...more];
  const has = { ...manifest.devDependencies, ...manifest.dependencies };
  const added = (names: readonly string[]): Versions =>
    Object.fromEntries(names.filter((name) => !(name in has)).map((name) => [name, versions[name] ?? '*']));
  // npm made it while it installed us, or it is not there.
  const isNew = Object.keys(manifest).every((key) => key === 'dependencies');
  return {
    ...(isNew && { private: true, type: 'module', scripts: {} }),
    ...manifest,
    type: isForced ? 'module' : (manifest.type ?? 'module'),
    scripts: { ...verbs, ...scripts, ...manifest.scripts },
    dependencies: sorted({ ...manifest.dependencies, ...added(packages) }),
    devDependencies: sorted({ ...manifest.devDependencies, ...added(forDevelopment) }),
    overrides: { ...ours.overrides, ...manifest.overrides },
    allowScripts: { ...ours.allowScripts, ...manifest.allowScripts },
  };
}

/** As npm keeps them. */
function sorted(versions: Versions): Versions {
  return Object.fromEntries(Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a package.json says its `type`, or its beginning. */
export function moduleTypeOf(text: string): { readonly start: number; readonly end: number } {
  const found = /"type"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text);
  if (!found) return { start: 0, end: 0 };
  const [all, value = ''] = found;
  const end = found.index + all.length;
  return { start: end - value.length, end };
}
