import type { Layout } from '../layout/types.js';
import type { Model } from '../model.js';

/** A model without errors, and how it is laid out: the subject of the checks that need both. */
export interface LaidOut {
  readonly model: Model;
  readonly layout: Layout;
}
