/** `unique` with `when`: only some records hold their value. And messages of one's own. */

import { expect, test } from 'vitest';
import { openProject } from '../support/running.js';
import { written } from '../support/written.js';

const schema = `
enum State { BOOKED CANCELLED DONE }
type Query { appointment(id: ID!): Appointment  atDoctor(doctor: String!): [Appointment!]! }
type Mutation { book(input: AppointmentInput!): Appointment!  change(id: ID!, input: AppointmentPatch!): Appointment! }
input AppointmentInput { id: ID!  doctor: String!  slot: String!  room: String  state: State!  postcode: String }
input AppointmentPatch { slot: String  room: String  state: State  postcode: String }
type Appointment { id: ID!  doctor: String!  slot: String!  room: String  state: State!  postcode: String }
`;

const yaml = (unique: string) => `version: 1
entities:
  Appointment:
    unique: ${unique}
    validate: { postcode: { max: 5, pattern: "[0-9]{5}", message: A postcode has five digits. } }
patterns:
  appointment: { one: Appointment, for: Query.appointment, where: { id: $id } }
  atDoctor: { many: Appointment, for: Query.atDoctor, where: { doctor: $doctor }, sort: slot }
mutations:
  book: { create: Appointment, for: Mutation.book, from: $input }
  change:
    update: Appointment
    for: Mutation.change
    where: { id: $id }
    from: $input
    require: { open: { state: { ne: DONE } } }
    messages: { open: It is over. }
`;

const active = `
      - { fields: [doctor, slot], when: { state: [BOOKED, DONE] }, message: "The doctor has another appointment then." }
      - { fields: [room, slot], when: { state: BOOKED } }`;

const book = 'mutation ($input: AppointmentInput!) { book(input: $input) { id } }';
const change = 'mutation ($id: ID!, $input: AppointmentPatch!) { change(id: $id, input: $input) { id } }';

test('a record that does not meet the condition holds no value, and takes or frees it as it changes', async () => {
  const project = await openProject((await written(yaml(active), schema)).generated);
  const input = (id: string, more = {}) => ({ id, doctor: 'd', slot: 's1', state: 'BOOKED', ...more });
  const problem = async (query: string, variables: Record<string, unknown>) => {
    const { errors } = await project.ask(query, variables);
    return errors?.map(({ message, extensions }) => [message, extensions?.code, extensions?.field])[0];
  };
  await project.data(book, { input: input('a') });
  const taken = ['The doctor has another appointment then.', 'UNIQUE_VIOLATION', 'doctor+slot'];
  expect(await problem(book, { input: input('b') })).toEqual(taken);
  // It may wait as a cancelled one.
  await project.data(book, { input: input('b', { state: 'CANCELLED' }) });
  expect(await problem(change, { id: 'b', input: { state: 'BOOKED' } })).toEqual(taken);
  await project.data(change, { id: 'a', input: { state: 'CANCELLED' } });
  await project.data(change, { id: 'b', input: { state: 'BOOKED', room: 'r' } });
  expect(await problem(change, { id: 'a', input: { state: 'DONE' } })).toEqual(taken);

  expect(await problem(book, { input: input('c', { doctor: 'e', room: 'r' }) })).toEqual([
    'Another Appointment has this room+slot.',
    'UNIQUE_VIOLATION',
    'room+slot',
  ]);
  await project.data(change, { id: 'b', input: { state: 'DONE' } });
  for (const more of [{ slot: 's2' }, { postcode: '12345' }])
    expect(await problem(change, { id: 'b', input: more })).toEqual([
      'It is over.',
      'GUARD_FAILED',
      undefined,
    ]);
  await project.data(book, { input: input('c', { doctor: 'e', room: 'r' }) });

  expect(await problem(change, { id: 'a', input: { postcode: '12a45' } })).toEqual([
    'A postcode has five digits.',
    'VALUE_INVALID',
    'postcode',
  ]);
});

test('a condition that changes is reported: stored records guard what they did before', async () => {
  const first = await written(yaml(active), schema);
  const lock = first.lock.replace('"sealed": false', '"sealed": true');
  expect((await written(yaml(active), schema, lock)).warnings).toEqual([]);
  const all = await written(
    yaml('[[doctor, slot], { fields: [room, slot], when: { state: BOOKED } }]'),
    schema,
    lock,
  );
  expect(all.warnings.map(({ code, message }) => [code, message])).toEqual([
    [
      'backfill-needed',
      '`Appointment.doctor+slot` is unique, but records stored before do not guard their values as declared.',
    ],
  ]);
  expect(all.lock).not.toContain('retired guard');
  expect(all.plan.entities[0]?.guards[0]?.partition.text).toBe(
    first.plan.entities[0]?.guards[0]?.partition.text,
  );
});
