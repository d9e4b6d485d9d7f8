import { expect, test } from 'vitest';
import { sampleSignIn } from '../../src/server/seed/sample.js';
import { adminOf, smallSample } from './support/sample.js';
import { startServer } from './support/server.js';

/** Everything a client can ask of each type. */
const everything = `
  fragment U on User { id email name role status lastLogin createdAt updatedAt version createdBy { id }
    auditLogs { nodes { ...A } } contractors { nodes { ...C } } sessions { nodes { ...R } }
    history { nodes { version name email role status updatedAt } } }
  fragment C on Contractor { id email name company status permissions accessLevel reason expiresAt lastAccess createdAt
    updatedAt version }
  fragment R on RefreshToken { id familyId replacedBy status userAgent createdAt expiresAt }
  fragment A on AuditLog { id action actorType actorId targetType targetId details ip userAgent timestamp }
  fragment G on Config { key value description category isSecret createdAt updatedAt version }
`;

test('hashes and secret values are in no answer and no log line', async () => {
  const lines: string[] = [];
  const logStream = { write: (line: string) => void lines.push(line) };
  const server = await startServer({ sample: smallSample(), app: { logLevel: 'trace', logStream } });
  try {
    const { sample } = server;
    const token = await server.tokenOf(adminOf(sample));
    const answers: string[] = [];
    const ask = async (query: string, variables = {}) => {
      const { text } = await server.ask(query, { token, variables });
      answers.push(text);
      return JSON.parse(text).data;
    };
    const secretValue = 'a value nobody may see again';
    await ask(
      'mutation ($value: JSON!) { setConfig(input: { key: "s", value: $value, isSecret: true }) { key value } }',
      { value: secretValue },
    );
    await ask(
      'mutation ($value: JSON!) { setConfig(input: { key: "s", value: $value, version: 7 }) { key value } }',
      { value: `${secretValue}, again` },
    );
    await ask(
      'mutation ($value: JSON!) { setConfig(input: { key: "s", value: $value, category: "other" }) { key value } }',
      { value: `${secretValue}, anew` },
    );
    await ask(
      `mutation { createUser(input: { email: "${sampleSignIn.email}", name: "Twice", password: "${secretValue}" }) { id } }`,
    );
    await ask(
      `mutation { createUser(input: { email: "once@tyler-setup.example", name: "Once", password: "${secretValue}" }) { ...U } } ${fragmentsFor('U')}`,
    );
    const { inviteContractor } = await ask(
      `mutation { inviteContractor(input: { name: "V", expiresAt: "2026-03-01T00:00:00Z" }) { token contractor { ...C } } } ${fragmentsFor('C')}`,
    );
    await ask('mutation ($t: String!) { signInContractor(token: $t) { expiresIn } }', {
      t: inviteContractor.token,
    });
    const signedIn = await server.get<{ signIn: { refreshToken: string } }>(
      `mutation { signIn(input: { email: "${sampleSignIn.email}", password: "${sampleSignIn.password}" }) { refreshToken } }`,
    );
    const { refreshToken } = signedIn.signIn;
    const refresh = 'mutation ($t: String!) { refreshSession(refreshToken: $t) { expiresIn } }';
    await ask(refresh, { t: refreshToken });
    await ask(refresh, { t: refreshToken });
    await ask(`{ users { nodes { ...U } } } ${fragmentsFor('U')}`);
    await ask(`{ activityFeed(first: 100) { nodes { ...A } } } ${fragmentsFor('A')}`);
    for (const category of ['security', 'notifications', 'integrations', 'general', 'other']) {
      await ask(
        `query ($c: String!) { configByCategory(category: $c) { nodes { ...G } } } ${fragmentsFor('G')}`,
        { c: category },
      );
    }
    await ask('mutation { deleteConfig(key: "s") { key value } }');

    const hashes = [
      ...sample.contractors.map((one) => one.tokenHash),
      ...sample.refreshTokens.map((one) => one.tokenHash),
      server.auth.hashSecret(inviteContractor.token),
      server.auth.hashSecret(refreshToken.split('.')[1] ?? ''),
    ];
    const values = ['sample-signing-key', 'sample-smtp-password', 'hooks/1', secretValue];
    const told = [...answers, ...lines].join('\n');
    for (const secret of [
      ...hashes,
      ...values,
      '$argon2',
      'passwordHash',
      'tokenHash',
      sampleSignIn.password,
    ]) {
      expect(told.includes(secret), secret).toBe(false);
    }
    // Given in clear once, at the invitation; tokens are never logged.
    expect(answers.filter((answer) => answer.includes(inviteContractor.token))).toHaveLength(1);
    for (const secret of [inviteContractor.token, refreshToken, token]) {
      expect(lines.some((line) => line.includes(secret))).toBe(false);
    }
    expect(lines.length).toBeGreaterThan(10);
  } finally {
    await server.close();
  }
});

/** The fragment and those it spreads: an unused one is an error. */
function fragmentsFor(name: string): string {
  const all = new Map(
    [...everything.matchAll(/fragment (\w) on[\s\S]*?(?=fragment|$)/g)].map(([text, key]) => [key, text]),
  );
  const wanted = new Set<string>([name]);
  for (const one of wanted)
    for (const [, spread] of (all.get(one) ?? '').matchAll(/\.\.\.(\w)/g)) wanted.add(spread ?? '');
  return [...wanted].map((one) => all.get(one)).join('\n');
}
