import { unauthenticated } from 'tableloom/runtime';
import type { GardenerRule } from '../../generated/rules.js';

/** Everybody who has signed in. */
export const gardener: GardenerRule = ({ context }) => {
  if (context.principal === null) throw unauthenticated();
};
