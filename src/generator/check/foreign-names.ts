/** Names that others have taken: no import can be called otherwise there. */

/** Words that cannot name a constant of a module. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** Words that TypeScript lets no type be called. */
export const reservedTypes: ReadonlySet<string> = new Set([
  ...reservedWords,
  ...'any bigint boolean never number object string symbol unknown'.split(' '),
]);

/** What GraphQL Codegen declares in graphql.ts whatever the schema says, and what it takes of TypeScript there. */
export const codegenTypes: ReadonlySet<string> = new Set(
  (
    'Maybe InputMaybe Omit RequireFields EnumResolverSignature Scalars ResolverTypeWrapper ResolverWithResolve Resolver ResolverFn ' +
    'SubscriptionSubscribeFn SubscriptionResolveFn SubscriptionSubscriberObject SubscriptionResolverObject ' +
    'SubscriptionObject SubscriptionResolver TypeResolveFn IsTypeOfResolverFn NextResolverFn DirectiveResolverFn ' +
    'ResolversUnionTypes ResolversInterfaceTypes ResolversTypes ResolversParentTypes Resolvers DirectiveResolvers ' +
    'GraphQLResolveInfo GraphQLScalarType GraphQLScalarTypeConfig ResolverContext ' +
    'AsyncIterable Date Exclude NonNullable Partial Pick Promise PropertyKey ReadonlyArray Record ' +
    'ContextType ParentType T K P TResult TParent TContext TArgs TKey TTypes'
  ).split(' '),
);
