/** Names that generated code takes from the runtime or the language. A test compares them with generated files. */

import { runtimeEncodings } from '../encodings.js';

export const reservedValues: ReadonlySet<string> = new Set([
  ...runtimeEncodings,
  ...(
    'unpack shardOf shards shardKeys tableRef indexRef ' +
    'bucketsOf rangeOf encoded documentValue epochSeconds keyLoader firstFound create update upsert remove step changing upserting ' +
    'putting addedInt addedInteger addedDecimal appended bytesOf without later compareKeys computed keyText keyNumber multiAttributeRange sortedBy ' +
    'lowercase trim selection prefetch createLoaders createResolvers queries tables costs typeDefs String JSON Date Promise undefined'
  ).split(' '),
]);

export const reservedTypes: ReadonlySet<string> = new Set(
  (
    'Connection EntityCodec IndexQuery IndexRef Item Key Aggregate SequenceRef TableRef TableDefinition IdempotencyStore Session AppContext Write WriteEnvironment ' +
    'CreateOptions UpdateOptions UpsertOptions DeleteOptions Changes Upserts Answer FieldRule AllowRule VisibleRule PrepareRule ' +
    'AlongsideRule AlongsideChange ComputeRule ComputeRules ValidateRule Resolvers ResolversParentTypes Context Loaders Rules PrefetchInfo Result AllResolvers Fields ' +
    'Costs Date Pick Promise Required ReturnType'
  ).split(' '),
);

/** Words that cannot name a constant in a module. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof var void while with yield'
  ).split(' '),
);
