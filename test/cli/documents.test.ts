import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DocumentsOptions, documentsVerb } from '../../src/cli/commands/documents.js';
import { libraryProject, type Printed, type Project, printed } from './project.js';

const operations = `query Book($isbn: ID!) { book(isbn: $isbn) { ...Title } }

# Not in the same document as the query.
mutation Lend($isbn: ID!) {
  lend(isbn: $isbn, reader: "Ada") { ...Title }
}

fragment Title on Book { title }
`;
const book = `query Book($isbn: ID!) {
  book(isbn: $isbn) {
    ...Title
  }
}

fragment Title on Book {
  title
}`;

function project(): Project & {
  readonly documents: (files?: readonly string[], options?: Partial<DocumentsOptions>) => Promise<Printed>;
  readonly written: (path?: string) => Record<string, string>;
} {
  const library = libraryProject();
  library.write('operations/books.graphql', operations);
  const { folder } = library;
  return {
    ...library,
    documents: (files = [], options = {}) =>
      printed(() =>
        documentsVerb(
          files.map((file) => join(folder, file)),
          { root: folder, config: 'codegen.ts', ...options },
        ),
      ),
    written: (path = 'operations/documents.json') => JSON.parse(readFileSync(join(folder, path), 'utf8')),
  };
}

describe('documents', () => {
  test('writes each operation with its fragments under the SHA-256 of its text, and the same the next time', async () => {
    const { documents, written } = project();
    const first = await documents();
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^sha256:[\da-f]{64} {2}(Book|Lend) {2}operations\/books.graphql$/m);
    expect(first.out).toContain('wrote operations/documents.json\n');
    const found = written();
    expect(Object.values(found)).toContain(book);
    expect(Object.keys(found)).toHaveLength(2);
    expect(Object.keys(found)).toEqual(Object.keys(found).toSorted());
    for (const [id, text] of Object.entries(found))
      expect(id).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    expect((await documents()).out).toContain('unchanged operations/documents.json\n');
  });

  test('reads the files that are named, writes where it is told to, and prints JSON', async () => {
    const { documents, written, write, folder } = project();
    write('app/one.graphql', '{ book(isbn: 1) { title } }\n');
    const { code, out } = await documents(['app/one.graphql'], { out: 'app/documents.json', json: true });
    expect(code).toBe(0);
    const text = '{\n  book(isbn: 1) {\n    title\n  }\n}';
    const [id] = Object.keys(written('app/documents.json'));
    expect(JSON.parse(out)).toEqual([{ id, text, name: null, path: 'app/one.graphql' }]);
    expect(existsSync(join(folder, 'operations/documents.json'))).toBe(false);
  });

  test('says where a document does not fit, and writes nothing', async () => {
    const { documents, write, folder } = project();
    write('operations/books.graphql', '{ book(isbn: 1) { titel } }\n');
    const { code, err } = await documents();
    expect(code).toBe(1);
    expect(err).toContain(
      'operations/books.graphql:1:19: error[operation-invalid]: Cannot query field "titel"',
    );
    expect(existsSync(join(folder, 'operations/documents.json'))).toBe(false);
  });

  test('says so where there are none', async () => {
    const { folder } = libraryProject();
    expect(await printed(() => documentsVerb([], { root: folder, config: 'codegen.ts' }))).toMatchObject({
      code: 2,
      err: expect.stringContaining('operations/ contains no document.'),
    });
  });

  test('that are committed are held to the operations by `check`', async () => {
    const { documents, explain, run, edit } = project();
    await run('generate');
    await explain([], { record: true });
    await documents();
    expect((await run('check')).code).toBe(0);
    edit('operations/books.graphql', (text) => text.replace('query Book', 'query Other'));
    await explain([], { record: true });
    expect(await run('check')).toMatchObject({
      code: 1,
      err: `operations/documents.json: error[documents-stale]: The trusted documents are out of date.
  hint: Run \`tableloom documents\` and commit what it writes.

1 error
`,
    });
    await documents();
    expect((await run('check')).code).toBe(0);
  });
});
