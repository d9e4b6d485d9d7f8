import Fastify, { type FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import {
  aside,
  type ServerSettings,
  serverOptions,
  type TableloomOptions,
  tableloom,
} from 'tableloom/server';
import * as generated from '../../generated/index.js';
import * as ourRules from '../rules/index.js';
import { currentContractor, currentUser } from '../rules/shared/viewer.js';
import type { Auth } from './auth/auth.js';
import { clientOf } from './context.js';
import { scalars } from './scalars.js';

export interface AppOptions
  extends ServerSettings,
    Pick<
      TableloomOptions,
      'production' | 'corsOrigins' | 'limits' | 'rates' | 'documents' | 'jit' | 'metrics' | 'traces' | 'slow'
    > {
  readonly database: Database;
  readonly auth: Auth;
  readonly rules?: generated.Rules;
  /** Whether the IDE is served at /graphiql. */
  readonly ide?: boolean;
}

/** The server, ready to answer, not listening. Closing it leaves the database open. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { database, auth, rules = ourRules, production = false, corsOrigins = [], jit = 0 } = options;
  const app = Fastify(serverOptions(options));
  await app.register(tableloom, {
    ...generated,
    database,
    resolvers: generated.createResolvers(rules),
    scalars,
    authenticate: auth.readAccessToken,
    context: (request) => ({
      client: clientOf(request),
      // Sign-ins wait for one another, and nobody else for them.
      auth: { ...auth, attempt: (attempt, check) => aside(request, () => auth.attempt(attempt, check)) },
      note: (message, details) => request.log.warn(details, message),
    }),
    actor: ({ kind, id }) => `${kind}#${id}`,
    principalId: ({ kind, id }) => `${kind}#${id}`,
    revalidate: async (context) => {
      if (context.principal?.kind === 'CONTRACTOR') await currentContractor(context);
      else await currentUser(context);
    },
    mayReadCost: async (context) => !production || isAdmin(context),
    production,
    corsOrigins,
    jit,
    limits: options.limits ?? {},
    ...(options.rates !== undefined && { rates: options.rates }),
    ...(options.documents && { documents: options.documents }),
    ...(options.metrics && { metrics: options.metrics }),
    traces: options.traces ?? false,
    slow: options.slow ?? {},
    ide: options.ide === true && { title: 'Tyler Setup', query: firstQuery },
  });
  await app.ready();
  return app;
}

/** What a first visit to the IDE finds in the editor. */
const firstQuery = `# Sign in, then send the access token as header: { "Authorization": "Bearer …" }
mutation {
  signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) {
    accessToken
    refreshToken
    expiresIn
    user { name role }
  }
}
`;

async function isAdmin(context: Parameters<typeof currentUser>[0]): Promise<boolean> {
  try {
    return (await currentUser(context)).role === 'ADMIN';
  } catch {
    return false;
  }
}
