/** An attribute that the runtime stores in items is refused as a field: one of the two would be lost. */

import { expect, test } from 'vitest';
import { ownAttributes } from '../../src/generator/check/rules/entities/tables.js';
import { stampAttributes } from '../../src/runtime/import/ledger.js';
import {
  countedAttribute,
  counterAttributes,
  guardAttributes,
  lastEvent,
  nextAttribute,
} from '../../src/runtime/write/action.js';
import { markAttribute } from '../../src/runtime/write/references.js';

test('the names are those of the runtime', () => {
  const names = [lastEvent, nextAttribute, countedAttribute, markAttribute];
  const kinds = [guardAttributes.entity, counterAttributes.name];
  expect(ownAttributes).toEqual(
    new Set(['_type', ...names, ...kinds, stampAttributes.source, stampAttributes.row]),
  );
});
