/** What runs a configuration of GraphQL Codegen: the whole of it, or the few parts that most projects need. */

import type { CodegenConfig } from '@graphql-codegen/cli';
import type { Stages } from '../stages.js';

export type Config = CodegenConfig;

export interface Output {
  readonly filename: string;
  readonly content: string;
}

/** The object that presets and plugins are passed. */
export type PluginContext = Record<string, unknown>;

export interface Host {
  /** Every file the configuration asks for, in memory. */
  readonly generate: (context: PluginContext, stages: Stages) => Promise<readonly Output[]>;
  /** The same, written: only files whose bytes change, and none if anything is wrong. */
  readonly write: (context: PluginContext, stages: Stages) => Promise<readonly Output[]>;
}
