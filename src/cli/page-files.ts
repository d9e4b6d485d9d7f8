import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageFiles } from '../review/print/html/page.js';
import { packageRoot } from './package.js';

/** In the order in which they import one another. */
const modules = ['elements.js', 'lane.js', 'map.js', 'live.js', 'page.js'];

/** What the pages of reviews and of `tableloom dev` are made of. */
export function pageFiles(): PageFiles {
  const text = (name: string) => readFileSync(join(packageRoot(), 'templates/review', name), 'utf8');
  // Nothing of them is imported from elsewhere, and no two of them have a name in common: next to one another they are one script.
  const script = modules.map((name) =>
    text(name)
      .replaceAll(/^import [^;]*;\n/gm, '')
      .replaceAll(/^export /gm, ''),
  );
  return { style: text('page.css'), script: script.join('') };
}
