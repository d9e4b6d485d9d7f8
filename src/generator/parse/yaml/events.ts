/** Event types and subscriptions. */

import type { Node } from 'yaml';
import type { EventTypeModel, SubscriptionModel } from '../../event-model.js';
import { keysOf } from '../../language/schema.js';
import type { Word } from '../../model.js';
import { filterOf } from './conditions.js';
import { countOf, entriesOf, optional, type Reading, wordOf, wordsOf } from './nodes.js';
import { fieldPathOf, sourceOf } from './values.js';

export function readEventType(reading: Reading, name: Word, node: Node | null): EventTypeModel | undefined {
  const map = entriesOf(reading, node, keysOf.eventType);
  const of = wordOf(reading, map.get('of'));
  return (
    of && {
      name,
      of,
      fields: wordsOf(reading, map.get('fields')),
      ...optional({ shards: countOf(reading, map.get('shards')) }),
    }
  );
}

export function readSubscription(reading: Reading, name: Word, node: Node | null): SubscriptionModel {
  const map = entriesOf(reading, node, keysOf.subscription);
  return {
    name,
    on: wordsOf(reading, map.get('on')),
    ...optional({
      for: fieldPathOf(reading, map.get('for')),
      since: sourceOf(reading, map.get('since')),
      filter: filterOf(reading, map.get('filter')),
      allow: wordOf(reading, map.get('allow')),
      visible: wordOf(reading, map.get('visible')),
    }),
  };
}
