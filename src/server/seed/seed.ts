import { create, type Database, type Write } from 'tableloom/runtime';
import {
  auditLogCodec,
  configCodec,
  contractorCodec,
  refreshTokenCodec,
  userCodec,
} from '../../../generated/items.js';
import { userByEmail } from '../../../generated/queries.js';
import { type Sample, sampleFor, sampleSignIn } from './sample.js';

/**
 * Fills the tables with sample data, unless the sample's administrator is there.
 * @returns whether anything was written
 */
export async function seed(database: Database, now = new Date()): Promise<boolean> {
  if (await database.session().one(userByEmail({ email: sampleSignIn.email }))) return false;
  const { users, ...others } = sampleFor(now);
  // The administrator comes last: a seed that was interrupted is done again.
  await writeSample(database, { ...others, users: users.slice(1) });
  await writeSample(database, { ...noRecords, users: users.slice(0, 1) });
  return true;
}

const noRecords: Sample = { users: [], contractors: [], refreshTokens: [], auditLogs: [], configs: [] };

/** Writes the records as they are, into tables nobody else writes to. */
export async function writeSample(database: Database, sample: Sample): Promise<void> {
  const { unwritten } = await database.session().putAll(writesOf(sample));
  const [first] = unwritten;
  if (first) throw first.error;
}

function* writesOf(sample: Sample): Generator<Write<unknown>> {
  // The records' own moments are kept, which the generated writes would set.
  for (const user of sample.users) yield create(userCodec, () => user);
  for (const contractor of sample.contractors) yield create(contractorCodec, () => contractor);
  for (const token of sample.refreshTokens) yield create(refreshTokenCodec, () => token);
  for (const auditLog of sample.auditLogs) yield create(auditLogCodec, () => auditLog);
  for (const config of sample.configs) yield create(configCodec, () => config);
}
