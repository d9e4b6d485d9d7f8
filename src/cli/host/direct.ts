/**
 * What GraphQL Codegen does for a project whose schema is files of SDL and whose outputs are presets, by the packages it
 * does it with: its command line loads readers of other schemas and documents, which takes half a second.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { textOf } from '../files.js';
import type { Config, Host, Output, PluginContext } from './host.js';
import { partOfCodegen } from './packages.js';

/** Loads TypeScript. */
interface Jiti {
  readonly createJiti: (from: string) => {
    readonly import: (path: string, options: { readonly default: true }) => Promise<unknown>;
  };
}

interface Parts {
  readonly codegen: (options: object) => Promise<string>;
  readonly loadSchema: (pointers: readonly string[], options: object) => Promise<GraphQLSchema>;
  readonly GraphQLFileLoader: new () => object;
  readonly createNoopProfiler: () => object;
  readonly getCachedDocumentNodeFromSchema: (schema: GraphQLSchema) => DocumentNode;
}

/** `config` of a TypeScript file; undefined where it takes more than this host to load it. */
export async function directConfig(path: string): Promise<Config | undefined> {
  const jiti = partOfCodegen('jiti') as Jiti | undefined;
  if (!jiti || !/\.[cm]?ts$/.test(path) || readFileSync(path, 'utf8').trim() === '') return undefined;
  const config: unknown = await jiti.createJiti('').import(resolve(path), { default: true });
  // cosmiconfig's, which loads it for Codegen.
  return isRecord(config) && !('$import' in config) ? (config as unknown as Config) : undefined;
}

/** `whole` tells in Codegen's words why a schema cannot be read. Undefined where the configuration asks for anything else. */
export function directHost(config: Config, whole: Host): Host | undefined {
  const pointers = [config.schema].flat();
  const isUnderstood =
    hasOnly(config, ['schema', 'generates']) &&
    isRecord(config.generates) &&
    Object.keys(config.generates).length > 0 &&
    pointers.every(isFileOfSdl);
  if (!isUnderstood) return undefined;
  const outputs = Object.entries(config.generates).flatMap(([path, output]) =>
    isPresetOutput(output) ? [{ path, ...output }] : [],
  );
  const parts = loadParts();
  if (!parts || outputs.length < Object.keys(config.generates).length) return undefined;
  const generate: Host['generate'] = async (context, stages) => {
    const { measure } = stages;
    const schema = await measure('read schema', () => readSchema(parts, pointers)).catch(() => undefined);
    if (!schema) return whole.generate(context, stages);
    const results = await Promise.allSettled(outputs.map((one) => run(parts, schema, one, context)));
    const errors = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors);
    return results.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  };
  return {
    generate,
    write: async (context, stages) => {
      const files = await generate(context, stages);
      stages.measure('write', () => writeChanged(files));
      return files;
    },
  };
}

function loadParts(): Parts | undefined {
  const parts = {
    ...exportsOf('@graphql-codegen/core'),
    ...exportsOf('@graphql-codegen/plugin-helpers'),
    ...exportsOf('@graphql-tools/load'),
    ...exportsOf('@graphql-tools/graphql-file-loader'),
  };
  const names = [
    'codegen',
    'loadSchema',
    'GraphQLFileLoader',
    'createNoopProfiler',
    'getCachedDocumentNodeFromSchema',
  ] as const;
  return names.every((name) => typeof parts[name] === 'function') ? (parts as Parts) : undefined;
}

function exportsOf(name: string): Partial<Parts> {
  const found = partOfCodegen(name);
  return isRecord(found) ? found : {};
}

/** With Codegen's options. */
function readSchema(parts: Parts, pointers: readonly string[]): Promise<GraphQLSchema> {
  return parts.loadSchema(pointers, {
    assumeValidSDL: true,
    sort: true,
    convertExtensions: true,
    includeSources: true,
    noSilentErrors: true,
    cwd: process.cwd(),
    loaders: [new parts.GraphQLFileLoader()],
  });
}

interface Section {
  readonly filename: string;
}

interface PresetOutput {
  readonly preset: {
    readonly buildGeneratesSection: (options: object) => Section[] | Promise<Section[]>;
  };
  readonly presetConfig?: object;
}

async function run(
  { codegen, createNoopProfiler, getCachedDocumentNodeFromSchema }: Parts,
  schemaAst: GraphQLSchema,
  { path, preset, presetConfig = {} }: PresetOutput & { readonly path: string },
  pluginContext: PluginContext,
): Promise<Output[]> {
  const imports = { importExtension: '' as const, emitLegacyCommonJSImports: true };
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: path,
    presetConfig,
    plugins: [],
    schema: getCachedDocumentNodeFromSchema(schemaAst),
    schemaAst,
    documents: [],
    config: imports,
    pluginMap: {},
    pluginContext,
    profiler: createNoopProfiler(),
    documentTransforms: [],
  });
  return Promise.all(
    sections.map(async (section) => ({
      filename: section.filename,
      content: await codegen({ ...section, ...imports }),
    })),
  );
}

function writeChanged(files: readonly Output[]): void {
  for (const { filename, content } of files) {
    if (content === '' || textOf(filename) === content) continue;
    mkdirSync(dirname(filename), { recursive: true });
    writeFileSync(filename, content);
  }
}

/** A path or a glob; no URL, no module, nothing that is left out. */
function isFileOfSdl(pointer: unknown): pointer is string {
  return typeof pointer === 'string' && /^[^!:{][^:{]*\.(graphqls?|gqls?)$/.test(pointer);
}

function isPresetOutput(output: unknown): output is PresetOutput {
  return (
    isRecord(output) &&
    hasOnly(output, ['preset', 'presetConfig']) &&
    isRecord(output.preset) &&
    typeof output.preset.buildGeneratesSection === 'function' &&
    output.preset.prepareDocuments === undefined &&
    (output.presetConfig === undefined || isRecord(output.presetConfig))
  );
}

function hasOnly(object: object, keys: readonly string[]): boolean {
  return Object.keys(object).every((key) => keys.includes(key));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
