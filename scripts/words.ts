/**
 * The words of the project: refuses those that have a better one in the field, with what to write instead. Run by
 * `npm run lint`. cspell checks spelling, cspell.words.txt has the words that it does not know.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

interface Refused {
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
}

/** Whatever its sense, each of these has been a private word. */
const refused: readonly Refused[] = [
  { pattern: /\bbeside (?=[a-z])/gi, instead: 'next to, along with, in parallel with' },
  { pattern: /\b(?:read|reading|look) ahead\b|(?<![#.])\bahead[:(]/gi, instead: 'prefetch, in advance' },
  { pattern: /\bdemand(?:s|ed)?\b(?! ?(?:,|\)|`|$))/gi, instead: 'condition, validation, require' },
  { pattern: /\bkept (?:number|count|sum)s?\b|\bnumbers? that (?:is|are) kept\b/gi, instead: 'aggregate' },
  { pattern: /\bgo(?:es|ne)? on with\b/gi, instead: 'continue, resume' },
  { pattern: /\b(?:is|are) no (?:\w+ ){1,2}of (?:the|a|an|its)\b/gi, instead: 'is not a … of' },
  { pattern: /\bstands?\b(?!-in|alone| for)/gi, instead: 'is in, is part of, appears' },
  { pattern: /\b(?:is|are|was|were|be|been) (?:asked|told)\b/gi, instead: 'is requested, called, reported' },
  { pattern: /\basked (?:for|of|by|with)\b/gi, instead: 'requested, selected' },
  { pattern: /\bask(?:s|ed)? (?:nothing|anything|something)\b/gi, instead: 'needs, reads' },
  { pattern: /\btold apart\b/gi, instead: 'distinguished' },
  { pattern: /\blies (?:in|under|at|by|with)\b/gi, instead: 'is in, is stored in' },
  { pattern: /\bhinders?\b/gi, instead: 'prevent, stop' },
  { pattern: /\bmend(?:ed)?\b/g, instead: 'correct, fix' },
  { pattern: /\bnative (?:index|key)/gi, instead: 'multi-attribute index' },
  { pattern: /\bwherever it stands\b|\bhas a say\b|\bno say\b/gi, instead: 'plain words' },
  { pattern: /^elsewhere:|\bkept: true\b/gm, instead: 'external, maintained' },
];

const folders = [
  '.',
  'docs',
  'src',
  'templates',
  ...readdirSync('examples', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `examples/${name}`),
];

/** Texts of ours below a folder; of the root and of examples only the pages there. */
function textsIn(folder: string): string[] {
  const isDeep = folder === 'docs' || folder === 'src' || folder === 'templates';
  return readdirSync(folder, { recursive: isDeep, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => (isDeep ? /\.(?:md|ts|hbs|yaml)$/ : /\.md$/).test(path));
}

/** What happened under older names, and what is written from fixtures. */
const exempt: ReadonlySet<string> = new Set(['CHANGELOG.md', 'docs/diagnostics.md']);

const found = folders
  .flatMap(textsIn)
  .filter((file) => !exempt.has(file))
  .sort()
  .flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return refused.flatMap(({ pattern, instead }) =>
      Array.from(text.matchAll(pattern), ({ 0: word, index }) => {
        const before = text.slice(0, index).split('\n');
        return `${file}:${before.length}:${(before.at(-1) ?? '').length + 1}: \`${word.trim()}\`: write ${instead}`;
      }),
    );
  });

for (const line of found) console.error(line);
if (found.length > 0) {
  console.error(`\n${found.length} word${found.length === 1 ? '' : 's'} to replace; see scripts/words.ts`);
  process.exit(1);
}
