import type { Config } from '../../generated/entities.js';
import type { AuditConfigRule, AuditContractorRule, AuditUserRule } from '../../generated/rules.js';
import {
  type AuditAction,
  type AuditedFields,
  auditEntry,
  changes,
  principalAsActor,
} from './shared/audit-entry.js';

const actions = {
  createUser: 'USER_CREATED',
  updateUser: 'USER_UPDATED',
  deactivateUser: 'USER_DEACTIVATED',
  deleteUser: 'USER_DELETED',
  extendContractor: 'CONTRACTOR_EXTENDED',
  revokeContractor: 'CONTRACTOR_REVOKED',
  setConfig: 'CONFIG_SET',
  deleteConfig: 'CONFIG_DELETED',
} as const satisfies Record<string, AuditAction>;

export const auditUser: AuditUserRule = ({ before, after, context, mutation }) => [
  auditEntry(context, principalAsActor(context), {
    action: actions[mutation],
    targetType: 'USER',
    targetId: target(before, after).id,
    details: changes(before, after, {
      shown: ['email', 'name', 'role', 'status'],
      secret: { passwordHash: 'password' },
    }),
  }),
];

export const auditContractor: AuditContractorRule = ({ before, after, context, mutation }) => [
  auditEntry(context, principalAsActor(context), {
    action: actions[mutation],
    targetType: 'CONTRACTOR',
    targetId: target(before, after).id,
    details: changes(before, after, { shown: ['status', 'expiresAt'] }),
  }),
];

export const auditConfig: AuditConfigRule = ({ before, after, context, mutation }) => [
  auditEntry(context, principalAsActor(context), {
    action: actions[mutation],
    targetType: 'CONFIG',
    targetId: target(before, after).key,
    details: changes(before, after, configFields(after)),
  }),
];

/** A value is shown only where it is none of a secret entry. */
function configFields(after: Config | null): AuditedFields<Config> {
  const plain = ['description', 'category', 'isSecret'] as const;
  return after && !after.isSecret
    ? { shown: ['value', ...plain] }
    : { shown: plain, secret: { value: 'value' } };
}

/** The record an act is done to: as it is now, or as it last was. */
function target<R>(before: R | null, after: R | null): R {
  const record = after ?? before;
  if (record === null) throw new Error('A mutation has neither a record before nor one after.');
  return record;
}
