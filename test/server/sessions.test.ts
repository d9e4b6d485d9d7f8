import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { userByEmail } from '../../generated/queries.js';
import { sampleSignIn } from '../../src/server/seed/sample.js';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { type Answer, startServer, type TestServer, testTime } from './support/server.js';

const day = 24 * 60 * 60 * 1000;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ sample: smallSample() });
});
afterAll(() => server.close());

type SignedIn = { readonly signIn: Session };
type Refreshed = { readonly refreshSession: Session };

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

const fields = '{ accessToken refreshToken expiresIn user { id email lastLogin } }';

async function signIn(
  email: string,
  password: string = sampleSignIn.password,
  at: TestServer = server,
): Promise<Answer<SignedIn>> {
  return at.ask(`mutation ($input: SignInInput!) { signIn(input: $input) ${fields} }`, {
    variables: { input: { email, password } },
  });
}

/** A session of a user of the sample. */
async function sessionOf(email: string): Promise<Session> {
  const { data, errors } = await signIn(email);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.signIn;
}

async function refresh(refreshToken: string): Promise<Answer<Refreshed>> {
  return server.ask(`mutation ($token: String!) { refreshSession(refreshToken: $token) ${fields} }`, {
    variables: { token: refreshToken },
  });
}

async function refreshed(refreshToken: string): Promise<Session> {
  const { data, errors } = await refresh(refreshToken);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.refreshSession;
}

async function signOut(refreshToken: string): Promise<unknown> {
  const data = await server.get('mutation ($token: String!) { signOut(refreshToken: $token) }', {
    variables: { token: refreshToken },
  });
  return data.signOut;
}

async function me(token: string): Promise<unknown> {
  return (await server.get('{ me { email } }', { token })).me;
}

/** The actions done to something, newest first. */
async function actionsOn(targetType: string, targetId: string): Promise<string[]> {
  const token = await server.tokenOf(adminOf(server.sample));
  const data = await server.get<{ auditLogsOfTarget: { nodes: { action: string }[] } }>(
    'query ($type: AuditTarget!, $id: ID!) { auditLogsOfTarget(targetType: $type, targetId: $id) { nodes { action } } }',
    { token, variables: { type: targetType, id: targetId } },
  );
  return data.auditLogsOfTarget.nodes.map((node) => node.action);
}

const refusal = { code: 'UNAUTHENTICATED' };
const codes = ({ errors }: Answer<unknown>) => errors.map((error) => ({ code: error.extensions?.code }));
const familyOf = (refreshToken: string) => refreshToken.split('.')[0] ?? '';

describe('signing in', () => {
  test('gives tokens and the user, in any case of the address, and is logged', async () => {
    const { email } = memberOf(server.sample);
    const { data } = await signIn(email.toUpperCase());
    expect(data?.signIn).toMatchObject({ expiresIn: 900, user: { email, lastLogin: expect.any(String) } });
    if (!data) return;
    const session = data.signIn;
    expect(await me(session.accessToken)).toEqual({ email });
    expect(await actionsOn('SESSION', familyOf(session.refreshToken))).toEqual(['USER_SIGNED_IN']);
  });

  test('an unknown address, a wrong password and a user who is shut out get the same answer', async () => {
    const inactive = server.sample.users.find((user) => user.status !== 'ACTIVE');
    const answers = [
      await signIn('nobody@tyler-setup.example'),
      await signIn(sampleSignIn.email, 'wrong-horse-battery'),
      await signIn(inactive?.email ?? ''),
    ];
    for (const answer of answers) expect(codes(answer)).toEqual([refusal]);
    expect(new Set(answers.map(({ errors }) => JSON.stringify(errors))).size).toBe(1);
  });

  test('200 times at once as one user, each gets a session, and the record counts all of them', async () => {
    let milliseconds = 0;
    // Each at another moment, so that each changes the user's record.
    const now = () => new Date(testTime.getTime() + milliseconds++);
    const popular = await startServer({ sample: smallSample(), database: { now } });
    onTestFinished(() => popular.close());
    const { email, id } = memberOf(popular.sample);
    const version = async () => {
      const token = await popular.tokenOf(adminOf(popular.sample));
      const { user } = await popular.get<{ user: { version: number } }>(
        'query ($id: ID!) { user(id: $id) { version } }',
        { token, variables: { id } },
      );
      return user.version;
    };
    const before = await version();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => signIn(email, sampleSignIn.password, popular)),
    );
    expect(answers.flatMap(codes)).toEqual([]);
    const families = answers.map(({ data }) => familyOf(data?.signIn.refreshToken ?? ''));
    expect(new Set(families).size).toBe(200);
    expect(await version()).toBe(before + 200);
  });

  test('an access token that has expired, or is not ours, is refused as one; without a token one is a stranger', async () => {
    const own = await startServer({ sample: smallSample() });
    onTestFinished(() => own.close());
    const token = await own.tokenOf(adminOf(own.sample));
    const query = '{ me { email } }';
    const refusal = async (bad: string) => {
      const { status, data, errors } = await own.ask(query, { token: bad });
      return [status, data, errors[0]?.extensions?.code];
    };
    expect(await refusal(`${token.slice(0, -2)}AA`)).toEqual([401, null, 'TOKEN_INVALID']);
    expect(await refusal('nonsense')).toEqual([401, null, 'TOKEN_INVALID']);
    own.pass(15 * 60_000 + 5000);
    expect(await refusal(token)).toEqual([401, null, 'TOKEN_EXPIRED']);
    expect(await own.get(query)).toEqual({ me: null });
  });
});

describe('refreshing', () => {
  test('gives the next tokens, and each refresh token is good for one', async () => {
    const first = await sessionOf(sampleSignIn.email);
    const second = await refreshed(first.refreshToken);
    const third = await refreshed(second.refreshToken);
    expect(new Set([first, second, third].map((one) => one.refreshToken)).size).toBe(3);
    expect(await me(third.accessToken)).toEqual({ email: sampleSignIn.email });
  });

  test('a used token that comes back ends the session, and that is logged', async () => {
    const first = await sessionOf(sampleSignIn.email);
    const second = await refreshed(first.refreshToken);
    expect(codes(await refresh(first.refreshToken))).toEqual([refusal]);
    expect(codes(await refresh(second.refreshToken))).toEqual([refusal]);
    expect(await actionsOn('SESSION', familyOf(first.refreshToken))).toEqual(
      expect.arrayContaining(['SESSION_REUSE_DETECTED', 'SESSION_REFRESHED', 'USER_SIGNED_IN']),
    );
  });

  test('reuse in the middle of a long session ends all of it', async () => {
    const first = await sessionOf(sampleSignIn.email);
    const second = await refreshed(first.refreshToken);
    const third = await refreshed(second.refreshToken);
    const fourth = await refreshed(third.refreshToken);
    expect(codes(await refresh(second.refreshToken))).toEqual([refusal]);
    expect(codes(await refresh(fourth.refreshToken))).toEqual([refusal]);
  });

  test('ends the access tokens too, the thief’s and the owner’s', async () => {
    const stolen = await sessionOf(sampleSignIn.email);
    const thief = await refreshed(stolen.refreshToken);
    expect(await me(thief.accessToken)).not.toBeNull();
    expect(codes(await refresh(stolen.refreshToken))).toEqual([refusal]);
    for (const { accessToken } of [stolen, thief]) expect(await me(accessToken)).toBeNull();
  });

  test('of many at once with one token at most one succeeds, and the session is over', async () => {
    for (let round = 0; round < 5; round++) {
      const { refreshToken } = await sessionOf(sampleSignIn.email);
      const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(refreshToken)));
      const won = answers.filter((answer) => answer.data !== null);
      expect(won).toHaveLength(1);
      for (const answer of answers) if (answer.data === null) expect(codes(answer)).toEqual([refusal]);
      const next = won[0]?.data?.refreshSession;
      expect(codes(await refresh(next?.refreshToken ?? ''))).toEqual([refusal]);
      const actions = await actionsOn('SESSION', familyOf(refreshToken));
      expect(actions.filter((action) => action === 'SESSION_REUSE_DETECTED')).toHaveLength(1);
    }
  });

  test('signing out while refreshing leaves no session', async () => {
    for (let round = 0; round < 5; round++) {
      const { refreshToken } = await sessionOf(sampleSignIn.email);
      const [answer] = await Promise.all([refresh(refreshToken), signOut(refreshToken)]);
      const next = answer.data?.refreshSession.refreshToken;
      if (next) expect(codes(await refresh(next))).toEqual([refusal]);
    }
  });

  test('an id with a wrong secret, a token of nobody and nonsense are refused and harm nothing', async () => {
    const session = await sessionOf(sampleSignIn.email);
    const id = familyOf(session.refreshToken);
    const secret = 'A'.repeat(43);
    for (const token of [
      `${id}.${secret}`,
      `00000000-0000-7000-8000-000000000000.${secret}`,
      '',
      '.',
      'x'.repeat(9000),
    ]) {
      expect(codes(await refresh(token))).toEqual([refusal]);
      expect(await signOut(token)).toBe(false);
    }
    expect(await me((await refreshed(session.refreshToken)).accessToken)).not.toBeNull();
  });

  test('a session ends thirty days after signing in, however often it is refreshed', async () => {
    const own = await startServer({ sample: smallSample() });
    try {
      const query = `mutation ($token: String!) { refreshSession(refreshToken: $token) { refreshToken } }`;
      const signedIn = await own.get<SignedIn>(
        `mutation { signIn(input: { email: "${sampleSignIn.email}", password: "${sampleSignIn.password}" }) { refreshToken } }`,
      );
      let token = signedIn.signIn.refreshToken;
      for (let week = 0; week < 4; week++) {
        own.pass(7 * day);
        token = (await own.get<Refreshed>(query, { variables: { token } })).refreshSession.refreshToken;
      }
      own.pass(2 * day + 1);
      expect(codes(await own.ask(query, { variables: { token } }))).toEqual([refusal]);
    } finally {
      await own.close();
    }
  });
});

describe('signing out', () => {
  test('ends the session once, with any token of it', async () => {
    const first = await sessionOf(sampleSignIn.email);
    const second = await refreshed(first.refreshToken);
    expect(await signOut(first.refreshToken)).toBe(true);
    expect(await signOut(second.refreshToken)).toBe(false);
    expect(codes(await refresh(second.refreshToken))).toEqual([refusal]);
    expect(await actionsOn('SESSION', familyOf(first.refreshToken))).toContain('USER_SIGNED_OUT');
  });

  test('ends the access tokens of the session, every one at once', async () => {
    const first = await sessionOf(sampleSignIn.email);
    const second = await refreshed(first.refreshToken);
    expect(await me(first.accessToken)).not.toBeNull();
    await signOut(second.refreshToken);
    for (const { accessToken } of [first, second]) {
      expect(await me(accessToken)).toBeNull();
      expect(codes(await server.ask('{ users { nodes { id } } }', { token: accessToken }))).toEqual([
        refusal,
      ]);
    }
  });

  test('leaves other sessions alone', async () => {
    const one = await sessionOf(sampleSignIn.email);
    const other = await sessionOf(sampleSignIn.email);
    await signOut(one.refreshToken);
    expect(await me((await refreshed(other.refreshToken)).accessToken)).not.toBeNull();
  });

  test('everywhere ends every session and access token of the user, and nobody else’s', async () => {
    const { email } = memberOf(server.sample);
    const sessions = [await sessionOf(email), await sessionOf(email)];
    const other = await sessionOf(sampleSignIn.email);
    const token = sessions[0]?.accessToken;
    expect((await server.get('mutation { signOutEverywhere }', { token })).signOutEverywhere).toBe(true);
    for (const { accessToken, refreshToken } of sessions) {
      expect(await me(accessToken)).toBeNull();
      expect(codes(await refresh(refreshToken))).toEqual([refusal]);
    }
    expect(await me(other.accessToken)).not.toBeNull();
    expect(await me((await sessionOf(email)).accessToken)).toEqual({ email });
  });
});

describe('changing the password', () => {
  const mutation = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${fields} }`;

  test('ends all sessions but the one it gives, and the old password', async () => {
    const own = await startServer({ sample: smallSample() });
    try {
      const user = memberOf(own.sample);
      const token = await own.tokenOf(user);
      const input = { currentPassword: sampleSignIn.password, newPassword: 'wrong-battery-staple' };
      const { changePassword } = await own.get<{ changePassword: Session }>(mutation, {
        token,
        variables: { input },
      });
      const session = changePassword;
      expect((await own.get('{ me { id } }', { token })).me).toBeNull();
      expect((await own.get('{ me { id } }', { token: session.accessToken })).me).toEqual({ id: user.id });
      const signInAs = (password: string) =>
        own.ask('mutation ($input: SignInInput!) { signIn(input: $input) { expiresIn } }', {
          variables: { input: { email: user.email, password } },
        });
      expect(codes(await signInAs(input.currentPassword))).toEqual([refusal]);
      expect(codes(await signInAs(input.newPassword))).toEqual([]);
      const stored = await own.database.session().one(userByEmail({ email: user.email }));
      expect(stored?.passwordHash).toMatch(/^\$argon2id\$/);
    } finally {
      await own.close();
    }
  });

  test('takes the current password, and a good new one', async () => {
    const token = await server.tokenOf(adminOf(server.sample));
    const attempt = (currentPassword: string, newPassword: string) =>
      server.ask(mutation, { token, variables: { input: { currentPassword, newPassword } } });
    const badInput = [{ code: 'BAD_USER_INPUT' }];
    expect(codes(await attempt('wrong', 'long enough to do'))).toEqual(badInput);
    expect(codes(await attempt(sampleSignIn.password, 'short'))).toEqual(badInput);
    // One character that becomes eighteen when composed.
    expect(codes(await attempt(sampleSignIn.password, '\ufdfa'.repeat(200)))).toEqual(badInput);
  });
});

describe('who is out is out at once', () => {
  test('a user who was deactivated, suspended or deleted', async () => {
    const own = await startServer({ sample: smallSample() });
    try {
      const token = await own.tokenOf(adminOf(own.sample));
      const others = own.sample.users.filter(
        (user) => user.status === 'ACTIVE' && user.id !== adminOf(own.sample).id,
      );
      const acts = [
        (id: string) => `mutation { deactivateUser(id: "${id}") { status } }`,
        (id: string) => `mutation { updateUser(id: "${id}", input: { status: SUSPENDED }) { status } }`,
        (id: string) => `mutation { deleteUser(id: "${id}") { status } }`,
      ];
      for (const [index, act] of acts.entries()) {
        const user = others[index];
        if (!user) throw new Error('The sample has too few users.');
        const theirs = await own.tokenOf(user);
        expect((await own.get('{ me { id } }', { token: theirs })).me).not.toBeNull();
        await own.get(act(user.id), { token });
        expect((await own.get('{ me { id } }', { token: theirs })).me).toBeNull();
        expect(codes(await own.ask('{ users { nodes { id } } }', { token: theirs }))).toEqual([refusal]);
      }
    } finally {
      await own.close();
    }
  });

  test('a session begun before a suspension does not come back with it', async () => {
    const own = await startServer({ sample: smallSample() });
    try {
      const token = await own.tokenOf(adminOf(own.sample));
      const user = memberOf(own.sample);
      const theirs = await own.tokenOf(user);
      for (const status of ['SUSPENDED', 'ACTIVE']) {
        await own.get(`mutation { updateUser(id: "${user.id}", input: { status: ${status} }) { status } }`, {
          token,
        });
      }
      expect((await own.get('{ me { id } }', { token: theirs })).me).toBeNull();
    } finally {
      await own.close();
    }
  });
});
