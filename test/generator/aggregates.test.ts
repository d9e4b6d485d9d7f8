/** Where numbers that are kept lie: apart from all else, under one key for as long as they mean the same. */

import { describe, expect, test } from 'vitest';
import { emptyLock, type Lock, printLock, seal } from '../../src/generator/lock.js';
import { readLock } from '../../src/generator/parse/lock.js';
import { checked } from './support.js';

const sdl = `
scalar DateTime
type Query { member(id: ID!): Member, count(team: ID!): Int!, other(team: ID!): Int!, note(id: ID!): Note }
type Member { id: ID!, team: ID!, city: String, joinedAt: DateTime!, number: Int!, version: Int! }
type Note { id: ID! }
`;

const head = `version: 1
entities:
  Note: {}
`;
const rest = `
patterns:
  member: { one: Member, for: Query.member, where: { id: $id } }
  note: { one: Note, for: Query.note, where: { id: $id } }
`;

/** @param of what Member says besides its revision */
function declared(
  patterns: string,
  of = 'generate: { number: { sequence: team }, version: revision }, immutable: [team]',
) {
  return `${head}  Member: { ${of} }${rest}${patterns}`;
}

const counted = (where: string, more = '') =>
  `  kept: { count: Member, for: Query.count, where: { ${where} }, maintained: true${more} }
  other: { count: Member, for: Query.other, where: { team: $team } }
`;

function planned(yaml: string, lock: Lock = emptyLock) {
  const found = checked(yaml, sdl, lock);
  if (!found.plan || !found.lock) throw new Error(JSON.stringify(found.diagnostics));
  const { text, aggregates } = {
    text: printLock(found.lock),
    aggregates: found.plan.entities.flatMap((entity) => entity.aggregates ?? []),
  };
  // What is written is read back as it was.
  const again = readLock('access-patterns.lock.json', text);
  expect(again.diagnostics).toEqual([]);
  expect(printLock(again.lock)).toBe(text);
  return {
    keys: aggregates.map(({ partition, sort }) => [partition.text, sort?.text]),
    text,
    lock: again.lock,
  };
}

describe('the lock', () => {
  test('has a line for each number, which keeps its key', () => {
    const { keys, text, lock } = planned(declared(counted('team: $team')));
    expect(keys).toEqual([
      ['COUNT#Member.kept#{team}', 'COUNT'],
      ['SEQUENCE#Member.number#{team}', 'SEQUENCE'],
    ]);
    expect(text).toContain('"Member: kept kept": { "key": ["COUNT#Member.kept#{team}", "COUNT"] },');
    expect(text).toContain('"Member: sequence number": ["SEQUENCE#Member.number#{team}", "SEQUENCE"],');
    expect(planned(declared(counted('team: $team')), lock).text).toBe(text);
  });

  test('gives a number of other fields another key, and what is gone to nobody', () => {
    const before = planned(declared(counted('team: $team')), seal(emptyLock));
    const after = planned(declared(counted('city: $team')), before.lock);
    expect(after.keys[0]).toEqual(['COUNT#Member.kept_2#{city}', 'COUNT']);
    expect(after.text).toContain('"Member: retired number COUNT#Member.kept#{team}": "COUNT",');
    const gone = planned(declared(counted('city: $team').replace(', maintained: true', '')), after.lock);
    expect(gone.text).toContain('"Member: retired number COUNT#Member.kept_2#{city}": "COUNT",');
    const back = planned(declared(counted('team: $team')), gone.lock);
    expect(back.keys[0]).toEqual(['COUNT#Member.kept_3#{team}', 'COUNT']);
  });
});

test('constants of `where` are conditions in the form that records hold, and stand in no key', () => {
  const yaml = declared(
    '  kept: { count: Member, for: Query.count, where: { team: $team, city: " Oslo ", joinedAt: "2026-01-31T10:00:00+01:00" }, maintained: true }\n' +
      '  other: { count: Member, for: Query.other, where: { team: $team } }\n',
    'generate: { number: { sequence: [] }, version: revision }, normalize: { city: [trim, lowercase] }',
  );
  const { plan } = checked(yaml, sdl);
  const aggregates = plan?.entities.flatMap((entity) => entity.aggregates ?? []);
  expect(aggregates?.map(({ when, partition }) => ({ when, key: partition.text }))).toEqual([
    {
      key: 'COUNT#Member.kept#{team}',
      when: [
        { field: 'city', values: ['oslo'] },
        { field: 'joinedAt', values: ['2026-01-31T09:00:00.000Z'] },
      ],
    },
    { key: 'SEQUENCE#Member.number', when: [] },
  ]);
});

test('an entity that declares the key of an aggregate is refused', () => {
  const note = '  Note: { key: { PK: "COUNT#Member.kept#{id}", SK: COUNT } }\n';
  const yaml = declared(counted('team: $team')).replace('  Note: {}\n', note);
  expect(checked(yaml, sdl).diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ['keys-collide', expect.stringMatching(/^The aggregate `kept` can have the key of `Note`: /)],
  ]);
  const sequence = yaml.replace(note, '  Note: { key: { PK: "SEQUENCE#{id}#{id}", SK: SEQUENCE } }\n');
  expect(checked(sequence, sdl).diagnostics.map(({ code }) => code)).toEqual(['keys-collide']);
});
