/** Indexes that hold less than the record. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/projections/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/projections/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/projections/generated/schema.js';
import { tables } from '../fixtures/ok/projections/generated/tables.js';
import { photoWrites } from '../fixtures/ok/projections/generated/writes.js';
import { openProject } from '../support/running.js';

test('what an index holds is read from it alone, and anything else by one batch get', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const photos = ['1', '2', '3'].map((id) => ({
    id,
    album: 'a',
    camera: 'c',
    takenAt: `2026-01-0${id}T00:00:00.000Z`,
    caption: `caption ${id}`,
    exif: `exif ${id}`,
  }));
  for (const photo of photos) await project.database.session().write(photoWrites.create(photo));
  const held = await project.ask('{ photosByAlbum(album: "a") { caption takenAt } }');
  expect(held.data).toEqual({
    photosByAlbum: photos.map(({ caption, takenAt }) => ({ caption, takenAt })),
  });
  expect(held.requests).toEqual(['Query']);
  const more = await project.ask('{ photosByAlbum(album: "a") { caption exif } }');
  expect(more.data).toEqual({ photosByAlbum: photos.map(({ caption, exif }) => ({ caption, exif })) });
  expect(more.requests).toEqual(['Query', 'BatchGetItem']);
  const keys = await project.ask('{ photosByCamera(camera: "c") { id } }');
  expect(keys.data).toEqual({ photosByCamera: photos.map(({ id }) => ({ id })) });
});
