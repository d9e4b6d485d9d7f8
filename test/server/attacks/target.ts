/** A server of the reference application in production, as a process of its own, and what somebody has who attacks it. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, Database, resolveTableNames } from 'tableloom/runtime';
import type { User } from '../../../generated/entities.js';
import { tables } from '../../../generated/index.js';
import { users } from '../../../generated/queries.js';
import { refreshTokenWrites } from '../../../generated/writes.js';
import { createAuth } from '../../../src/server/auth/auth.js';
import { signedWith } from '../../../src/server/auth/secrets.js';
import { sampleSignIn } from '../../../src/server/seed/sample.js';
import { writeSample } from '../../../src/server/seed/seed.js';
import { uniqueName } from '../../support/engines.js';
import { askAt, freePort, type Program, run } from '../support/process.js';
import { adminOf, memberOf, smallSample } from '../support/sample.js';

export interface Target {
  readonly port: number;
  readonly program: Program;
  /** Of an administrator, and of a member. */
  readonly token: string;
  readonly memberToken: string;
  readonly expiredToken: string;
  /** Of the administrator, signed with another key. */
  readonly foreignToken: string;
  /** It was used. */
  readonly refreshToken: string;
  /** Of `users(first: 1)`. */
  readonly cursor: string;
  /** Of the same page, by a server with another secret. */
  readonly foreignCursor: string;
  stop(): Promise<void>;
}

const secret = 'a secret of the tests that is long enough for all';
const otherSecret = 'another secret of somebody who guesses what ours is';

/** @param endpoint of a DynamoDB */
export async function openTarget(endpoint: string): Promise<Target> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const prefix = uniqueName('attacked');
  const names = resolveTableNames(tables, { TABLE_PREFIX: prefix });
  await createTables(client, tables, names);
  const database = new Database({ client, tables: names, cursorSecrets: [secret] });
  const sample = smallSample();
  await writeSample(database, sample);

  const signerOf = (key: string, now?: () => Date) => createAuth({ ...signedWith([key]), now });
  const tokenOf = async ({ id, sessionEpoch }: User, auth = signerOf(secret)) => {
    const sessionId = `session-${id}`;
    const principal = { kind: 'USER', id, sessionEpoch, sessionId } as const;
    return auth.newAccessToken(principal).accessToken;
  };
  const [admin, member] = [adminOf(sample), memberOf(sample)];
  for (const { id, sessionEpoch } of [admin, member]) {
    const token = `session-${id}`;
    const values = { id: token, familyId: token, userId: id, sessionEpoch, tokenHash: token };
    const expiresAt = new Date(Date.now() + 86_400_000);
    await database.session().writeOne(refreshTokenWrites.create({ ...values, expiresAt }));
  }
  const port = await freePort();
  const program = run(process.cwd(), 'src/server/main.ts', {
    NODE_ENV: 'production',
    PORT: String(port),
    DYNAMODB_ENDPOINT: endpoint,
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    TABLE_PREFIX: prefix,
    JWT_SECRET: secret,
    CURSOR_SECRET: secret,
    LOG_LEVEL: 'info',
  });
  await program.saw(/Server listening/);
  const token = await tokenOf(admin);
  const { signIn } = await askAt<{ signIn: { refreshToken: string } }>(
    port,
    `mutation { signIn(input: { email: "${sampleSignIn.email}", password: "${sampleSignIn.password}" }) { refreshToken } }`,
  );
  await askAt(port, `mutation { refreshSession(refreshToken: "${signIn.refreshToken}") { expiresIn } }`);
  const page = await askAt<{ users: { pageInfo: { endCursor: string } } }>(
    port,
    '{ users(first: 1) { pageInfo { endCursor } } }',
    token,
  );
  return {
    port,
    program,
    token,
    memberToken: await tokenOf(member),
    expiredToken: await tokenOf(
      admin,
      signerOf(secret, () => new Date(Date.now() - 86_400_000)),
    ),
    foreignToken: await tokenOf(admin, signerOf(otherSecret)),
    refreshToken: signIn.refreshToken,
    cursor: page.users.pageInfo.endCursor,
    foreignCursor: await cursorOf(client, names),
    async stop() {
      client.destroy();
      program.process.kill('SIGKILL');
      await program.ended();
    },
  };
}

/** What the same page has for a cursor where the secret is another one. */
async function cursorOf(client: DynamoDBClient, names: Readonly<Record<string, string>>): Promise<string> {
  const db = new Database({ client, tables: names, cursorSecrets: [otherSecret] }).session();
  return (await db.connection(users(), { first: 1 })).pageInfo.endCursor ?? '';
}
