import { forbidden } from 'tableloom/runtime';
import type {
  CallerRule,
  NodeVisibleRule,
  NotOneselfRule,
  SessionVisibleRule,
} from '../../generated/rules.js';
import { currentContractor, currentUser } from './shared/viewer.js';

/** The user or contractor who is signed in, as stored now. What the request writes depends on them. */
export const caller: CallerRule = async ({ context }) => {
  const { principal } = context;
  if (principal === null) return null;
  if (principal.kind === 'CONTRACTOR') {
    const { id } = await currentContractor(context);
    return { id, roles: ['CONTRACTOR'] };
  }
  const { id, role } = await currentUser(context);
  return { id, roles: [role] };
};

/** An administrator, but not on their own account: so the last one remains. */
export const notOneself: NotOneselfRule = ({ args, context }) => {
  if (context.principal?.id === args.id)
    throw forbidden('You cannot do this to yourself; ask another administrator.');
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
