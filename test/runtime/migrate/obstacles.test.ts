/** Changes that two versions cannot share: each is named with the reason and what to do instead, before anything is written. */

import { expect, test } from 'vitest';
import { storedPlanOf } from '../../../src/cli/migrate/stored-plan.js';
import { printLock, seal } from '../../../src/generator/lock.js';
import { obstacles } from '../../../src/runtime/migrate/obstacles.js';
import { type DrawnProject, textsOf } from '../../fuzz/draw/project.js';
import { load } from '../../fuzz/play/load.js';
import {
  base,
  both,
  type ModelChange,
  number,
  pattern,
  withField,
  withItem,
  withPatterns,
} from './support/changes.js';

type Refused = Omit<ModelChange, 'name'> & { readonly subject: string; readonly why: RegExp };

const countOf = (field: string, type: string) =>
  withPatterns(number('countOf', { count: 'Item', where: { [field]: `$${field}` } }, { [field]: type }));

const kindBy = (sort: string) =>
  withPatterns(
    pattern(
      'byKind',
      {
        many: 'Item',
        where: { kind: '$kind' },
        sort,
        index: 'GSI2',
        key: { GSI2PK: 'KIND#{kind}', GSI2SK: `{${sort.replace('-', '')}}#{id}` },
      },
      { kind: 'State!' },
    ),
  );

const byName = withPatterns(
  pattern(
    'byName',
    { many: 'Item', where: { name: '$name' }, index: 'GSI3', key: { GSI3PK: 'NAME#{name}', GSI3SK: '{id}' } },
    { name: 'String!' },
  ),
);

const withInput = (field: string, type: string) => (project: DrawnProject) => ({
  ...project,
  inputs: { ...project.inputs, NewItem: { ...project.inputs.NewItem, [field]: type } },
});

const refused: Readonly<Record<string, Refused>> = {
  'a key that begins as before': {
    from: kindBy('-at'),
    to: kindBy('rank'),
    subject: 'Item',
    why: /begins as .*each version would find items of the other/,
  },
  'a key of a value that is read otherwise': {
    from: byName,
    to: withItem({ normalize: { name: 'lowercase' } }),
    subject: 'Item',
    why: /reads otherwise .*each version would find items of the other/,
  },
  'a primary key of a value that is read otherwise': {
    from: withItem({ key: { PK: 'ITEM#{id}', SK: '#' } }),
    to: withItem({ normalize: { id: 'lowercase' } }),
    subject: 'Item',
    why: /reads otherwise .*each version would find items of the other/,
  },
  'an attribute that is required now': {
    to: both(withField('note', 'String!'), withInput('note', 'String!')),
    subject: 'Item.note',
    why: /servers of the next version cannot read a record without it/,
  },
  'an attribute that is no longer required': {
    to: withField('name', 'String'),
    subject: 'Item.name',
    why: /servers of the earlier version cannot read a record without it/,
  },
  'a count of other records under its name': {
    from: countOf('owner', 'ID!'),
    to: withPatterns(
      number(
        'countOf',
        { count: 'Item', where: { owner: '$owner' }, when: { kind: 'OPEN' } },
        { owner: 'ID!' },
      ),
    ),
    subject: 'Item.countOf',
    why: /both versions would keep different numbers in one item/,
  },
  'a count by a value that is read otherwise': {
    from: countOf('name', 'String!'),
    to: withItem({ normalize: { name: 'lowercase' } }),
    subject: 'Item.countOf',
    why: /both versions would keep different numbers in one item/,
  },
  'a unique value that is stored otherwise': {
    from: withItem({ unique: ['code'] }),
    to: withItem({ normalize: { code: 'lowercase' } }),
    subject: 'Item.code',
    why: /the guards of unique values otherwise/,
  },
  'a reference that cascades': {
    to: withItem({ references: { owner: { to: 'Owner', onDelete: 'cascade' } } }),
    subject: 'Item.owner',
    why: /leave the records that are to go with it/,
  },
};

async function obstaclesOf({ from = (project) => project, to }: Pick<ModelChange, 'from' | 'to'>) {
  const before = from(base);
  const first = await load(textsOf(before));
  const second = await load(textsOf(to(before)), printLock(seal(first.run.lock)));
  return obstacles(storedPlanOf(first.run.plan), storedPlanOf(second.run.plan));
}

test.each(Object.entries(refused))('%s', async (_name, { subject, why, ...change }) => {
  expect(await obstaclesOf(change)).toContainEqual({
    subject,
    why: expect.stringMatching(why),
    remedy: expect.stringMatching(/\w.*\.$/),
  });
});

test('a reference that restricts is none, whichever others of the same entity cascade', async () => {
  const owned = { owner: { to: 'Owner', onDelete: 'cascade' } };
  const change = {
    from: withItem({ references: owned }),
    to: withItem({ references: { ...owned, code: { to: 'Owner', onDelete: 'restrict' } } }),
  };
  expect(await obstaclesOf(change)).toEqual([]);
});
