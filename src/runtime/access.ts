/** `@allow` of a schema: who may use a field, by role, by whose record it is, or by a rule. */
import { defaultFieldResolver, type GraphQLResolveInfo } from 'graphql';
import type { AllowedRead, PrefetchInfo } from './read/prefetch/prefetch.js';
import { forbidden, unauthenticated } from './refusals.js';
import type { AllowRule } from './rules.js';
import type { Optional } from './types.js';
import type { MaybePromise } from './write/write.js';

/** Who sends a request. */
export interface Viewer<Role extends string = string> {
  /** What `owner` is compared with. */
  readonly id: string;
  readonly roles: readonly Role[];
}

/**
 * Says who sends a request; null is nobody. Throws `unauthenticated()` where somebody is not who they claim to be. Called
 * once for each context, and again after its session has written.
 */
export type ViewerRule<Context, Role extends string> = (call: {
  readonly context: Context;
}) => MaybePromise<Viewer<Role> | null>;

/** Whoever has one of the roles, or an id that is among the owner's, or whom the rule does not refuse. */
export interface FieldAccess<Context, Parent, Args> {
  readonly roles?: readonly string[];
  readonly owner?: (parent: Parent, args: Args) => readonly Optional<string>[];
  readonly rule?: AllowRule<Context, Parent, Args>;
}

/** What is known of it before the parent is read. */
interface KnownAccess {
  readonly roles?: readonly string[] | undefined;
  readonly owner?: readonly Optional<string>[] | undefined;
}

/** A resolver of graphql-js. */
type Resolver<Parent, Args, Context, Result> = (
  parent: Parent,
  args: Args,
  context: Context,
  info: GraphQLResolveInfo,
) => MaybePromise<Result>;

/** Asks who may use a field. UNAUTHENTICATED for nobody, FORBIDDEN for others, or what the rule throws. */
export interface Allow<Context> {
  /** A resolver that runs for those who may. Left out, the field is what its parent has under its name. */
  <Parent, Args, Result = never>(
    access: FieldAccess<Context, NoInfer<Parent>, NoInfer<Args>>,
    resolve?: Resolver<Parent, Args, Context, Result>,
  ): Resolver<Parent, Args, Context, Result>;
  /** The same as a rule, and one that is called next. */
  rule<Parent, Args>(
    access: FieldAccess<Context, NoInfer<Parent>, NoInfer<Args>>,
    next?: AllowRule<Context, NoInfer<Parent>, NoInfer<Args>>,
  ): AllowRule<Context, Parent, Args>;
  /** A read that starts before its parent is there, for those of whom it is known that they may. */
  prefetch<Args>(
    context: Context,
    access: KnownAccess,
    read: (args: Args, info: PrefetchInfo) => Promise<unknown>,
  ): AllowedRead;
}

/** What a viewer is remembered with: a context whose session has written may be somebody else's. */
interface Session {
  readonly db: { readonly writes: number };
}

/** @param viewer the rule that says who sends a request */
export function allowing<Context extends Session>(viewer: ViewerRule<Context, string>): Allow<Context> {
  const viewerOf = rememberedBy(viewer);

  const check = <Parent, Args>(
    access: FieldAccess<Context, Parent, Args>,
    call: Call<Context, Parent, Args>,
  ): MaybePromise<void> => {
    const { roles, owner } = access;
    if (roles === undefined && owner === undefined) return access.rule?.(call);
    const decide = (known: Viewer | null) => {
      const isAllowed = mayUse(known, { roles, owner: owner?.(call.parent, call.args) });
      if (isAllowed) return undefined;
      if (access.rule) return access.rule(call);
      throw known === null ? unauthenticated() : forbidden(refusal(access));
    };
    const known = viewerOf(call.context);
    return known instanceof Promise ? known.then(decide) : decide(known);
  };

  const allow = <Parent, Args, Result>(
    access: FieldAccess<Context, Parent, Args>,
    resolve: Resolver<Parent, Args, Context, Result> = ownValue,
  ): Resolver<Parent, Args, Context, Result> => {
    return (parent, args, context, info) => {
      const pending = check(access, { parent, args, context });
      return pending instanceof Promise
        ? pending.then(() => resolve(parent, args, context, info))
        : resolve(parent, args, context, info);
    };
  };

  return Object.assign(allow, {
    rule:
      <Parent, Args>(
        access: FieldAccess<Context, Parent, Args>,
        next?: AllowRule<Context, Parent, Args>,
      ): AllowRule<Context, Parent, Args> =>
      async (call) => {
        await check(access, call);
        await next?.(call);
      },
    prefetch: <Args>(
      context: Context,
      access: KnownAccess,
      read: (args: Args, info: PrefetchInfo) => Promise<unknown>,
    ): AllowedRead => ({
      read,
      isAllowed: async () => {
        try {
          return mayUse(await viewerOf(context), access);
        } catch {
          // The field's own resolver reports it.
          return false;
        }
      },
    }),
  });
}

/** What graphql-js gives where there is no resolver, which the caller's schema has the type of. */
function ownValue<Result>(
  parent: unknown,
  args: unknown,
  context: unknown,
  info: GraphQLResolveInfo,
): Result {
  return defaultFieldResolver(parent, args as Record<string, unknown>, context, info) as Result;
}

interface Call<Context, Parent, Args> {
  readonly parent: Parent;
  readonly args: Args;
  readonly context: Context;
}

/** Calls the rule once for each context and each state of what it has written. A promise only while it is pending. */
function rememberedBy<Context extends Session>(
  viewer: ViewerRule<Context, string>,
): (context: Context) => Viewer | null | Promise<Viewer | null> {
  const known = new WeakMap<Context, { readonly writes: number; viewer: Known }>();
  return (context) => {
    const { writes } = context.db;
    const remembered = known.get(context);
    if (remembered?.writes === writes) return remembered.viewer;
    const called = Promise.resolve({ context }).then(viewer);
    const entry: { readonly writes: number; viewer: Known } = {
      writes,
      viewer: called.then((one) => {
        entry.viewer = one;
        return one;
      }),
    };
    known.set(context, entry);
    return entry.viewer;
  };
}

type Known = Viewer | null | Promise<Viewer | null>;

function mayUse(viewer: Viewer | null, { roles = [], owner = [] }: KnownAccess): boolean {
  return viewer !== null && (viewer.roles.some((role) => roles.includes(role)) || owner.includes(viewer.id));
}

/** `This is for ADMIN and the owner.` */
function refusal({ roles = [], owner }: Pick<FieldAccess<never, never, never>, 'roles' | 'owner'>): string {
  const names = owner ? [...roles, 'the owner'] : roles;
  const last = names.at(-1);
  return `This is for ${names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last}.`;
}
