import type { EscalationRule } from '../../generated/rules.js';

/** Null takes it back: the log leaves the index of escalations. */
export const escalation: EscalationRule = ({ args }) => ({ escalatedTo: args.supervisor ?? null });
