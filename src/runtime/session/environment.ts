import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Reads } from '../events/history.js';
import type { Live } from '../events/live.js';
import type { ComputeRulesByName } from '../rules.js';
import type { Action } from '../write/action.js';
import type { Sharing } from '../write/changes.js';
import type { Contention } from '../write/contention.js';

/** What all sessions of a database have in common. @typeParam S a session */
export interface Environment<S extends Reads> {
  readonly now: () => Date;
  readonly newId: (moment?: number) => string;
  /** Who causes what the session writes, for its events. */
  readonly actor: string | null;
  /**
   * Called with the moment at which the session wrote, or may have.
   *
   * @param actions what it wrote, all items of which the cache of the process knows. Default: that is not known
   */
  readonly wrote: (at: number, actions?: readonly Action[]) => void;
  readonly live: Live<S>;
  readonly compute: ComputeRulesByName;
  readonly contention: Contention;
  /** How changes of an entity's records keep up what another version of the plan stores of them. */
  readonly sharing: (entity: string) => Sharing | undefined;
  /** Made when it is first needed: most sessions never do. */
  readonly documents: () => DynamoDBDocumentClient;
}
