import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/many-to-many/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/many-to-many/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/many-to-many/generated/schema.js';
import { tables } from '../fixtures/ok/many-to-many/generated/tables.js';
import {
  courseWrites,
  enrolmentWrites,
  guestPassWrites,
  studentWrites,
} from '../fixtures/ok/many-to-many/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const clock = new Date('2026-06-01T00:00:00.000Z');
const students = ['s1', 's2', 's#3'];
const courses = Array.from({ length: 40 }, (_, at) => `c${String(at).padStart(2, '0')}`);
const number = (course: string) => Number(course.slice(1));
const since = (course: string) => new Date(Date.UTC(2026, 0, 1 + number(course))).toISOString();
/** Students take every, every second, every third course. */
const taken = students.flatMap((studentId, at) =>
  courses
    .filter((course) => number(course) % (at + 1) === 0)
    .map((courseId) => ({ studentId, courseId, since: since(courseId), grade: at === 1 ? null : at + 0.5 })),
);
/** Every fourth pass has run out; DynamoDB may take two days to remove it. */
const passes = courses.map((courseId) => ({
  studentId: 's1',
  courseId,
  since: since(courseId),
  until:
    number(courseId) % 4 === 0
      ? '2026-05-31T00:00:00.000Z'
      : number(courseId) % 4 === 1
        ? null
        : '2027-01-01T00:00:00.000Z',
}));
const isLive = ({ until }: { readonly until: string | null }) => until === null || new Date(until) > clock;

beforeAll(async () => {
  served = await serve(
    { typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders },
    { now: () => clock },
  );
  const { unwritten } = await served.database
    .session()
    .putAll([
      ...students.map((id) => studentWrites.create({ id, name: id })),
      ...courses.map((id) => courseWrites.create({ id, title: `Course ${id}` })),
      ...taken.map((one) => enrolmentWrites.create(one)),
      ...passes.map((one) => guestPassWrites.create(one)),
    ]);
  expect(unwritten).toEqual([]);
});

const own = `query ($id: ID!, $first: Int, $last: Int, $before: String) {
  student(id: $id) { courses(first: $first, last: $last, before: $before) {
    edges { node { id } since grade } nodes { title } pageInfo { hasPreviousPage startCursor }
  } }
}`;

const ownOf = (student: string) =>
  taken
    .filter(({ studentId }) => studentId === student)
    .map(({ courseId, since, grade }) => ({ node: { id: courseId }, since, grade }));

interface Courses {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly title: string }[];
  readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string | null };
}

async function page(query: string, variables: Record<string, unknown>, field = 'courses'): Promise<Courses> {
  const { student } = await served.ask(query, variables);
  return (student as Record<string, Courses>)[field] as Courses;
}

test.each(students)('the courses of %s, backwards, with what the enrolment says on the edges', async (id) => {
  const edges: unknown[] = [];
  let before: string | null = null;
  for (let more = true; more; ) {
    const { edges: some, nodes, pageInfo }: Courses = await page(own, { id, last: 6, before });
    expect(nodes).toEqual(some.map(({ node }) => ({ title: `Course ${node.id}` })));
    // The student is read beside the enrolments, by itself or with the courses.
    expect(served.operations.filter((operation) => operation !== 'GetItem')).toEqual([
      'Query',
      'BatchGetItem',
    ]);
    expect(served.steps).toBeLessThanOrEqual(2);
    edges.unshift(...some);
    more = pageInfo.hasPreviousPage;
    before = pageInfo.startCursor;
  }
  expect(edges).toEqual(ownOf(id));
});

test('a pass that has run out leads nowhere, even before DynamoDB removes it', async () => {
  const guest = `query ($direction: SortDirection, $from: DateTime, $until: DateTime) {
    student(id: "s1") { guestCourses(direction: $direction, from: $from, until: $until, first: 100) {
      edges { node { id } grade }
    } }
  }`;
  for (const [direction, from, until] of [
    ['ASC', null, null],
    ['DESC', since('c03'), since('c30')],
    [null, null, since('c02')],
  ] as const) {
    const { edges } = await page(guest, { direction, from, until }, 'guestCourses');
    const answer = passes
      .filter((one) => isLive(one) && (!from || one.since >= from) && (!until || one.since < until))
      .map(({ courseId }) => ({ node: { id: courseId }, grade: null }));
    expect(edges).toEqual(direction === 'DESC' ? answer.reverse() : answer);
  }
});

test('the students of a course, by the entry; its number and whether there is one need no record', async () => {
  const ask = `query ($id: ID!) { course(id: $id) { isTaken studentCount students { edges { node { name } since } } } }`;
  for (const id of ['c00', 'c01', 'c02', 'c03', 'none']) {
    const of = taken
      .filter(({ courseId }) => courseId === id)
      .sort((a, b) => (a.studentId < b.studentId ? -1 : 1));
    const { course } = await served.ask(ask, { id });
    expect(course).toEqual(
      id === 'none'
        ? null
        : {
            isTaken: true,
            studentCount: of.length,
            students: { edges: of.map(({ studentId, since }) => ({ node: { name: studentId }, since })) },
          },
    );
  }
  await served.ask('{ course(id: "c01") { isTaken studentCount } }');
  expect(served.operations).toEqual(['Query', 'Query', 'GetItem']);
});

test('the newest over all shards, each student read once', async () => {
  const newest = [...taken]
    .sort((a, b) => (`${b.since} ${b.studentId}` < `${a.since} ${a.studentId}` ? -1 : 1))
    .slice(0, 5);
  expect(await served.ask('{ newest { id } }')).toEqual({
    newest: newest.map(({ studentId }) => ({ id: studentId })),
  });
  expect(served.operations).toEqual(['Query', 'Query', 'Query', 'BatchGetItem']);
});

test('an enrolment that ends is gone both ways', async () => {
  await served.database.session().write(enrolmentWrites.delete({ studentId: 's1', courseId: 'c01' }));
  const { course } = await served.ask('{ course(id: "c01") { isTaken studentCount } }');
  expect(course).toEqual({ isTaken: false, studentCount: 0 });
  const { edges } = await page(own, { id: 's1', first: 100 });
  expect(edges).toEqual(ownOf('s1').filter(({ node }) => node.id !== 'c01'));
});
