/** The stories of `cases/`: what they ask, and as whom. */

import { Kind, parse } from 'graphql';
import type { Sample } from '../../../src/server/seed/sample.js';
import { adminOf, memberOf, readerOf, userWhere } from './sample.js';
import { countedId, countedSecret } from './server.js';

/** `ID 3` becomes the third id that was made, `SECRET 1` the first secret, `ID 3.SECRET 2` a refresh token of both. */
export function filledIn(source: string): string {
  return source
    .replace(/\bID (\d+)/g, (_, count: string) => countedId(Number(count)))
    .replace(/\bSECRET (\d+)/g, (_, count: string) => countedSecret(Number(count)));
}

/** The names of a document's operations. */
export function operationsOf(source: string): string[] {
  return parse(source).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [definition.name.value] : [],
  );
}

/** Ids of the sample. Those an operation does not declare are ignored. */
export function variablesOf(sample: Sample) {
  return {
    admin: adminOf(sample).id,
    member: memberOf(sample).id,
    reader: readerOf(sample).id,
    suspended: userWhere(sample, (user) => user.status === 'SUSPENDED').id,
    contractor: sample.contractors[0]?.id,
    session: sample.refreshTokens[0]?.id,
    auditLog: sample.auditLogs[0]?.id,
  };
}

/** Who an operation is asked by; undefined for a stranger. */
export function userOf(operation: string, sample: Sample) {
  if (operation.startsWith('admin')) return adminOf(sample);
  if (operation.startsWith('member')) return memberOf(sample);
  return operation.startsWith('reader') ? readerOf(sample) : undefined;
}
