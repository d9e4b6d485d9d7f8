/** Documentation that repeats the code is held against it. */

import { readFileSync } from 'node:fs';
import { errorCodes } from 'tableloom/runtime';
import { requestErrorCodes } from 'tableloom/server';
import { describe, expect, it } from 'vitest';
import { signInErrorCodes } from '../src/server/auth/refusals.js';
import { deadLinks, pagesBelow } from './package/links.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe.each([
  ['docs/server.md', { ...errorCodes, ...requestErrorCodes }],
  ['docs/application.md', signInErrorCodes],
])('%s', (page, codes) => {
  it('lists every error code with its meaning, and no other', () => {
    const section = read(page).split('## Errors')[1] ?? '';
    const rows = [...section.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(rows).toEqual(Object.entries(codes));
  });
});

describe('scripts of package.json', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const namedIn = (text: string) => [...text.matchAll(/`npm (?:run )?([\w:]+)`/g)].map(([, name]) => name);

  it('are all in the table of docs/contributing/README.md, which names no other', () => {
    const table = read('docs/contributing/README.md').split('## The loop')[1]?.split('## ')[0] ?? '';
    const expected = Object.keys(scripts).filter((name) => name !== 'prepack');
    expect(new Set(namedIn(table))).toEqual(new Set(expected));
  });

  it('are what README.md names', () => {
    const table = read('README.md').split('## Commands')[1] ?? '';
    expect(namedIn(table).filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });
});

// The pages that the package carries are held against the tarball too, in test/package.
describe('every page', () => {
  const pages = pagesBelow('.');

  it('has no dead link', () => {
    expect(pages).toContain('docs/tutorial.md');
    expect(deadLinks('.', pages)).toEqual([]);
  });

  it('names the tarball of this version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const named = pages.flatMap((page) => read(page).match(/\btableloom-\d+\.\d+\.\d+[\w.-]*\.tgz/g) ?? []);
    expect(new Set(named)).toEqual(new Set([`tableloom-${version}.tgz`]));
  });
});

describe('docs/README.md', () => {
  it('lists every page of docs/', () => {
    const listed = [...read('docs/README.md').matchAll(/\]\(([\w./-]+\.md)\)/g)].map(([, path]) => path);
    const pages = pagesBelow('docs').filter(
      (path) => path !== 'README.md' && !/^(contributing|review)\/(?!README)/.test(path),
    );
    expect([...listed].sort()).toEqual(pages);
  });
});
