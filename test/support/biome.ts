/** Biome's formatter, with the settings this repository has, on generated code. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const settings = {
  formatter: { indentStyle: 'space', indentWidth: 2, lineWidth: 110 },
  javascript: { formatter: { quoteStyle: 'single' } },
};

/** The texts as Biome formats them, by the same names; throws where one does not parse. */
export function formatted(files: ReadonlyMap<string, string>): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'tableloom-format-'));
  try {
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(settings));
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const cli = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'format', '--write', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`biome format: ${stdout}${stderr}`);
    return new Map(Array.from(files.keys(), (name) => [name, readFileSync(join(folder, name), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
