import { Refusal } from './refusal.js';

const heading = '## Unreleased';

/**
 * The changelog with what is unreleased under a version of its own, and an empty Unreleased before it.
 * @throws Refusal where nothing is unreleased, or the version is there already
 */
export function withVersion(text: string, version: string, date: string): string {
  if (hasVersion(text, version)) throw new Refusal(`CHANGELOG.md has a version ${version} already.`);
  const [before, after, ...more] = text.split(new RegExp(`^${heading}\\n`, 'm'));
  if (before === undefined || after === undefined || more.length > 0)
    throw new Refusal(`CHANGELOG.md has to have the heading \`${heading}\` once.`);
  const [unreleased = ''] = after.split(/^## /m);
  if (!/^- /m.test(unreleased)) throw new Refusal('CHANGELOG.md lists nothing under Unreleased.');
  return `${before}${heading}\n\n## ${version} - ${date}\n${after}`;
}

export function hasVersion(text: string, version: string): boolean {
  return text.split('\n').some((line) => line.startsWith(`## ${version} - `));
}
