import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { libraryProject } from './project.js';

describe('generate', () => {
  test('writes what is missing, and says so', async () => {
    const { run, snapshot } = libraryProject();
    const first = await run('generate');
    expect(first.err).toBe('');
    expect(first.code).toBe(0);
    expect(first.out).toContain('created generated/keys.ts\n');
    expect(first.out).toMatch(/created 15, unchanged 0\n$/);
    expect(snapshot().size).toBe(14);
  });

  test('touches no file the second time', async () => {
    const { run, snapshot } = libraryProject();
    await run('generate');
    const before = snapshot();
    expect(await run('generate')).toEqual({ code: 0, out: 'unchanged 15\n', err: '' });
    expect(snapshot()).toEqual(before);
  });

  test('touches the changed files only', async () => {
    const { run, snapshot, edit } = libraryProject();
    await run('generate');
    const before = snapshot();
    edit('schema/library.graphql', (text) => text.replace('title: String!', 'title: String!\n  pages: Int'));
    const { out } = await run('generate');
    const after = snapshot();
    const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
    expect(out.match(/(?<=^changed generated\/).+$/gm)).toEqual(expect.arrayContaining(changed));
    expect(changed).toContain('items.ts');
    expect(changed).not.toContain('tables.ts');
  });

  test('writes the lock beside the declarations, and keeps what it says', async () => {
    const { run, edit, folder } = libraryProject();
    const lock = join(folder, 'access-patterns.lock.json');
    await run('generate');
    const before = readFileSync(lock, 'utf8');
    const byTitle = 'patterns:\n  byTitle: { many: Book, where: { title: $title } }\n';
    edit('access-patterns.yaml', (text) => text.replace('patterns:\n', byTitle));
    expect((await run('generate')).out).toContain('changed access-patterns.lock.json\n');
    expect(readFileSync(lock, 'utf8')).toContain('BOOK_BY_TITLE#{title}');
    edit('access-patterns.yaml', (text) => text.replace(byTitle, 'patterns:\n'));
    expect((await run('generate')).code).toBe(0);
    expect(readFileSync(lock, 'utf8'), 'a draft forgets').toBe(before);

    expect((await run('lock')).out).toContain('access-patterns.lock.json is a draft');
    expect((await run('lock', { seal: true })).out).toContain('access-patterns.lock.json is sealed');
    edit('access-patterns.yaml', (text) => text.replace('patterns:\n', byTitle));
    await run('generate');
    expect((await run('lock')).out).toMatch(/^pending backfill-needed byTitle \(Book\)$/m);
    edit('access-patterns.yaml', (text) => text.replace(byTitle, 'patterns:\n'));
    expect((await run('lock')).err).toContain('Run `tableloom generate` first.');
    await run('generate');
    expect(readFileSync(lock, 'utf8')).toMatch(/"Book: retired slot BOOK_BY_TITLE/);
  });

  test('writes nothing where the lock is not one', async () => {
    const { run, edit, snapshot } = libraryProject();
    await run('generate');
    const before = snapshot();
    edit('access-patterns.lock.json', (text) => text.replace('"sealed"', '<<<<<<< "sealed"'));
    edit('schema/library.graphql', (text) => text.replace('title: String!', 'title: String!\n  pages: Int'));
    const { code, err } = await run('generate');
    expect(code).toBe(1);
    expect(err).toMatch(/^access-patterns\.lock\.json:\d+:\d+: error\[lock-invalid\]/);
    expect(snapshot()).toEqual(before);
  });

  test('warns of a key that a pattern leaves until that is accepted by name, and check refuses it', async () => {
    const { run, edit } = libraryProject();
    const byTitle = (more: string) =>
      `patterns:\n  byTitle: { many: Book, where: { title: $title }${more} }\n`;
    edit('access-patterns.yaml', (text) => text.replace('patterns:\n', byTitle('')));
    await run('generate');
    await run('lock', { seal: true });
    edit('access-patterns.yaml', (text) => text.replace(byTitle(''), byTitle(', shards: 4')));
    expect((await run('generate')).err).toContain('warning[key-moved]: Pattern `byTitle` read');
    const refused = await run('check');
    expect(refused.err).toContain('error[key-moved]: Pattern `byTitle` read');
    expect(refused.code).toBe(1);
    expect((await run('generate', { accept: ['byTitel'] })).err).toContain('These are pending: byTitle.');
    expect((await run('generate', { accept: ['byTitle'] })).err).toBe('');
    expect((await run('check')).err).toBe('');
  });

  test('check --against a commit reports what records stored by then need, until it is accepted', async () => {
    const { run, edit, folder } = libraryProject();
    const git = (...call: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...call], { cwd: folder });
    const commit = (message: string) => {
      git('add', '-A');
      git('commit', '-qm', message);
    };
    const byTitle = (more: string) =>
      `patterns:\n  byTitle: { many: Book, where: { title: $title }${more} }\n`;
    edit('access-patterns.yaml', (text) => text.replace('patterns:\n', byTitle('')));
    git('init', '-q');
    await run('generate');
    commit('draft');
    await run('lock', { seal: true });
    commit('sealed');

    edit('access-patterns.yaml', (text) => text.replace(byTitle(''), byTitle(', shards: 4')));
    await run('generate');
    commit('moved');
    const status = git('status', '--porcelain').toString();
    expect((await run('check', { against: 'HEAD' })).err).toContain('error[key-moved]');
    const compared = await run('check', { against: 'HEAD~1' });
    expect(compared.err.match(/error\[key-moved\]: Pattern `byTitle` read/g)).toHaveLength(1);
    expect(compared.code).toBe(1);
    expect((await run('check', { against: 'HEAD~2' })).err).toContain('warning[key-moved]');
    expect(git('status', '--porcelain').toString()).toBe(status);

    await run('generate', { accept: ['byTitle'] });
    expect(await run('check', { against: 'HEAD~1' })).toMatchObject({ code: 0, err: '' });
    expect((await run('check', { against: 'nowhere' })).err).toContain('There is no commit nowhere');

    // A lock that was deleted and made anew forgot what had been accepted, and that it was sealed.
    rmSync(join(folder, 'access-patterns.lock.json'));
    await run('generate');
    expect((await run('check', { against: 'HEAD~1' })).err).toContain('error[key-moved]');
  });

  test('leaves orphans alone, and deletes them with --prune', async () => {
    const { run, write, snapshot } = libraryProject();
    await run('generate');
    write('generated/old.ts', 'export {};\n');
    expect((await run('generate')).out).toContain('orphan  generated/old.ts');
    expect(snapshot().has('old.ts')).toBe(true);
    expect((await run('generate', { prune: true })).out).toBe(
      'deleted generated/old.ts\ndeleted 1, unchanged 15\n',
    );
    expect(snapshot().has('old.ts')).toBe(false);
  });

  test.each([
    [
      'the declarations',
      'access-patterns.yaml',
      'one: Book',
      'one: Bok',
      'access-patterns.yaml:14:16: error[',
    ],
    [
      'a word of SDL',
      'schema/library.graphql',
      'title: String!',
      'title String!',
      'schema/library.graphql:13:9: error[sdl-syntax]',
    ],
    [
      'a type of the SDL',
      'schema/library.graphql',
      'title: String!',
      'title: Sting!',
      'schema/library.graphql:13:10: error[sdl-invalid]',
    ],
  ])('leaves everything as it is where %s is wrong', async (_what, path, good, bad, printed) => {
    const { run, edit, snapshot } = libraryProject();
    await run('generate');
    const before = snapshot();
    edit(path, (text) => text.replace(good, bad));
    const { code, out, err } = await run('generate');
    expect(err).toContain(printed);
    expect(err).not.toMatch(/^ +at /m);
    expect(err.match(/error\[/g)).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(snapshot()).toEqual(before);
  });
});

describe('check', () => {
  test('is content with what generate wrote, and writes nothing', async () => {
    const { run, snapshot } = libraryProject();
    await run('generate');
    const before = snapshot();
    expect(await run('check')).toEqual({
      code: 0,
      out: '15 generated files are up to date, 4 rules match.\n',
      err: '',
    });
    expect(snapshot()).toEqual(before);
  });

  test('finds stale, missing and orphaned files, and rules that do not fit, each in its place', async () => {
    const { run, write, edit, folder } = libraryProject();
    await run('generate');
    edit('generated/keys.ts', (text) => text.replace("'PK'", "'pk'"));
    rmSync(join(folder, 'generated/tables.ts'));
    write('generated/old.ts', 'export {};\n');
    edit('app/src/rules/books.ts', (text) => text.replace('reader: args.reader', 'reader: 1'));
    edit('app/src/rules/access.ts', (text) => text.replace('const reader', 'const readers'));
    const { code, err } = await run('check');
    expect(code).toBe(1);
    expect(err.match(/^\S+ (error|warning)\[.+?\]/gm)).toEqual([
      'access-patterns.yaml:21:3: error[rule-missing]',
      'app/src/rules/access.ts:4:14: error[rule-orphaned]',
      'app/src/rules/books.ts:5:54: error[rule-mistyped]',
      expect.stringMatching(/^generated\/keys\.ts:\d+:1: error\[generated-stale\]$/),
      'generated/old.ts:1:1: error[generated-orphan]',
      'generated/tables.ts: error[generated-missing]',
    ]);
  });

  test('compiles what is generated, where that is asked for', async () => {
    const { run, edit, folder } = libraryProject();
    cpSync('templates', join(folder, 'templates'), { recursive: true });
    edit('codegen.ts', (text) =>
      text.replace("{ rules: 'app/src/rules' }", "{ rules: 'app/src/rules', templates: 'templates' }"),
    );
    await run('generate');
    expect(await run('check', { types: true })).toMatchObject({ code: 0, err: '' });
    edit('templates/items.ts.hbs', (text) => `export const wrong: number = 'text';\n${text}`);
    await run('generate');
    expect((await run('check')).code).toBe(0);
    const { code, err } = await run('check', { types: true });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^generated\/items\.ts:\d+:14: error\[generated-mistyped\]: This .+ \(TS2322\): type `string` is/,
    );
  });

  test('wants the lock as well, and prints warnings without failing', async () => {
    const { run, edit, folder } = libraryProject();
    await run('generate');
    edit('access-patterns.lock.json', (text) => text.replace('BOOK', 'BOOKS'));
    expect((await run('check')).err).toMatch(/access-patterns\.lock\.json:\d+:\d+: error\[generated-stale\]/);
    rmSync(join(folder, 'access-patterns.lock.json'));
    expect((await run('check')).err).toContain('access-patterns.lock.json: error[generated-missing]');
    edit('access-patterns.yaml', (text) => text.replace('patterns:\n', 'patterns:\n  all: { many: Book }\n'));
    await run('generate');
    const { code, err } = await run('check');
    expect(err).toContain('warning[hot-partition]');
    expect(code).toBe(0);
  });

  test('says why there is nothing to check', async () => {
    const { run, folder } = libraryProject();
    rmSync(join(folder, 'access-patterns.yaml'));
    const { code, err } = await run('check');
    expect(code).toBe(1);
    expect(err).toContain('access-patterns.yaml: error[no-patterns]');
  });
});

describe('scaffold', () => {
  test('writes what check misses', async () => {
    const { run, folder } = libraryProject();
    await run('generate');
    rmSync(join(folder, 'app'), { recursive: true });
    expect((await run('check')).err.match(/error\[rule-missing\]/g)).toHaveLength(4);
    expect((await run('scaffold')).out).toBe(
      'wrote app/src/rules/access.ts: reader, librarian\nwrote app/src/rules/books.ts: recommended, lending\nwrote app/src/rules/index.ts\n',
    );
    expect((await run('check')).code).toBe(0);
    expect(await run('scaffold')).toEqual({ code: 0, out: 'No rule is missing.\n', err: '' });
  });

  test('writes nothing where a rule is in the way', async () => {
    const { run, edit, folder } = libraryProject();
    rmSync(join(folder, 'app/src/rules/books.ts'));
    edit('app/src/rules/access.ts', (text) => text.replace('export const reader', 'const reader'));
    expect((await run('scaffold')).code).toBe(1);
    expect((await run('check')).err).toContain('app/src/rules/books.ts does not exist');
  });
});

describe('a wrong call', () => {
  test('is told in one sentence with a hint, exit 2', async () => {
    const { run } = libraryProject();
    const { code, err } = await run('generate', { config: 'cogeden.ts' });
    expect(code).toBe(2);
    expect(err).toMatch(/^tableloom: There is no cogeden\.ts in .+\n {2}hint: .+\n$/);
  });

  test('names a root that is a file or is missing', async () => {
    const { run, folder } = libraryProject();
    const file = join(folder, 'codegen.ts');
    expect(await run('check', { root: file })).toEqual({
      code: 2,
      out: '',
      err: `tableloom: ${file} is not a folder.\n  hint: Set the folder of the project with \`--root\`.\n`,
    });
    for (const missing of [join(folder, 'nowhere'), join(file, 'below')]) {
      const { code, err } = await run('check', { root: missing });
      expect(code).toBe(2);
      expect(err).toContain(`There is no folder ${missing}.`);
    }
  });

  test('exits with 2 from the shell as well', () => {
    const command = ['--conditions=tableloom-source', '--import', 'tsx/esm', 'src/cli.ts'];
    const { status, stderr, stdout } = spawnSync(process.execPath, [...command, 'chek'], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Did you mean check?');
  });
});
