/**
 * Erasure of persons.
 *
 * Deleting a user or contractor keeps what an audit has to show: audit logs with the values they recorded, and versions of
 * users. Erasing removes these, too. What stays are ids that lead nowhere: of the actor and target in audit logs, and of
 * whoever created, invited or changed something. Events have nothing else: what is cleared of audit logs is in none of them.
 */

import { clearing, type DeleteOptions, forbidden, removing, type Trace, type Write } from 'tableloom/runtime';
import { events } from '../../generated/events.js';
import { auditLogCodec, refreshTokenCodec, userVersionCodec } from '../../generated/items.js';
import type { Context } from '../../generated/loaders.js';
import {
  auditLogsOfContractor,
  auditLogsOfTarget,
  auditLogsOfUser,
  historyOfUser,
  sessionsOfUser,
} from '../../generated/queries.js';
import type { EraseContractorRule, EraseUserRule } from '../../generated/rules.js';
import { contractorWrites, userWrites } from '../../generated/writes.js';
import { type Act, auditEntry, principalAsActor } from './shared/audit-entry.js';
import { currentUser } from './shared/viewer.js';

export const eraseUser: EraseUserRule = async ({ args: { id }, context }) => {
  const act = { action: 'USER_ERASED', targetType: 'USER', targetId: id } as const;
  return erase(
    context,
    act,
    (options) => userWrites.delete({ id }, { ...options, publish: events.USER_DELETED }),
    [
      removing(userVersionCodec, historyOfUser({ id })),
      // Deleted, as ending a session would write an audit log.
      removing(refreshTokenCodec, sessionsOfUser({ userId: id }), { publish: events.SESSION_DELETED }),
      clearing(auditLogCodec, auditLogsOfUser({ actorId: id }), { ip: null, userAgent: null }),
      clearing(auditLogCodec, auditLogsOfTarget(act), { details: null }),
    ],
  );
};

export const eraseContractor: EraseContractorRule = async ({ args: { id }, context }) => {
  const act = { action: 'CONTRACTOR_ERASED', targetType: 'CONTRACTOR', targetId: id } as const;
  return erase(
    context,
    act,
    (options) => contractorWrites.delete({ id }, { ...options, publish: events.CONTRACTOR_DELETED }),
    [
      clearing(auditLogCodec, auditLogsOfContractor({ actorId: id }), { ip: null, userAgent: null }),
      clearing(auditLogCodec, auditLogsOfTarget(act), { details: null }),
    ],
  );
};

/** Whether anything was erased. */
async function erase<R extends object>(
  context: Context,
  act: Act,
  deletion: (options: DeleteOptions<R>) => Write<R>,
  traces: readonly Trace[],
): Promise<boolean> {
  const user = await currentUser(context);
  if (user.id === act.targetId) throw forbidden('You cannot do this to yourself; ask another administrator.');
  const entry = () => auditEntry(context, principalAsActor(context), act);
  const erased = await context.db.erase(deletion({ alongside: () => [entry()] }), traces);
  const isLate = erased.record === null && erased.traces > 0;
  if (isLate) await context.db.write(entry());
  return isLate || erased.record !== null;
}
