/** Part E of the design on a real engine, held against an oracle in memory: tenants who see nothing of each other. */

import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dice } from '../../test/support/dice.js';
import {
  awkwardTexts,
  by,
  type ExampleServer,
  expectConnection,
  moments,
} from '../../test/support/examples.js';
import { runs } from '../../test/support/runs.js';
import {
  certificateWrites,
  courseWrites,
  enrollmentWrites,
  learnerWrites,
  lessonWrites,
  organizationWrites,
  progressWrites,
} from './generated/writes.js';
import { openPlatform } from './test/server.js';

const dice = new Dice(59);

/** Each could be taken for the beginning of another's key. */
const tenantIds = [
  '',
  '#',
  'a',
  'a#',
  'a#USER',
  'a#USER#u',
  'a#COURSE#c',
  'a#USERS',
  '$S',
  'TENANT#a',
  '😀',
] as const;
const userIds = ['', '#', 'u', 'u#COURSE#c', 'USER#u', '日本', '$S'] as const;
const courseIds = ['', '#', 'c', 'c#DETAILS', 'COURSE#c', 'u', '😀'] as const;
const positions = [0, 1, 2, 9, 10, 11, 99, 100, 9999] as const;
const places = tenantIds.flatMap((tenantId) =>
  userIds.flatMap((userId) => courseIds.map((courseId) => ({ tenantId, userId, courseId }))),
);
const some = (every: number) => places.filter(() => dice.below(every) === 0);
const once = <R extends object>(records: readonly R[], ...key: (keyof R)[]): R[] => [
  ...new Map(records.map((one) => [JSON.stringify(key.map((field) => one[field])), one])).values(),
];

const organizations = tenantIds.map((tenantId) => ({ tenantId, name: dice.of(awkwardTexts), version: 1 }));
const learners = once(places, 'tenantId', 'userId').map(({ tenantId, userId }) => ({
  tenantId,
  userId,
  name: dice.of(awkwardTexts),
  version: 1,
}));
const courses = once(places, 'tenantId', 'courseId').map(({ tenantId, courseId }) => ({
  tenantId,
  courseId,
  title: dice.of(awkwardTexts),
  version: 1,
}));
const enrollments = once(
  [...places, ...some(3)].map((one) => ({
    ...one,
    enrolledAt: dice.of(moments),
    status: dice.of(['ACTIVE', '']),
    version: 1,
  })),
  'tenantId',
  'userId',
  'courseId',
  'enrolledAt',
);
const lessons = courses.flatMap(({ tenantId, courseId }) =>
  positions.flatMap((position) =>
    ['', '#', 'l'].slice(0, dice.below(4)).map((lessonId) => ({
      tenantId,
      courseId,
      position,
      lessonId,
      title: dice.of(awkwardTexts),
      version: 1,
    })),
  ),
);
const progress = once(
  places.flatMap((one) =>
    Array.from({ length: dice.below(4) }, () => ({
      ...one,
      lessonId: dice.of(['', '#', 'l', 'l#2']),
      date: dice.of(moments),
      percent: dice.below(101),
      version: 1,
    })),
  ),
  'tenantId',
  'userId',
  'courseId',
  'lessonId',
  'date',
);
const certificates = some(2).map((one) => ({
  ...one,
  issuedAt: dice.of(moments),
  grade: dice.maybe(['A', '']),
}));

let server: ExampleServer;
beforeAll(async () => {
  server = await openPlatform();
  await server.load([
    ...organizations.map((one) => organizationWrites.create(one)),
    ...learners.map((one) => learnerWrites.create(one)),
    ...courses.map((one) => courseWrites.create(one)),
    ...enrollments.map((one) => enrollmentWrites.create(one)),
    ...lessons.map((one) => lessonWrites.create(one)),
    ...progress.map((one) => progressWrites.create(one)),
    ...certificates.map((one) => certificateWrites.create(one)),
  ]);
});
afterAll(() => server.close());

const asks = (usual: number) => Array.from({ length: runs(usual) }, () => dice.of(places));

test('E1 to E3: organization, learner, course by tenant and id', async () => {
  for (const one of organizations)
    expect(await server.ask('organization', { tenantId: one.tenantId })).toEqual(one);
  for (const one of learners)
    expect(await server.ask('learner', { tenantId: one.tenantId, userId: one.userId })).toEqual(one);
  for (const one of courses)
    expect(await server.ask('course', { tenantId: one.tenantId, courseId: one.courseId })).toEqual(one);
  expect(await server.ask('learner', { tenantId: 'a', userId: 'u#USER#u' })).toBeNull();
});

test('E4: how many enrollments a course has, by one get', async () => {
  for (const { tenantId, courseId } of courses) {
    const own = enrollments.filter((one) => one.tenantId === tenantId && one.courseId === courseId);
    expect(await server.ask('enrolled', { tenantId, courseId })).toBe(own.length);
    expect(server.operations).toEqual(['GetItem']);
  }
});

test('E2 and E3: learners and courses of a tenant', async () => {
  for (const tenantId of [...tenantIds, 'none']) {
    const ofTenant = (one: { readonly tenantId: string }) => one.tenantId === tenantId;
    await expectConnection(
      server,
      'learners',
      { tenantId },
      learners.filter(ofTenant).sort(by('userId')),
      dice,
    );
    const titled = courses.filter(ofTenant).sort(by('title', 'courseId'));
    await expectConnection(server, 'courses', { tenantId }, titled, dice);
  }
});

test.each([
  ['E4: enrollments', 'enrollments', enrollments, 'enrolledAt'],
  ['E7: certificates', 'certificates', certificates, 'issuedAt'],
] as const)('%s of a learner, or of a learner and course', async (_, field, records, at) => {
  for (const { tenantId, userId, courseId } of asks(40)) {
    const asked = dice.maybe([courseId], 2);
    const right = (records as readonly (typeof places)[number][])
      .filter(
        (one) =>
          one.tenantId === tenantId && one.userId === userId && (asked === null || one.courseId === asked),
      )
      .sort(by('courseId', at));
    await expectConnection(server, field, { tenantId, userId, courseId: asked }, right, dice);
  }
});

test('E5: lessons of a course in their order, 10 after 2; from one to another', async () => {
  for (const { tenantId, courseId } of asks(40)) {
    const [from, to] = [dice.maybe(positions, 2), dice.maybe(positions, 2)];
    const right = lessons
      .filter(
        (one) =>
          one.tenantId === tenantId &&
          one.courseId === courseId &&
          (from === null || one.position >= from) &&
          (to === null || one.position <= to),
      )
      .sort(by('position', 'lessonId'));
    await expectConnection(server, 'lessons', { tenantId, courseId, from, to }, right, dice);
  }
  for (const { version, title, ...key } of lessons.slice(0, 60))
    expect(await server.ask('lesson', key)).toEqual({ ...key, title, version });
  const tenth = { tenantId: 't', courseId: 'c', lessonId: 'l', title: '' };
  expect(await server.codeOf('createLesson', { input: { ...tenth, position: 1 } })).toBe('REFERENCE_MISSING');
  await server.ask('createCourse', { input: { tenantId: 't', courseId: 'c', title: '' } });
  for (const position of [10, 2]) await server.ask('createLesson', { input: { ...tenth, position } });
  const page = await server.page('lessons', { tenantId: 't', courseId: 'c', first: 5 });
  expect(page.nodes.map(({ position }) => position)).toEqual([2, 10]);
  expect(await server.codeOf('createLesson', { input: { ...tenth, position: 10_000 } })).toBe('KEY_INVALID');
});

test('E6: progress of a learner in a course, or in a lesson', async () => {
  for (const { tenantId, userId, courseId } of asks(40)) {
    const lessonId = dice.maybe(['', '#', 'l', 'l#2'], 2);
    const right = progress
      .filter(
        (one) =>
          one.tenantId === tenantId &&
          one.userId === userId &&
          one.courseId === courseId &&
          (lessonId === null || one.lessonId === lessonId),
      )
      .sort(by('lessonId', 'date'));
    await expectConnection(server, 'progress', { tenantId, userId, courseId, lessonId }, right, dice);
  }
});

describe('tenants', () => {
  test('all that is of one tenant is found by it, and nothing else', async () => {
    let found = 0;
    for (const tenantId of tenantIds) {
      for (const userId of userIds) {
        const own = enrollments.filter((one) => one.tenantId === tenantId && one.userId === userId);
        const nodes = await server.walk('enrollments', { tenantId, userId }, 100);
        expect(nodes).toHaveLength(own.length);
        for (const one of nodes) expect([one.tenantId, one.userId]).toEqual([tenantId, userId]);
        found += nodes.length;
      }
    }
    expect(found).toBe(enrollments.length);
  });

  test('every partition key of every record begins with its tenant, and ends it', async () => {
    const scope = new Map<string, Set<string>>();
    for (const item of await storedItems(server)) {
      // How many lessons or enrollments a course has: a number beside the records, with the tenant in its key.
      if (item._counts !== undefined) continue;
      for (const name of ['PK', 'GSI1PK']) {
        const key = item[name];
        if (key === undefined) continue;
        const [head, tenant] = String(key).split('#');
        expect(head).toBe('TENANT');
        const owners = scope.get(tenant ?? '') ?? new Set();
        scope.set(tenant ?? '', owners.add(String(item.tenantId)));
      }
    }
    for (const [, owners] of scope) expect(owners.size).toBe(1);
    expect(scope.size).toBeGreaterThanOrEqual(tenantIds.length);
  });

  test('a cursor of one tenant is none of another', async () => {
    const { endCursor } = await server.page('learners', { tenantId: 'a', first: 2 });
    const asked = { first: 2, after: endCursor };
    expect(await server.codeOf('learners', { tenantId: 'a', ...asked })).toBeUndefined();
    expect(await server.codeOf('learners', { tenantId: 'a#USER', ...asked })).toBe('BAD_CURSOR');
  });
});

async function storedItems({ client, tableName }: ExampleServer) {
  const documents = DynamoDBDocumentClient.from(client);
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({ TableName: tableName('learning'), ...(start && { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

test('what is written by a client is there', async () => {
  const key = { tenantId: 'new#', userId: 'u#', courseId: 'c#' };
  const puts = [
    ['createOrganization', { tenantId: 'new#', name: '' }],
    ['createLearner', { tenantId: 'new#', userId: 'u#', name: '' }],
    ['createCourse', { tenantId: 'new#', courseId: 'c#', title: '' }],
    ['enroll', { ...key, enrolledAt: moments[6], status: '' }],
    ['recordProgress', { ...key, lessonId: '#', date: moments[6], percent: 100 }],
    ['issueCertificate', { ...key, issuedAt: moments[6], grade: null }],
  ] as const;
  for (const [field, input] of puts) {
    expect(await server.ask(field, { input })).toMatchObject(input);
    expect(await server.codeOf(field, { input })).toBe('ALREADY_EXISTS');
  }
  expect(await server.walk('progress', key, 5)).toMatchObject([{ percent: 100 }]);
});

test('a course goes with its lessons, unless somebody is enrolled in it', async () => {
  const course = { tenantId: 'new', courseId: '#' };
  const learner = { tenantId: 'new', userId: 'u' };
  const enrollment = { ...course, userId: 'u', enrolledAt: moments[0], status: '' };
  expect(await server.codeOf('enroll', { input: enrollment })).toBe('REFERENCE_MISSING');
  await server.ask('createCourse', { input: { ...course, title: 'One' } });
  expect(await server.codeOf('enroll', { input: enrollment })).toBe('REFERENCE_MISSING');
  await server.ask('createLearner', { input: { ...learner, name: '' } });
  for (let position = 1; position <= 120; position++)
    await server.ask('createLesson', { input: { ...course, position, lessonId: 'l', title: '' } });
  await server.ask('enroll', { input: enrollment });
  expect(await server.codeOf('removeCourse', course)).toBe('REFERENCED');
  expect(await server.walk('lessons', course, 50)).toHaveLength(120);
  await server.database.session().write(enrollmentWrites.delete(enrollment));
  expect(await server.ask('removeCourse', course)).toMatchObject({ title: 'One' });
  expect(await server.walk('lessons', course, 50)).toEqual([]);
  expect(await server.codeOf('removeCourse', course)).toBe('NOT_FOUND');
});
