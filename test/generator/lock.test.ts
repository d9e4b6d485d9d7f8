/** The text of a lock: what earlier releases wrote, and what merges leave. */

import { describe, expect, test } from 'vitest';
import { printLock, reindexed } from '../../src/generator/lock.js';
import { readLock } from '../../src/generator/parse/lock.js';

const version1 = `{
  "entities": {
    "Gone": {
      "retired attribute id": "text",
      "retired key GONE#{id}": "METADATA",
      "table": null
    },
    "Order": {
      "attribute id": "text",
      "attribute rank": "integer, in keys pad(4)",
      "attribute status": "enum",
      "counter customer": ["COUNT#Order.customer#{customer}", "COUNT"],
      "guard number": ["UNIQUE#Order.number#{number}", "UNIQUE"],
      "kept orderCount": ["COUNT#Order.orderCount#{status}", "COUNT"],
      "moved key old": ["OLD#{id}", "METADATA"],
      "moved pattern open": ["slot 1"],
      "pattern open": { "for": "Query.open", "reads": "slot 3" },
      "pattern order": { "reads": "key" },
      "pattern orderCount": { "reads": "number COUNT#Order.orderCount#{status}" },
      "retired attribute note": "document",
      "retired counter COUNT#Order.shop#{shop}": "COUNT",
      "retired slot 1": { "index": "GSI1", "key": ["ORDER#{status}", "{id}"], "shards": 4, "when": { "status": ["OPEN", "HELD"] } },
      "sequence number": ["SEQUENCE#Order.number", "SEQUENCE"],
      "slot 2": { "entry": ["ORDER#{id}", "ENTRY#X"], "index": "GSI2", "key": ["X#{rank}", "{id}"], "present": ["note"] },
      "slot 3": { "index": "GSI1", "key": ["ORDER_2#{status}", "{rank}#{id}"] },
      "table entities": ["ORDER#{id}", "METADATA"]
    }
  },
  "tables": {
    "entities": {
      "index GSI1": ["GSI1PK", "GSI1SK"],
      "retired index GSI3": ["GSI3PK", "GSI3SK"],
      "table": ["PK", "SK"]
    }
  },
  "version": 1
}
`;

test('a lock of version 1 loses nothing, and is sealed: what it has may be deployed', () => {
  const { lock, diagnostics } = readLock('a.lock.json', version1);
  expect(diagnostics).toEqual([]);
  const text = printLock(lock);
  expect(text).toBe(`{
  "Gone: retired attribute id": "text",
  "Gone: retired key GONE#{id}": "METADATA",
  "Order: attribute id": "text",
  "Order: attribute rank": "integer, in keys pad(4)",
  "Order: attribute status": "enum",
  "Order: counter customer": ["COUNT#Order.customer#{customer}", "COUNT"],
  "Order: guard number": ["UNIQUE#Order.number#{number}", "UNIQUE"],
  "Order: kept orderCount": ["COUNT#Order.orderCount#{status}", "COUNT"],
  "Order: pattern open": { "for": "Query.open", "index": "GSI1", "key": ["ORDER_2#{status}", "{rank}#{id}"] },
  "Order: pattern order": { "reads": "key" },
  "Order: pattern orderCount": { "reads": "number COUNT#Order.orderCount#{status}" },
  "Order: pending identity-changed Order": ["OLD#{id} / METADATA"],
  "Order: pending key-moved open": ["ORDER#{status} / {id} on GSI1 in 4 shards for status OPEN or HELD"],
  "Order: retired attribute note": "document",
  "Order: retired counter COUNT#Order.shop#{shop}": "COUNT",
  "Order: retired slot ORDER#{status} / {id} on GSI1 in 4 shards for status OPEN or HELD": { "index": "GSI1", "key": ["ORDER#{status}", "{id}"], "shards": 4, "when": { "status": ["OPEN", "HELD"] } },
  "Order: sequence number": ["SEQUENCE#Order.number", "SEQUENCE"],
  "Order: slot ORDER#{id} / ENTRY#X with X#{rank} / {id} on GSI2 where note is present": { "entry": ["ORDER#{id}", "ENTRY#X"], "index": "GSI2", "key": ["X#{rank}", "{id}"], "present": ["note"] },
  "Order: table entities": ["ORDER#{id}", "METADATA"],
  "table entities: index GSI1": ["GSI1PK", "GSI1SK"],
  "table entities: key": ["PK", "SK"],
  "table entities: retired index GSI3": ["GSI3PK", "GSI3SK"],
  "sealed": true,
  "version": 2
}
`);
  expect(printLock(readLock('a.lock.json', text).lock)).toBe(text);
});

describe('a merge', () => {
  const lines = (...more: readonly string[]) =>
    ['{', '  "User: attribute id": "text!",', ...more, '  "sealed": false,', '  "version": 2', '}', ''].join(
      '\n',
    );
  const email = '  "User: attribute email": "text!",';
  const phone = '  "User: attribute phone": "text",';

  test.each([
    ['in the style of git', ['<<<<<<< HEAD', email, '=======', phone, '>>>>>>> other']],
    [
      'in the style of diff3',
      [
        '<<<<<<< HEAD',
        email,
        '||||||| 12ab34c',
        '  "User: attribute fax": "text",',
        '=======',
        phone,
        '>>>>>>> other',
      ],
    ],
  ])('may leave its marks %s: what both sides have is read', (_style, conflict) => {
    const { lock, diagnostics } = readLock('a.lock.json', lines(...conflict));
    expect(diagnostics).toEqual([]);
    expect([...(lock.entities.get('User')?.attributes.keys() ?? [])].sort()).toEqual([
      'email',
      'id',
      'phone',
    ]);
  });

  test('of a branch that sealed the lock with one that did not gives one that is sealed', () => {
    expect(readLock('a.lock.json', lines('  "sealed": true,')).lock.isSealed).toBe(true);
  });

  test('of branches that say of one thing what differs is refused, with the place of the second line', () => {
    const text = lines(email, '  "User: attribute email": "integer",');
    expect(readLock('a.lock.json', text).diagnostics).toMatchObject([
      {
        message: 'The lock has two lines for `User: attribute email`, as a merge may leave.',
        at: { start: text.lastIndexOf('"User: attribute email"') },
      },
    ]);
  });

  test('of a branch on which an attribute went leaves it to the declarations whether it is there', () => {
    const { lock } = readLock('a.lock.json', lines(email, '  "User: retired attribute email": "text",'));
    expect(lock.entities.get('User')?.attributes.get('email')?.isRetired).toBe(false);
  });
});

test('a reindex deals with what it stores anew, and with a former name where that is declared', () => {
  const lines = (formerly: string) => `{
  "User: attribute email": "text!${formerly}",
  "User: pending attribute-renamed User.email": ["mail"],
  "User: pending attribute-retyped User.age": ["text"],
  "User: pending enum-value-gone User.role": ["GUEST"],
  "User: pending key-moved byEmail": ["USER#{email} on GSI1"],
  "sealed": true,
  "version": 2
}
`;
  const of = (formerly: string) => reindexed(readLock('a.lock.json', lines(formerly)).lock, 'User');
  expect(of('')).toEqual(['byEmail']);
  expect(of(', formerly mail')).toEqual(['User.email', 'byEmail']);
});
