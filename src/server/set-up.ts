/**
 * Makes a new installation usable: the tables, where they are not there yet, and the first administrator. Takes the
 * environment of the server, and ADMIN_EMAIL, ADMIN_NAME and ADMIN_PASSWORD. Running it again changes nothing.
 */

import { createTables, Database, resolveTableNames } from 'tableloom/runtime';
import { userByEmail } from '../../generated/queries.js';
import { tables } from '../../generated/tables.js';
import { auditLogWrites, userWrites } from '../../generated/writes.js';
import { hashPassword } from './auth/passwords.js';
import { secretsFor } from './auth/secrets.js';
import { Complaint, complaint } from './complaint.js';
import { readConfig } from './config.js';
import { openStorage } from './storage.js';

interface Administrator {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const administrator = readAdministrator(process.env);
  const { cursor } = await secretsFor(config);
  const storage = await openStorage(config.storage, config.production);
  try {
    const names = resolveTableNames(tables, { TABLE_PREFIX: config.tablePrefix });
    await createTables(storage.client, tables, names);
    const database = new Database({ client: storage.client, tables: names, cursorSecrets: cursor });
    const isNew = await createAdministrator(database, administrator);
    console.log(
      isNew ? `${administrator.email} can sign in now.` : `${administrator.email} is there already.`,
    );
  } finally {
    await storage.close();
  }
}

function readAdministrator({ ADMIN_EMAIL, ADMIN_NAME, ADMIN_PASSWORD }: NodeJS.ProcessEnv): Administrator {
  if (!ADMIN_EMAIL || !ADMIN_NAME || !ADMIN_PASSWORD) {
    throw new Complaint('Set ADMIN_EMAIL, ADMIN_NAME and ADMIN_PASSWORD for the first administrator.');
  }
  if (!/^\S+@\S+$/.test(ADMIN_EMAIL))
    throw new Complaint(`ADMIN_EMAIL is \`${ADMIN_EMAIL}\`: it is no e-mail address.`);
  if (ADMIN_PASSWORD.length < 12) throw new Complaint('ADMIN_PASSWORD needs at least 12 characters.');
  return { email: ADMIN_EMAIL, name: ADMIN_NAME, password: ADMIN_PASSWORD };
}

/** False if there is a user with the address. */
async function createAdministrator(
  database: Database,
  { email, name, password }: Administrator,
): Promise<boolean> {
  const session = database.session();
  if (await session.one(userByEmail({ email }))) return false;
  const id = session.newId();
  await session.write(
    userWrites.create({ id, email, name, role: 'ADMIN', passwordHash: await hashPassword(password) }),
    auditLogWrites.create({
      action: 'USER_CREATED',
      actorType: 'USER',
      actorId: id,
      targetType: 'USER',
      targetId: id,
    }),
  );
  return true;
}

try {
  await main();
} catch (error) {
  console.error(complaint(error) ?? error);
  process.exit(1);
}
