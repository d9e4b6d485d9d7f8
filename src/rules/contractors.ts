import { forbidden, unauthenticated } from 'tableloom/runtime';
import type { Contractor, User } from '../../generated/entities.js';
import { events } from '../../generated/events.js';
import type { Context } from '../../generated/loaders.js';
import { contractorByTokenHash } from '../../generated/queries.js';
import type {
  ContractorByTokenRule,
  ExtensionRule,
  InviteContractorRule,
  RevocationRule,
  SignInContractorRule,
} from '../../generated/rules.js';
import { contractorWrites } from '../../generated/writes.js';
import { auditEntry, changes } from './shared/audit-entry.js';
import { badInput } from './shared/bad-input.js';
import { line, nameOf, optionalLine } from './shared/text.js';
import { currentUser, hasAccess } from './shared/viewer.js';

const longestAccess = 366 * 24 * 60 * 60 * 1000;
const mostPermissions = 50;

/** The token is all the proof there is: whoever has it may see the invitation it belongs to, as long as it is good. */
export const contractorByToken: ContractorByTokenRule = async ({ args, context }) => {
  const contractor = await contractorOf(args.token, context);
  return contractor && hasAccess(contractor, context) ? contractor : null;
};

export const signInContractor: SignInContractorRule = async ({ args, context }) => {
  const found = await contractorOf(args.token, context);
  if (!found || !hasAccess(found, context))
    throw unauthenticated('The token is unknown, expired or revoked.');
  const { auth, db } = context;
  const id = found.id;
  const [contractor] = await db.write(
    contractorWrites.update(
      { id },
      (current) => {
        // The index may lag behind a revocation; the record itself does not.
        if (!hasAccess(current, context)) throw unauthenticated('The token is unknown, expired or revoked.');
        return { status: 'ACTIVE', lastAccess: db.now() };
      },
      { publish: events.CONTRACTOR_UPDATED },
    ),
    auditEntry(
      context,
      { actorType: 'CONTRACTOR', actorId: id },
      { action: 'CONTRACTOR_SIGNED_IN', targetType: 'CONTRACTOR', targetId: id },
    ),
  );
  return { ...auth.newAccessToken({ kind: 'CONTRACTOR', id }), contractor };
};

/** The token is given in clear this once. */
export const inviteContractor: InviteContractorRule = async ({ args: { input }, context }) => {
  const user = await currentUser(context);
  const permissions = [...new Set((input.permissions ?? []).map((text) => line('permissions', text, 100)))];
  if (permissions.length > mostPermissions) {
    throw badInput('permissions', `A contractor has at most ${mostPermissions} permissions.`);
  }
  const { auth, db } = context;
  const id = db.newId();
  const token = auth.newSecret();
  const values = {
    id,
    name: nameOf(input.name),
    email: input.email ?? null,
    company: optionalLine('company', input.company, 200),
    ...(input.accessLevel == null ? {} : { accessLevel: line('accessLevel', input.accessLevel, 100) }),
    reason: optionalLine('reason', input.reason, 1000),
    permissions,
    expiresAt: requireFuture(input.expiresAt, context),
    tokenHash: auth.hashSecret(token),
    invitedById: user.id,
  };
  const [contractor] = await db.write(
    contractorWrites.create(values, {
      publish: events.CONTRACTOR_CREATED,
      alongside: ({ after }) => [
        auditEntry(
          context,
          { actorType: 'USER', actorId: user.id },
          {
            action: 'CONTRACTOR_INVITED',
            targetType: 'CONTRACTOR',
            targetId: id,
            details: changes(null, after, {
              shown: ['name', 'email', 'company', 'permissions', 'accessLevel', 'reason', 'expiresAt'],
            }),
          },
        ),
      ],
    }),
  );
  return { contractor, token };
};

export const extension: ExtensionRule = async ({ args: { input }, context, current }) => {
  requireInviterOrAdmin(await currentUser(context), current);
  return {
    expiresAt: requireFuture(input.expiresAt, context),
    ...(current.status === 'EXPIRED' ? { status: current.lastAccess === null ? 'PENDING' : 'ACTIVE' } : {}),
  };
};

export const revocation: RevocationRule = async ({ context, current }) => {
  requireInviterOrAdmin(await currentUser(context), current);
  return { status: 'REVOKED' };
};

function requireInviterOrAdmin(user: User, contractor: Contractor): void {
  if (user.role !== 'ADMIN' && user.id !== contractor.invitedById) {
    throw forbidden('This is for the inviting user and administrators.');
  }
}

/** The moment as given. Throws unless it lies within the next year. */
function requireFuture(moment: Date | string, context: Context): Date | string {
  const prefetch = new Date(moment).getTime() - context.db.now().getTime();
  if (prefetch <= 0) throw badInput('expiresAt', 'expiresAt must be in the future.');
  if (prefetch > longestAccess) throw badInput('expiresAt', 'expiresAt must be at most a year away.');
  return moment;
}

async function contractorOf(token: string, context: Context): Promise<Contractor | null> {
  return context.db.one(contractorByTokenHash({ tokenHash: context.auth.hashSecret(token) }));
}
