import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/generator/plan/types/plan.js';
import { libraryProject, type Project } from './project.js';

const document = `query Two($first: ID!, $second: ID!) {
  book(isbn: $first) { title }
  other: book(isbn: $second) { title }
  recommended { title }
}

mutation Lend($isbn: ID!) {
  lend(isbn: $isbn, reader: "Ada") { title }
}
`;

/** A library whose rules say what they ask, with two operations. */
function project(): Project {
  const library = libraryProject();
  library.edit('access-patterns.yaml', (text) =>
    text
      .replace('reader: { in: access }', 'reader: { in: access, gets: 1, once: viewer }')
      .replace('librarian: { in: access }', 'librarian: { in: access, gets: 1, once: viewer }')
      .replace('lending: { in: books }', 'lending: { in: books, requests: 0 }'),
  );
  library.write('operations/books.graphql', document);
  return library;
}

describe('explain', () => {
  test('prints the tree of each operation', async () => {
    const { explain } = project();
    expect(await explain(['operations/books.graphql'])).toEqual({
      code: 0,
      err: '',
      out: `query Two: 2 requests, 2 steps, 1.5 read units
plus undeclared requests of recommended

                       times  step  requests  read units
  Query.book              ×1     2         1         0.5  1 key of Book
  └ rule reader           ×1     1         1         0.5  reads \`viewer\`, once per operation
  Query.book as other     ×1     2         0         0.5  1 key of Book
  Query.recommended       ×1     1         0           0  a rule that does not declare its requests

mutation Lend: 3 requests, 3 steps, 1.5 read units

                    times  step  requests  read units
  Mutation.lend        ×1     2         2           1  reads Book, then writes all at once
  └ rule librarian     ×1     1         1         0.5  reads \`viewer\`, once per operation
`,
    });
  });

  test('takes the values of variables, as text and from a file', async () => {
    const { explain, write, folder } = project();
    const variables = JSON.stringify({ first: 'a', second: 'a' });
    write('variables.json', variables);
    for (const given of [variables, join(folder, 'variables.json')]) {
      const { out } = await explain(['operations/books.graphql'], { operation: 'Two', variables: given });
      expect(out).toContain('already requested');
      expect(out).not.toContain('Lend');
    }
  });

  test('gives JSON', async () => {
    const { explain } = project();
    const { out } = await explain([], { format: 'json', operation: 'Lend' });
    expect(JSON.parse(out)).toEqual([
      {
        operation: 'mutation',
        name: 'Lend',
        usual: { requests: 3, steps: 3, readUnits: 1.5 },
        most: { requests: 3, steps: 3, readUnits: 1.5 },
        unknown: [],
        fields: [
          {
            name: 'Mutation.lend',
            kind: 'mutation',
            path: 'lend',
            times: 1,
            by: 'lend',
            index: null,
            step: 2,
            requests: { usual: 2, most: 2 },
            readUnits: { usual: 1, most: 1 },
            why: 'reads Book, then writes all at once',
            fields: [
              {
                name: 'librarian',
                kind: 'rule',
                path: '',
                times: 1,
                by: 'librarian',
                index: null,
                step: 1,
                requests: { usual: 1, most: 1 },
                readUnits: { usual: 0.5, most: 0.5 },
                why: 'reads `viewer`, once per operation',
                fields: [],
              },
            ],
          },
        ],
      },
    ]);
  });

  test('draws with Mermaid', async () => {
    const { explain } = project();
    const { out } = await explain([], { format: 'mermaid', operation: 'Lend' });
    expect(out).toBe(`flowchart LR
  operation["mutation Lend<br/>3 requests, 3 steps, 1.5 read units"]
  f1["Mutation.lend (lend)<br/>step 2, 2 requests<br/>reads Book, then writes all at once"]
  operation --> f1
  f2["librarian<br/>step 1, 1 request<br/>reads #96;viewer#96;, once per operation"]
  f1 --> f2
`);
  });

  test('prints the plan, and takes no documents with it', async () => {
    const { explain } = project();
    const { code, out } = await explain([], { plan: true });
    const plan = JSON.parse(out) as Plan;
    expect(code).toBe(0);
    expect(plan.entities.map(({ name }) => name)).toEqual(['Book']);
    expect(await explain(['operations/books.graphql'], { plan: true })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('`--plan` explains the project, not operations.'),
    });
  });

  test('says where a document is wrong', async () => {
    const { explain, write } = project();
    write('operations/books.graphql', '{ book(isbn: 1) { titel } }\n');
    expect(await explain([])).toEqual({
      code: 1,
      out: '',
      err: `operations/books.graphql:1:19: error[operation-invalid]: Cannot query field "titel" on type "Book". Did you mean "title"?
  1 | { book(isbn: 1) { titel } }
    |                   ^^^^^

1 error
`,
    });
    write('operations/books.graphql', '{ book(isbn: 1 { title } }\n');
    expect(
      (await explain([])).err,
    ).toBe(`operations/books.graphql:1:16: error[operation-syntax]: Expected Name, found "{".
  1 | { book(isbn: 1 { title } }
    |                ^

1 error
`);
  });

  test.each([
    [
      'an unknown operation',
      ['operations/books.graphql'],
      { operation: 'Three' },
      'has no operation `Three`',
    ],
    ['a file that is not there', ['operations/none.graphql'], {}, 'operations/none.graphql cannot be read'],
    ['an unknown format', [], { format: 'xml' }, '`xml` is not a format'],
    ['variables that are no JSON', [], { variables: '{' }, 'neither a file nor JSON'],
    ['variables that are no object', [], { variables: '[]' }, 'must be a JSON object'],
    ['a budget of what lies elsewhere', ['books.graphql'], { record: true }, 'is not in operations/'],
  ])('tells of %s in one sentence with a hint, exit 2', async (_what, files, options, message) => {
    const { code, err, out } = await project().explain(files, options);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^tableloom: /);
    expect(err).toContain(message);
  });
});

describe('recorded budgets', () => {
  const budget = (folder: string) => readFileSync(join(folder, 'operations/books.budget.txt'), 'utf8');

  test('are written, and then kept to', async () => {
    const { run, explain, folder } = project();
    await run('generate');
    expect((await run('check')).err).toContain('operations/books.budget.txt: error[budget-missing]');
    expect((await explain([], { record: true })).out).toBe('recorded operations/books.budget.txt\n');
    expect(`${budget(folder)}`).toBe((await explain([])).out);
    expect((await explain([], { record: true })).out).toBe('All budgets are recorded.\n');
    expect(await run('check')).toEqual({
      code: 0,
      out: '15 generated files are up to date, 4 rules match, 2 operations are within their budgets.\n',
      err: '',
    });
  });

  test('that rise fail the check, with both trees', async () => {
    const { run, edit, explain } = project();
    await explain([], { record: true });
    edit('access-patterns.yaml', (text) =>
      text.replace('lending: { in: books, requests: 0 }', 'lending: { in: books, requests: 2 }'),
    );
    await run('generate');
    expect(await run('check')).toEqual({
      code: 1,
      out: '',
      err: `operations/books.graphql:7:10: error[budget-raised]: \`mutation Lend\` costs more than its budget: 5 requests, 5 steps, 1.5 read units.
  7 | mutation Lend($isbn: ID!) {
    |          ^^^^
  note: recorded
    mutation Lend: 3 requests, 3 steps, 1.5 read units

                        times  step  requests  read units
      Mutation.lend        ×1     2         2           1  reads Book, then writes all at once
      └ rule librarian     ×1     1         1         0.5  reads \`viewer\`, once per operation
  note: now
    mutation Lend: 5 requests, 5 steps, 1.5 read units

                        times  step  requests  read units
      Mutation.lend        ×1     2         2           1  reads Book, then writes all at once
      ├ rule librarian     ×1     1         1         0.5  reads \`viewer\`, once per operation
      └ rule lending       ×1     3         2           0  2 declared requests
  hint: Make it cheaper, or accept it: run \`tableloom explain --record\` and commit what it writes.

1 error
`,
    });
    expect((await explain([], { record: true })).code).toBe(0);
    expect((await run('check')).code).toBe(0);
  });

  test('that fall, or are of other operations, are to be recorded anew', async () => {
    const { run, edit, explain, folder } = project();
    await run('generate');
    await explain([], { record: true });
    const before = budget(folder);
    edit('operations/books.graphql', (text) => text.replace('  recommended { title }\n', ''));
    const { code, err } = await run('check');
    expect(code).toBe(1);
    expect(
      err,
    ).toBe(`operations/books.budget.txt:2:1: error[budget-stale]: These budgets are out of date. No figure is higher.
  2 | plus undeclared requests of recommended
    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  note: this line would be \`\`
  hint: Run \`tableloom explain --record\` and commit what it writes.

1 error
`);
    await explain([], { record: true });
    expect(budget(folder)).not.toBe(before);
    expect((await run('check')).code).toBe(0);
  });

  test('of no document are found, and deleted', async () => {
    const { run, explain, folder, write } = project();
    await run('generate');
    write('operations/old.budget.txt', 'query Old: 1 request, 1 step, 0.5 read units\n');
    await explain(['operations/books.graphql'], { record: true });
    expect(
      (await run('check')).err,
    ).toBe(`operations/old.budget.txt: error[budget-orphan]: The document of these budgets does not exist.
  hint: Run \`tableloom explain --record\`, which deletes the file.

1 error
`);
    expect((await explain([], { record: true })).out).toBe('deleted operations/old.budget.txt\n');
    expect(existsSync(join(folder, 'operations/old.budget.txt'))).toBe(false);
  });

  test('are not asked for where there are no operations', async () => {
    const { run, folder } = project();
    rmSync(join(folder, 'operations'), { recursive: true });
    await run('generate');
    expect((await run('check')).out).toBe('15 generated files are up to date, 4 rules match.\n');
  });
});
