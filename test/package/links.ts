/** Relative links of Markdown pages, with their anchors as GitHub makes them. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.data', '.cache']);

/** Every Markdown page below a folder. */
export function pagesBelow(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !notOurs.has(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return pagesBelow(root, path);
      return entry.name.endsWith('.md') ? [path] : [];
    })
    .sort();
}

/** @returns `page: link` for each relative link that leads to no file below the root, or to no heading of its page */
export function deadLinks(root: string, pages: readonly string[]): string[] {
  return pages.flatMap((page) =>
    linksOf(readFileSync(join(root, page), 'utf8'))
      .filter((link) => !leadsSomewhere(root, page, link))
      .map((link) => `${page}: ${link}`),
  );
}

function leadsSomewhere(root: string, page: string, link: string): boolean {
  const [target = '', anchor] = decodeURI(link).split('#');
  const path = target === '' ? page : posix.join(posix.dirname(page), target);
  if (path.startsWith('..') || !existsSync(join(root, path))) return false;
  if (anchor === undefined) return true;
  if (statSync(join(root, path)).isDirectory()) return false;
  return anchorsOf(readFileSync(join(root, path), 'utf8')).has(anchor);
}

function linksOf(text: string): string[] {
  const prose = withoutFences(text).replace(/(`+).*?\1/gs, '');
  const links = [...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?[^)]*\)|^\s*\[[^\]]+\]:\s+(\S+)/gm)];
  return links
    .map(([, inline, reference]) => inline ?? reference ?? '')
    .filter((link) => !/^[a-z]+:/i.test(link));
}

function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const words = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replace(/ /g, '-');
    let anchor = words;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${words}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutFences(text: string): string {
  return text.replace(/^(`{3,}|~{3,}).*?^\1`*~*$/gms, '');
}
