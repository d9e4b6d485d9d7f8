import type { ReportRule } from '../../generated/rules.js';

/** Its own id makes a report differ from one that says the same, so that each is a version. */
export const report: ReportRule = ({ args: { equipmentId, input }, context }) => ({
  equipmentId,
  state: input.state,
  time: input.time,
  reportId: context.db.newId(),
});
