/** A Dockerfile's steps, executed in folders: as `docker build` would, but with this machine's Node for an image. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly steps: readonly { readonly word: string; readonly value: string }[];
}

export interface Image {
  /** Where the last WORKDIR is. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly command: readonly string[];
}

export function stagesOf(text: string): Stage[] {
  const stages: { image: string; name: string | undefined; steps: { word: string; value: string }[] }[] = [];
  for (const line of text.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
    const [, word = '', value = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    const [, image = '', name] = word === 'FROM' ? (/^(\S+)(?: AS (\S+))?$/.exec(value) ?? []) : [];
    if (word === 'FROM') stages.push({ image, name, steps: [] });
    else if (word === '') throw new Error(`no instruction: ${line}`);
    else stages.at(-1)?.steps.push({ word, value });
  }
  return stages;
}

/**
 * Builds what the last stage describes, below `home`.
 *
 * @param context the folder with the Dockerfile
 */
export function build(context: string, home: string, environment: NodeJS.ProcessEnv): Image {
  const ignored = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\/$/, ''));
  const stages = stagesOf(readFileSync(join(context, 'Dockerfile'), 'utf8'));
  let image: Image | undefined;
  for (const [at, stage] of stages.entries()) {
    const root = join(home, stage.name ?? `stage-${at}`);
    const own: Record<string, string> = {};
    let folder = root;
    let user: string | undefined;
    let command: string[] = [];
    const inside = (path: string) => (path.startsWith('/') ? join(root, path) : join(folder, path));
    for (const { word, value } of stage.steps) {
      switch (word) {
        case 'WORKDIR':
          folder = join(root, value);
          mkdirSync(folder, { recursive: true });
          break;
        case 'ENV':
          for (const [, name = '', text = ''] of value.matchAll(/(\w+)=(\S+)/g)) own[name] = text;
          break;
        case 'COPY': {
          const [, from, list = value] = /^--from=(\S+) (.+)$/.exec(value) ?? [];
          const paths = list.split(' ');
          const to = inside(paths.pop() ?? '.');
          for (const path of paths) {
            const source = from === undefined ? join(context, path) : join(home, from, path);
            const kept = (file: string) =>
              from !== undefined ||
              !ignored.some((name) => name !== '' && file.startsWith(join(context, name)));
            const isFile = statSync(source).isFile();
            cpSync(source, isFile && list.endsWith('/') ? join(to, path.split('/').at(-1) ?? '') : to, {
              recursive: true,
              filter: kept,
            });
          }
          break;
        }
        case 'RUN':
          execFileSync('sh', ['-c', value], { cwd: folder, env: { ...environment, ...own }, stdio: 'pipe' });
          break;
        case 'USER':
          user = value;
          break;
        case 'CMD':
          command = JSON.parse(value) as string[];
          break;
        case 'EXPOSE':
          break;
        default:
          throw new Error(`unknown instruction: ${word}`);
      }
    }
    image = { folder, environment: own, user, command };
  }
  if (image === undefined) throw new Error('no stage');
  return image;
}

/** Megabytes of a folder's files. */
export function megabytes(folder: string): number {
  const [kilobytes = '0'] = execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t');
  return Number(kilobytes) / 1024;
}

/** The names of the packages in a folder. */
export function packagesIn(folder: string): string[] {
  const names = readdirSync(join(folder, 'node_modules'));
  return names.flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(folder, 'node_modules', name)).map((one) => `${name}/${one}`)
      : name,
  );
}
