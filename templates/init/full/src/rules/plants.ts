import { waterings } from '../../generated/queries.js';
import type { IsThirstyRule } from '../../generated/rules.js';

const day = 24 * 60 * 60 * 1000;

/** Whether the last watering is longer ago than the plant likes. One query, of one record. */
export const isThirsty: IsThirstyRule = async ({ parent, context: { db } }) => {
  const [last] = await db.list(waterings({ plantId: parent.id }), 1);
  return last === undefined || db.now().getTime() - Date.parse(last.at) > parent.waterEvery * day;
};
