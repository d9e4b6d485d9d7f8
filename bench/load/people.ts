/** 500 users who are signed in, each with a session of their own. */
import assert from 'node:assert/strict';
import type { FastifyInstance } from 'fastify';
import type { User } from '../../generated/entities.js';
import type { Sample } from '../../src/server/seed/sample.js';
import type { People } from './mix.js';

/** Users who send operations. */
const count = 500;

/** Of the password `secret`, at the least cost there is: hashing is measured by `npm run bench sign-in`. */
const passwordHash =
  '$argon2id$v=19$m=8,t=1,p=1$mtPN5kHFvpMLqrLh38T3MA$YC06fyCKF1rBbLr6m37I86UGNAy1Bzf5fJ7TDmsg49Q';

/** The sample, with users who may read and write everything. */
export function withPeople(sample: Sample): Sample {
  const [first] = sample.users;
  assert.ok(first);
  const added = Array.from({ length: count }, (_, at): User => {
    const id = `019b0000-0000-7000-8000-${String(at).padStart(12, '0')}`;
    const email = `person-${at}@tyler-setup.example`;
    return { ...first, id, email, name: `Person ${at}`, role: 'ADMIN', status: 'ACTIVE', passwordHash };
  });
  return { ...sample, users: [...sample.users, ...added] };
}

/** Signs all of them in, as clients do. */
export async function signIn(app: FastifyInstance, { users }: Sample): Promise<People> {
  const people = users.filter((user) => user.passwordHash === passwordHash);
  const tokens: string[] = [];
  for (const [at, { email }] of people.entries()) {
    const query = `mutation { signIn(input: { email: "${email}", password: "secret" }) { accessToken } }`;
    const remoteAddress = `127.2.${Math.floor(at / 250)}.${(at % 250) + 1}`;
    const { body } = await app.inject({ method: 'POST', url: '/graphql', payload: { query }, remoteAddress });
    const { data } = JSON.parse(body) as {
      readonly data?: { readonly signIn: { readonly accessToken: string } };
    };
    assert.ok(data, body);
    tokens.push(data.signIn.accessToken);
  }
  return { tokens, userIds: users.map(({ id }) => id) };
}
