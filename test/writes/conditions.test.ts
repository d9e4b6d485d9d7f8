/** What writes demand of a record and compute from it, asked by GraphQL of a real engine. */

import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/conditions/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/conditions/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/conditions/generated/schema.js';
import { tables } from '../fixtures/ok/conditions/generated/tables.js';
import { concertWrites, pageWrites } from '../fixtures/ok/conditions/generated/writes.js';
import { rules, writeRules } from '../fixtures/ok/conditions/use.js';
import { openProject, type Project } from '../support/running.js';

const concert = '{ id title code contact state seatsLeft sold visits price tags genres guests note version }';
const start = new Date('2026-05-01T10:00:00.000Z');

function open(now: () => Date = () => start): Promise<Project> {
  const generated = { typeDefs, tables, createLoaders, resolvers: createResolvers(rules) };
  return openProject(generated, undefined, { compute: writeRules, now });
}

/** One field of Mutation; its arguments as the document has them. */
async function send(project: Project, call: string, fields = concert): Promise<Record<string, unknown>> {
  const data = await project.data(`mutation { it: ${call} ${fields} }`);
  return data.it as Record<string, unknown>;
}

/** What a refused mutation's error tells. */
async function refusal(project: Project, call: string, fields = concert): Promise<unknown> {
  const { errors = [] } = await project.ask(`mutation { it: ${call} ${fields} }`);
  return errors[0]?.extensions;
}

function newConcert(more: string): string {
  return `addConcert(input: { id: "c", title: "Così", tags: [], genres: [], ${more} })`;
}

describe('transitions', () => {
  test('only declared ones are made, by whatever write; staying is none', async () => {
    const project = await open();
    await send(project, newConcert('state: PLANNED'));
    expect(await refusal(project, 'changeConcert(id: "c", input: { state: FULL })')).toEqual({
      code: 'GUARD_FAILED',
      entity: 'Concert',
      guard: 'state',
      from: 'PLANNED',
      to: 'FULL',
    });
    expect(await send(project, 'openConcert(id: "c")')).toMatchObject({ state: 'OPEN', version: 2 });
    expect(await send(project, 'openConcert(id: "c")')).toMatchObject({ state: 'OPEN', version: 2 });
    const { database } = project;
    const db = database.session();
    await db.write(concertWrites.update({ id: 'c' }, { state: 'CANCELLED' }));
    for (const write of [
      concertWrites.update({ id: 'c' }, { state: 'OPEN' }),
      concertWrites.upsert({ id: 'c' }, { state: 'PLANNED', title: 'x', tags: [], genres: [] }),
    ])
      await expect(database.session().write(write)).rejects.toMatchObject({
        code: 'GUARD_FAILED',
        extensions: { guard: 'state', from: 'CANCELLED' },
      });
    // A new record may be in any state.
    await db.write(concertWrites.upsert({ id: 'd' }, { state: 'FULL', title: 'x', tags: [], genres: [] }));
  });
});

describe('require', () => {
  test('the first that does not hold is named, and nothing is written', async () => {
    const project = await open();
    await send(project, newConcert('seatsLeft: 2'));
    const book = 'book(id: "c", change: -3, seats: 3, guest: "Ada")';
    const failed = { code: 'GUARD_FAILED', entity: 'Concert' };
    expect(await refusal(project, book)).toEqual({ ...failed, guard: 'isOpen' });
    await send(project, 'openConcert(id: "c")');
    expect(await refusal(project, book)).toEqual({ ...failed, guard: 'hasSeats' });
    expect(await project.data(`{ concert(id: "c") ${concert} }`)).toMatchObject({
      concert: { seatsLeft: 2, sold: 0, guests: null, version: 2 },
    });
    expect(await send(project, 'book(id: "c", change: -2, seats: 2, guest: "Ada")')).toMatchObject({
      seatsLeft: 0,
      sold: 1,
      guests: ['Ada'],
    });
    expect(await refusal(project, book.replace('"c"', '"none"'))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('every operator says of a record what it says in a filter', async () => {
    const project = await open();
    const cancel = (more: Readonly<Record<string, string>> = {}) => {
      const args = {
        contact: '"A@hall"',
        tag: '"b"',
        at: '"2026-01-01T00:00:00Z"',
        visits: '[1, 2]',
        ...more,
      };
      const given = Object.entries(args).map(([name, value]) => `${name}: ${value}`);
      return `cancelConcert(id: "c", ${given.join(', ')})`;
    };
    const input = 'code: "AB-1", contact: " a@Hall ", seatsLeft: 5, opensAt: "2025-12-31T00:00:00+01:00"';
    await send(project, newConcert(input).replace('tags: []', 'tags: ["b"]'));
    await send(project, 'count(id: "c")');
    const known = { code: 'GUARD_FAILED', entity: 'Concert', guard: 'known' };
    for (const wrong of [
      { contact: '"other"' },
      { tag: '"c"' },
      { at: '"2025-12-30T22:59:59Z"' },
      { visits: '[]' },
    ])
      expect(await refusal(project, cancel(wrong)), JSON.stringify(wrong)).toEqual(known);
    await send(project, 'changeConcert(id: "c", input: { code: "AB-13" })');
    expect(await refusal(project, cancel())).toEqual(known);
    await send(project, 'changeConcert(id: "c", input: { code: null })');
    expect(await refusal(project, cancel())).toEqual(known);
    await send(project, 'changeConcert(id: "c", input: { code: "AB-2", note: "a@hall" })');
    expect(await refusal(project, cancel())).toEqual(known);
    await send(project, 'changeConcert(id: "c", input: { note: null, seatsLeft: 0 })');
    await send(project, 'count(id: "c", by: 1)');
    expect(await refusal(project, cancel())).toMatchObject({ guard: 'soldNothing' });
    await send(project, 'count(id: "c", by: -1)');
    expect(await send(project, cancel({ visits: '[3]' }))).toMatchObject({ code: 'AB-2' });
    expect(await refusal(project, cancel())).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('64 writers who add to a capped field stop at the cap', async () => {
    const project = await open();
    await send(project, newConcert('seatsLeft: 40'));
    await send(project, 'openConcert(id: "c")');
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        for (;;) {
          const call = `book(id: "c", change: -1, seats: 1, guest: "${at}")`;
          const { errors } = await project.ask(`mutation { ${call} { id } }`);
          const code = errors?.[0]?.extensions.code;
          if (code !== 'CONFLICT' && code !== 'BUSY') return errors?.[0]?.extensions.guard ?? 'booked';
        }
      }),
    );
    expect(answers.filter((answer) => answer === 'booked')).toHaveLength(40);
    expect(answers.filter((answer) => answer === 'hasSeats')).toHaveLength(24);
    const { concert: after } = await project.data(`{ concert(id: "c") { seatsLeft sold guests version } }`);
    expect(after).toMatchObject({ seatsLeft: 0, sold: 40, version: 42 });
    expect(new Set((after as { guests: string[] }).guests).size).toBe(40);
  });
});

describe('validate', () => {
  test('a new value has to be as its field demands, an old one may stay', async () => {
    const project = await open();
    await send(project, newConcert('code: "AB-1"'));
    const refused = (field: string, more: object = {}) => ({
      code: 'VALUE_INVALID',
      entity: 'Concert',
      field,
      argument: `input.${field}`,
      ...more,
    });
    const change = (input: string) => refusal(project, `changeConcert(id: "c", input: { ${input} })`);
    expect(await change('title: ""')).toEqual(refused('title', { min: 1 }));
    expect(await change(`title: "${'😀'.repeat(81)}"`)).toEqual(refused('title', { max: 80 }));
    await send(project, `changeConcert(id: "c", input: { title: "${'😀'.repeat(80)}" })`);
    for (const code of ['AB-', 'xAB-1', 'AB-1 ', 'AB-1\\n'])
      expect(await change(`code: "${code}"`)).toEqual(refused('code'));
    expect(await change('code: "AB-1234567890"')).toEqual(refused('code', { max: 12 }));
    expect(await change('seatsLeft: -1')).toEqual(refused('seatsLeft', { min: 0 }));
    expect(await change('contact: "nobody"')).toEqual(refused('contact'));
    expect(await refusal(project, 'tag(id: "c", tags: ["1","2","3","4","5"], genre: "g")')).toEqual({
      code: 'VALUE_INVALID',
      entity: 'Concert',
      field: 'tags',
      max: 4,
    });
    const dead = newConcert('code: "x"').replace('"c"', '"d"');
    expect(await refusal(project, dead)).toEqual(refused('code'));
    // What has no value is not looked at.
    await send(project, 'changeConcert(id: "c", input: { code: null, contact: "a@b" })');
    // A rule says what is wrong in its own words.
    const { errors } = await project.ask(
      'mutation { changeConcert(id: "c", input: { title: "T", contact: "x" }) { id } }',
    );
    expect(errors?.[0]?.message).toBe('T has no address to write to.');
  });

  test('a record from before a demand can still be changed otherwise', async () => {
    const project = await open();
    await send(project, newConcert('code: "AB-1"'));
    await project.database.session().write(concertWrites.update({ id: 'c' }, { seatsLeft: 7 }));
    // As another program stored it.
    const { Items: [item] = [] } = await project.documents.send(
      new ScanCommand({ TableName: project.tableName('hall') }),
    );
    await project.documents.send(
      new PutCommand({ TableName: project.tableName('hall'), Item: { ...item, code: 'old', seatsLeft: -4 } }),
    );
    expect(await send(project, 'changeConcert(id: "c", input: { title: "new" })')).toMatchObject({
      code: 'old',
      title: 'new',
    });
    expect(await refusal(project, 'count(id: "c", by: 2147483647)')).toBeUndefined();
  });
});

describe('add, append, remove', () => {
  test('values go on from those there are; what is absent changes nothing', async () => {
    const project = await open();
    await send(project, newConcert('price: 0.1'));
    expect(await send(project, 'count(id: "c", by: 2, raise: 0.2)')).toMatchObject({
      sold: 2,
      price: 0.3,
      visits: 1,
    });
    expect(await send(project, 'count(id: "c", by: null)')).toMatchObject({ sold: 2, price: 0.3, visits: 2 });
    expect(await send(project, 'tag(id: "c", tags: ["b", "a", "b"], genre: "z")')).toMatchObject({
      tags: ['b', 'a', 'b'],
      genres: ['z'],
    });
    expect(await send(project, 'tag(id: "c", tags: [], genre: "a")')).toMatchObject({ genres: ['a', 'z'] });
    expect(await send(project, 'tag(id: "c", tags: [], genre: "a")')).toMatchObject({ genres: ['a', 'z'] });
    expect(await send(project, 'untag(id: "c", tag: "b", genres: ["z", "none"])')).toMatchObject({
      tags: ['a'],
      genres: ['a'],
    });
    expect(await send(project, 'untag(id: "c", tag: "none")')).toMatchObject({ tags: ['a'], genres: ['a'] });
  });

  test('an Int stays within its range', async () => {
    const project = await open();
    await send(project, newConcert(''));
    const beyond = { code: 'VALUE_INVALID', field: 'sold', path: 'sold', argument: 'by' };
    expect(await send(project, 'count(id: "c", by: 2147483647)')).toMatchObject({ sold: 2_147_483_647 });
    expect(await refusal(project, 'count(id: "c", by: 1)')).toEqual(beyond);
    await send(project, 'count(id: "c", by: -2147483648)');
    await send(project, 'count(id: "c", by: -2147483647)');
    expect(await refusal(project, 'count(id: "c", by: -1)')).toEqual(beyond);
  });

  test('a rule’s values are taken beside what is computed', async () => {
    const project = await open();
    await send(project, newConcert(''));
    expect(await send(project, 'reviewConcert(id: "c")')).toMatchObject({
      title: 'Così!',
      note: 'reviewed',
      visits: 1,
    });
  });

  test('an upsert begins with nothing', async () => {
    const project = await open();
    const fields = '{ value uses log version }';
    const count = 'countSetting(name: "n", by: 3, line: "x")';
    expect(await send(project, count, fields)).toEqual({ value: 'unset', uses: 3, log: ['x'], version: 1 });
    expect(await send(project, count, fields)).toEqual({
      value: 'unset',
      uses: 6,
      log: ['x', 'x'],
      version: 2,
    });
  });
});

describe('set, clear, leave alone', () => {
  test('absent leaves alone, null clears, and is refused where there is always a value', async () => {
    const project = await open();
    await send(project, newConcert('code: "AB-1"'));
    expect(await send(project, 'changeConcert(id: "c", input: { note: "n" })')).toMatchObject({
      code: 'AB-1',
      note: 'n',
    });
    expect(await send(project, 'changeConcert(id: "c", input: { code: null })')).toMatchObject({
      code: null,
      note: 'n',
    });
    const { errors } = await project.ask(
      'mutation { it: changeConcert(id: "c", input: { title: null }) { id } }',
    );
    expect(errors).toEqual([
      {
        message: 'title cannot be null.',
        path: ['it'],
        extensions: { code: 'VALUE_INVALID', field: 'title', path: 'title', argument: 'input.title' },
      },
    ]);
    // `set` clears too.
    expect(await send(project, 'openConcert(id: "c")')).toMatchObject({ note: null, title: 'Così' });
    expect(await refusal(project, 'changeConcert(id: "c", input: {}, version: 1)')).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
  });

  test('a put replaces whole, and keeps what is written once', async () => {
    let now = start;
    const project = await open(() => now);
    const fields = '{ name value note uses log madeBy createdAt version }';
    const put = (input: string) => send(project, `putSetting(input: { name: "n", ${input} })`, fields);
    expect(await put('value: "v", note: "x", uses: 2')).toMatchObject({ value: 'v', note: 'x', version: 1 });
    await send(project, 'countSetting(name: "n", by: 1, line: "l")', fields);
    now = new Date('2026-06-01T00:00:00.000Z');
    expect(await put('note: "y"')).toEqual({
      name: 'n',
      value: 'unset',
      note: 'y',
      uses: null,
      log: null,
      madeBy: null,
      createdAt: start.toISOString(),
      version: 3,
    });
    const stale = 'putSetting(input: { name: "n" }, version: 1)';
    expect(await refusal(project, stale, fields)).toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await refusal(project, 'putSetting(input: { name: "m" }, version: 1)', fields)).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
  });
});

describe('touch', () => {
  const fields = '{ id holder note expiresAt version }';
  const issue = 'issuePass(input: { id: "p", holder: "Ada", note: "n", expiresAt: "2026-05-02T00:00:00Z" })';
  const expiries = async (project: Project) => {
    const { Items = [] } = await project.documents.send(
      new ScanCommand({ TableName: project.tableName('hall') }),
    );
    return Items.map(({ ttl }) => new Date(Number(ttl) * 1000).toISOString());
  };

  test('moves the time of expiry, of what guards its unique values too, and nothing else', async () => {
    let now = start;
    const project = await open(() => now);
    const issued = await send(project, issue, fields);
    const keep = 'keepPass(id: "p", holder: "ADA", expiresAt: "2026-05-03T02:00:00+02:00")';
    expect(await send(project, keep, fields)).toEqual({
      ...issued,
      expiresAt: '2026-05-03T00:00:00.000Z',
      version: 2,
    });
    expect(await expiries(project)).toEqual(['2026-05-03T00:00:00.000Z', '2026-05-03T00:00:00.000Z']);
    expect(await refusal(project, keep.replace('ADA', 'Bob'), fields)).toMatchObject({ guard: 'valid' });
    now = new Date('2026-05-02T12:00:00.000Z');
    expect(await send(project, 'renewPass(id: "p")', fields)).toMatchObject({
      expiresAt: '2026-06-01T12:00:00.000Z',
    });
    expect(await expiries(project)).toEqual(['2026-06-01T12:00:00.000Z', '2026-06-01T12:00:00.000Z']);
  });

  test('what has expired is gone', async () => {
    let now = start;
    const project = await open(() => now);
    await send(project, issue, fields);
    now = new Date('2026-05-02T00:00:00.000Z');
    expect(await refusal(project, 'renewPass(id: "p")', fields)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(project, 'renewPass(id: "none")', fields)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('movable', () => {
  const fields = '{ site slug title createdAt version }';
  const write = (slug: string, title: string, more = '') =>
    `writePage(input: { site: "s", slug: "${slug}", title: "${title}"${more} })`;
  const move = (from: string, to: string) => `movePage(site: "s", slug: "${from}", input: { slug: "${to}" })`;
  const slugs = async (project: Project) =>
    ((await project.data('{ pages(site: "s") { slug title } }')).pages as { slug: string }[]).map(
      ({ slug }) => slug,
    );

  test('a record moves to its new key, with its unique value', async () => {
    const project = await open();
    const page = await send(project, write('a', 'A'), fields);
    expect(await send(project, move('a', 'b'), fields)).toEqual({ ...page, slug: 'b', version: 2 });
    expect(await slugs(project)).toEqual(['b']);
    expect(await refusal(project, move('a', 'c'), fields)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(project, write('c', 'A'), fields)).toMatchObject({ code: 'UNIQUE_VIOLATION' });
    // Nothing is left under the old key, and the place is free.
    await send(project, write('a', 'A2'), fields);
    expect(
      await send(project, 'movePage(site: "s", slug: "b", input: { title: "B" })', fields),
    ).toMatchObject({
      slug: 'b',
      title: 'B',
      version: 3,
    });
    await send(project, write('c', 'A'), fields);
    const { errors } = await project.ask(
      `mutation { it: movePage(site: "s", slug: "b", input: { slug: null }) { slug } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'VALUE_INVALID',
      field: 'slug',
      argument: 'input.slug',
    });
  });

  test('a key that is taken stays its record’s', async () => {
    const project = await open();
    await send(project, write('a', 'A'), fields);
    await send(project, write('b', 'B'), fields);
    expect(await refusal(project, move('a', 'b'), fields)).toEqual({
      code: 'ALREADY_EXISTS',
      entity: 'Page',
    });
    // Both speak against it: the record itself comes first.
    const both = 'movePage(site: "s", slug: "a", input: { slug: "b", title: "B" })';
    expect(await refusal(project, both, fields)).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await slugs(project)).toEqual(['a', 'b']);
  });

  test('of many who move to one key, one arrives', async () => {
    const project = await open();
    const names = Array.from({ length: 12 }, (_, at) => `p${at}`);
    await Promise.all(names.map((name) => send(project, write(name, name), fields)));
    const codes = await Promise.all(
      names.map(async (name) => {
        const { errors } = await project.ask(`mutation { it: ${move(name, 'x')} { slug } }`);
        return errors?.[0]?.extensions.code ?? 'moved';
      }),
    );
    expect(codes.sort()).toEqual([...Array.from({ length: 11 }, () => 'ALREADY_EXISTS'), 'moved']);
    expect(await slugs(project)).toHaveLength(12);
  });

  test('an expired record that is still there makes room', async () => {
    let now = start;
    const project = await open(() => now);
    await send(project, write('b', 'B', ', hiddenAt: "2026-05-02T00:00:00Z"'), fields);
    await send(project, write('a', 'A'), fields);
    now = new Date('2026-05-03T00:00:00.000Z');
    expect(await send(project, move('a', 'b'), fields)).toMatchObject({ slug: 'b', title: 'A' });
    // What the expired one held is free.
    await send(project, 'movePage(site: "s", slug: "b", input: { title: "B" })', fields);
    await send(project, write('a', 'A'), fields);
    expect(await slugs(project)).toEqual(['a', 'b']);
  });

  test('a session knows where a record went', async () => {
    const project = await open();
    const db = project.database.session();
    await db.write(pageWrites.create({ site: 's', slug: 'a', title: 'A' }));
    const loaders = createLoaders(db);
    await loaders.page.load({ site: 's', slug: 'a' });
    await db.write(pageWrites.update({ site: 's', slug: 'a' }, { slug: 'b' }));
    expect(await loaders.page.load({ site: 's', slug: 'a' })).toBeNull();
    expect(await loaders.page.load({ site: 's', slug: 'b' })).toMatchObject({ title: 'A' });
  });
});
