/** The comparison with other libraries, in a process of its own: their packages are installed in bench/peers only. */

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = join(import.meta.dirname, 'peers');
const root = resolve(import.meta.dirname, '..');

const introduction = `Written by \`npm run bench peers\`, which installs what is compared with (\`npm ci --prefix bench/peers\`), holds its types,
checks that all answers are equal, and measures. How each peer is used: [bench/peers](../peers), after its own documentation.

**Parameters and items.** One process; the libraries' rounds take turns. Each is asked for the same key, page, span of time and
record, and what it gives is compared before it is timed. "Of ours" is a library's median over ours in the same form of
attribute values: OneTable gives DynamoDB's own form and hands it out as promises. lib-dynamodb by hand is the same
request written out, neither escaped nor checked: what is left for anybody to do.

**Operations.** A process for each server, whose rounds take turns; Fastify's \`inject\` in the place of the network for all of
them; eight requests under way at once; NODE_ENV=production. Every server has the same SDK and unsigned requests, and the
same 150 users with what belongs to them. By hand: lib-dynamodb with DataLoader on the very items the generated code
stores. ElectroDB: its own items in the same keys, an index more in place of index entries. Rules of access are open
everywhere. The engine that answers at once gives back the answers the embedded one gave: what is left is the server,
the GraphQL layer and the AWS SDK. "Ours is" compares with the generated resolvers' median; CPU is user and system time of
the whole process, its garbage collector included. The reference server besides checks depth and cost of the query,
negotiates the media type and writes headers, as no peer here does.
`;

/** Markdown. `quick` is for trying it out: its figures say nothing. */
export function peersReport(quick: boolean): string {
  installPeers();
  run(['npx', 'tsc', '--noEmit', '-p', folder], 'the comparison does not compile');
  const child = [process.execPath, '--conditions=tableloom-source', '--import', 'tsx/esm'];
  const tables = run([...child, join(folder, 'report.ts'), quick ? 'quick' : ''], 'the comparison failed');
  return `${introduction}\n${tables}`;
}

/** The lockfile's versions, unless they are there. */
export function installPeers(): void {
  const lock = join(folder, 'package-lock.json');
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write('Installing what is compared with: npm ci --prefix bench/peers\n');
  run(['npm', 'ci', '--prefix', folder], 'the peers could not be installed');
}

function run([command = '', ...given]: readonly string[], failure: string): string {
  const { status, stdout } = spawnSync(command, given, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  if (status !== 0) throw new Error(`${failure}\n${stdout}`);
  return stdout;
}
