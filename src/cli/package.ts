/** The package this is a part of. */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Manifest, manifestOf } from './init/manifest.js';

/** Its folder, which contains `src/cli/` or `dist/src/cli/`. */
export function packageRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const up = resolve(here, '../..');
  return existsSync(join(up, 'package.json')) ? up : resolve(up, '..');
}

export function ourManifest(): Manifest {
  return manifestOf(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
}
