/** Signing in, and guessing passwords. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleSignIn } from '../../src/server/seed/sample.js';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ sample: smallSample() });
});
afterAll(() => server.close());

async function signIn(email: string, password: string, remoteAddress = '127.0.0.1'): Promise<string> {
  const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  const response = await server.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress,
    payload: { query, variables: { input: { email, password } } },
  });
  const { errors = [] } = response.json<{ errors?: { extensions: { code: string } }[] }>();
  return errors[0]?.extensions.code ?? 'signed in';
}

test('two hundred sign-ins of one user at once are all answered', async () => {
  const token = await server.tokenOf(adminOf(server.sample));
  const password = 'a password whose hash costs little';
  await server.get(
    `mutation { createUser(input: { email: "popular@example.com", name: "P", password: "${password}" }) { id } }`,
    { token },
  );
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => signIn('popular@example.com', password, '10.0.0.1')),
  );
  expect(answers.filter((answer) => answer !== 'signed in')).toEqual([]);
});

test('whoever guesses is stopped, and neither the user nor anybody else', async () => {
  const { email, password } = sampleSignIn;
  expect(await signIn(email, password, '10.0.0.2')).toBe('signed in');
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, at) => signIn(email, `a guess ${at}`, '10.0.0.3')),
  );
  expect(guesses.filter((guess) => guess === 'UNAUTHENTICATED')).toHaveLength(10);
  expect(guesses.filter((guess) => guess === 'THROTTLED')).toHaveLength(30);
  // The right one, too: whoever guesses does not learn it.
  expect(await signIn(email, password, '10.0.0.3')).toBe('THROTTLED');
  expect(await signIn(email, password, '10.0.0.2')).toBe('signed in');
  expect(await signIn(memberOf(server.sample).email, password, '10.0.0.3')).toBe('signed in');
});

test('addresses of nobody are limited as those of users are', async () => {
  const guesses = await Promise.all(
    Array.from({ length: 12 }, () => signIn('nobody@example.com', 'a guess', '10.0.0.4')),
  );
  expect(guesses.filter((guess) => guess === 'THROTTLED')).toHaveLength(2);
});

test('a stolen access token does not help to guess the password', async () => {
  const member = memberOf(server.sample);
  const token = await server.tokenOf(member);
  const guess = (currentPassword: string) =>
    server.ask('mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { expiresIn } }', {
      token,
      variables: { input: { currentPassword, newPassword: 'something long enough' } },
    });
  const answers = await Promise.all(Array.from({ length: 15 }, (_, at) => guess(`a guess ${at}`)));
  const codes = answers.map(({ errors }) => errors[0]?.extensions?.code);
  expect(codes.filter((code) => code === 'BAD_USER_INPUT')).toHaveLength(10);
  expect(codes.filter((code) => code === 'THROTTLED')).toHaveLength(5);
});
