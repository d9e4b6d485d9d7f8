/** The shapes of hand-written rules; generated/rules.ts names one type per rule. */
import type { GraphQLResolveInfo } from 'graphql';
import { ruleMissing } from './errors.js';
import type { MaybePromise, Write } from './write/write.js';

/** What the application adds to every request's context. Augment it: `declare module 'tableloom/runtime' { interface AppContext { … } }`. */
// biome-ignore lint/suspicious/noEmptyInterface: applications fill it by declaration merging
export interface AppContext {}

/** Resolves a field. */
export type FieldRule<Context, Parent, Args, Result> = (call: {
  readonly parent: Parent;
  readonly args: Args;
  readonly context: Context;
  readonly info: GraphQLResolveInfo;
}) => Result;

/** The rule in the place of a resolver: it takes what that takes, and gives what that gives. */
export type RuleOf<Resolver> = Resolver extends (
  parent: infer Parent,
  args: infer Args,
  context: infer Context,
  info: never,
) => infer Result
  ? FieldRule<Context, Parent, Args, Result>
  : never;

/** A resolver that a rule answers. */
export function answeredBy<Parent, Args, Context, Result>(
  rule: FieldRule<Context, Parent, Args, Result>,
): (parent: Parent, args: Args, context: Context, info: GraphQLResolveInfo) => Result {
  return (parent, args, context, info) => rule({ parent, args, context, info });
}

/** Called before anything is read or written: throws `unauthenticated()` or `forbidden()` to refuse. */
export type AllowRule<Context, Parent, Args> = (call: {
  readonly parent: Parent;
  readonly args: Args;
  readonly context: Context;
}) => MaybePromise<void>;

/** A resolver that runs once a rule has allowed it. */
export function allowedBy<Parent, Args, Context, Info, Result>(
  rule: AllowRule<Context, NoInfer<Parent>, NoInfer<Args>>,
  resolve: (parent: Parent, args: Args, context: Context, info: Info) => MaybePromise<Result>,
): (parent: Parent, args: Args, context: Context, info: Info) => Promise<Result> {
  return async (parent, args, context, info) => {
    await rule({ parent, args, context });
    return resolve(parent, args, context, info);
  };
}

/** Whether this caller may see a record that was found. */
export type VisibleRule<Context, Node> = (call: {
  readonly node: Node;
  readonly context: Context;
}) => MaybePromise<boolean>;

/** The values of a mutation, from its arguments and the record as it is. May run again after a conflict. */
export type PrepareRule<Context, Args, Current, Values> = (call: {
  readonly args: Args;
  readonly context: Context;
  readonly current: Current;
}) => MaybePromise<Values>;

/** One mutation's change, as its rule sees it. */
export interface AlongsideChange<Mutation extends string, Before, After, Args> {
  readonly mutation: Mutation;
  readonly before: Before;
  readonly after: After;
  readonly args: Args;
}

/** Further writes for the transaction of a change. May run again after a conflict. */
export type AlongsideRule<Context, Change> = (
  change: Change & { readonly context: Context },
) => MaybePromise<readonly Write<unknown>[]>;

/** Computes an attribute from the rest of the record. Synchronous and pure: it may be called again. */
export type ComputeRule<Record, Value> = (record: Record) => Value;

/** Returns what is wrong with a value that is about to be stored, for the client to read, or nothing. Synchronous. */
export type ValidateRule<Record, Value> = (given: {
  readonly value: Value;
  readonly record: Record;
}) => string | null | undefined;

/** Rules that compute attributes, by name: what generated `ComputeRules` names. */
export type ComputeRulesByName = Readonly<Record<string, (record: never) => unknown>>;

/** Where the names of tables keep which rules writes to them need. */
export const neededRules: unique symbol = Symbol('rules');

/** Names of rules; their type says what the rules are, and there is no value of it. */
export interface RuleNames<Rules = unknown> extends ReadonlyArray<string> {
  readonly [neededRules]?: Rules;
}

/** The rule of a name. RULE_MISSING where there is none. */
export function computeRule(rules: ComputeRulesByName, name: string): ComputeRulesByName[string] {
  const found = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (typeof found !== 'function') throw ruleMissing(name);
  return found;
}
