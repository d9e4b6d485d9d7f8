/** Fields that are non-null because a reference keeps what they find. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/referenced-records/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/referenced-records/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/referenced-records/generated/schema.js';
import { tables } from '../fixtures/ok/referenced-records/generated/tables.js';
import {
  appointmentWrites,
  doctorWrites,
  roomWrites,
} from '../fixtures/ok/referenced-records/generated/writes.js';
import { openProject } from '../support/running.js';

const query = '{ it: appointment(id: "a") { doctor { name } room { number } } }';

async function open() {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const db = project.database.session();
  const [doctor] = await db.write(
    doctorWrites.create({ id: 'd', name: 'Ada' }),
    roomWrites.create({ clinic: 'c', number: 1 }),
  );
  return { ...project, db, doctor };
}

const appointment = { id: 'a', clinic: 'c', roomNumber: 1, doctorId: 'd' };

test('the record is found as long as something names it', async () => {
  const { data, db } = await open();
  await db.write(appointmentWrites.create(appointment));
  expect(await data(query)).toEqual({ it: { doctor: { name: 'Ada' }, room: { number: 1 } } });
  await expect(db.write(roomWrites.delete({ clinic: 'c', number: 1 }))).rejects.toMatchObject({
    code: 'REFERENCED',
  });
  await db.cascade(doctorWrites.delete({ id: 'd' }));
  expect(await data(query)).toEqual({ it: null });
});

test('a record that was written past the check ends in an error with a code', async () => {
  const { ask, db } = await open();
  await db.putAll([appointmentWrites.create({ ...appointment, doctorId: 'gone' })]);
  expect(await ask(query)).toMatchObject({
    data: { it: null },
    errors: [
      {
        path: ['it', 'doctor'],
        message: 'The Doctor that doctorId of this Appointment names does not exist.',
        extensions: { code: 'REFERENCE_MISSING', entity: 'Appointment', field: 'doctorId', to: 'Doctor' },
      },
    ],
  });
});
