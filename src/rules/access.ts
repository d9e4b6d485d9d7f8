import { forbidden } from 'tableloom/runtime';
import type {
  AdminOfAnotherRule,
  AdminRule,
  InviterOrAdminRule,
  NodeVisibleRule,
  SelfOrAdminRule,
  SessionVisibleRule,
  StaffRule,
  WriterRule,
} from '../../generated/rules.js';
import { currentContractor, currentUser } from './shared/viewer.js';

/** Any member of staff. */
export const staff: StaffRule = async ({ context }) => {
  await currentUser(context);
};

/** Members of staff who may change things. */
export const writer: WriterRule = async ({ context }) => {
  const { role } = await currentUser(context);
  if (role === 'READONLY') throw forbidden('You may only read.');
};

export const admin: AdminRule = async ({ context }) => {
  const { role } = await currentUser(context);
  if (role !== 'ADMIN') throw forbidden('This is for administrators.');
};

/** An administrator, but not on their own account: so the last one remains. */
export const adminOfAnother: AdminOfAnotherRule = async ({ args, context }) => {
  const user = await currentUser(context);
  if (user.role !== 'ADMIN') throw forbidden('This is for administrators.');
  if (user.id === args.id) throw forbidden('You cannot do this to yourself; ask another administrator.');
};

/** The user whose field it is, or an administrator. */
export const selfOrAdmin: SelfOrAdminRule = async ({ parent, context }) => {
  const user = await currentUser(context);
  if (user.id !== parent.id && user.role !== 'ADMIN')
    throw forbidden('This is for the user and administrators.');
};

/** The contractor whose field it is, the user who invited them, or an administrator. */
export const inviterOrAdmin: InviterOrAdminRule = async ({ parent, context }) => {
  if (context.principal?.kind === 'CONTRACTOR') {
    const contractor = await currentContractor(context);
    if (contractor.id === parent.id) return;
  }
  const user = await currentUser(context);
  if (user.id !== parent.invitedById && user.role !== 'ADMIN') {
    throw forbidden('This is for the inviting user and administrators.');
  }
};

/** Members of staff see users and contractors; sessions and audit logs only their own, administrators all. */
export const nodeVisible: NodeVisibleRule = async ({ node, context }) => {
  const user = await currentUser(context);
  switch (node.__typename) {
    case 'User':
    case 'Contractor':
      return true;
    case 'RefreshToken':
      return user.role === 'ADMIN' || node.userId === user.id;
    case 'AuditLog':
      return user.role === 'ADMIN' || (node.actorType === 'USER' && node.actorId === user.id);
  }
};

/** Events of one's own sessions; administrators see those of all. A deleted session tells by its last state whose it was. */
export const sessionVisible: SessionVisibleRule = async ({ node, context }) => {
  const user = await currentUser(context);
  const session = (node.after ?? node.before) as { readonly userId?: unknown } | null;
  return user.role === 'ADMIN' || session?.userId === user.id;
};
