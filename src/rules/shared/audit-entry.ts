import type { Write } from 'tableloom/runtime';
import type { AuditLog } from '../../../generated/entities.js';
import { events } from '../../../generated/events.js';
import type { Context } from '../../../generated/loaders.js';
import { auditLogWrites } from '../../../generated/writes.js';

/** What is done, to what. */
export interface Act {
  readonly action: AuditAction;
  readonly targetType: AuditLog['targetType'];
  readonly targetId: string;
  readonly details?: Changes;
}

/** What audit logs say was done. Text in the schema, because logs taken over from elsewhere say other things. */
export type AuditAction =
  | 'USER_SIGNED_IN'
  | 'USER_SIGNED_OUT'
  | 'USER_SIGNED_OUT_EVERYWHERE'
  | 'USER_CREATED'
  | 'USER_UPDATED'
  | 'USER_DEACTIVATED'
  | 'USER_DELETED'
  | 'USER_ERASED'
  | 'PASSWORD_CHANGED'
  | 'SESSION_REFRESHED'
  | 'SESSION_REUSE_DETECTED'
  | 'CONTRACTOR_INVITED'
  | 'CONTRACTOR_EXTENDED'
  | 'CONTRACTOR_REVOKED'
  | 'CONTRACTOR_ERASED'
  | 'CONTRACTOR_SIGNED_IN'
  | 'CONFIG_SET'
  | 'CONFIG_DELETED';

/** Who did it. */
export interface Actor {
  readonly actorType: AuditLog['actorType'];
  readonly actorId: string;
}

/** The write that records an act; it goes into the same transaction as the act. */
export function auditEntry(context: Context, actor: Actor, act: Act): Write<AuditLog> {
  const { action, targetType, targetId, details = null } = act;
  const values = { ...actor, action, targetType, targetId, details, ...context.client };
  return auditLogWrites.create(values, { publish: events.AUDIT_LOGGED });
}

/** Whoever sends the request, as an actor. For rules that an access rule has let through. */
export function principalAsActor({ principal }: Context): Actor {
  if (principal === null) throw new Error('An act needs an actor: the mutation lacks an access rule.');
  return { actorType: principal.kind, actorId: principal.id };
}

/** The names of the fields that changed, and their new values but for secret and long ones. */
export interface Changes {
  readonly changed: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** Fields that are audited. */
export interface AuditedFields<R extends object> {
  readonly shown: readonly (keyof R & string)[];
  /** Records only that they changed, under the given name. */
  readonly secret?: { readonly [F in keyof R & string]?: string };
}

/** Longer values are not repeated in the audit log. In characters of JSON. */
const longestValue = 2000;

/**
 * What differs between two states of a record, in the fields named. Only those in `shown` have their value told.
 * Either state may be missing: the record was created, or deleted.
 */
export function changes<R extends object>(
  before: R | null,
  after: R | null,
  fields: AuditedFields<R>,
): Changes {
  const { shown, secret = {} } = fields;
  const differs = (field: keyof R & string) =>
    JSON.stringify(before?.[field] ?? null) !== JSON.stringify(after?.[field] ?? null);
  const values: Record<string, unknown> = {};
  for (const field of shown.filter(differs)) {
    const value: unknown = after?.[field] ?? null;
    if (after && JSON.stringify(value).length <= longestValue) values[field] = value;
  }
  const secrets = Object.entries<string | undefined>(secret).filter(([field]) =>
    differs(field as keyof R & string),
  );
  return { changed: [...shown.filter(differs), ...secrets.map(([, name]) => name ?? '')], values };
}
