/** A folder for a project, and a DynamoDB behind HTTP for its tables. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openEndpoint } from '../support/endpoint.js';
import { openEngine, uniqueName } from '../support/engines.js';
import { temporaryFolder } from '../support/temporary.js';

export const codegen = `import { preset } from '${process.cwd()}/src/generator/preset.js';
export default { schema: 'schema/**/*.graphql', generates: { 'generated/': { preset } } };
`;

/** @param name what the value of PREFIX begins with, the variable of the tables' names */
export async function openEndpointProject(name: string) {
  const folder = temporaryFolder();
  const engine = await openEngine();
  const endpoint = await openEndpoint(engine.clientConfig);
  const prefix = uniqueName(name);
  process.env.PREFIX = prefix;
  onTestFinished(async () => {
    delete process.env.PREFIX;
    await endpoint.close();
    await engine.close();
  });
  return {
    folder,
    engine,
    prefix,
    endpoint,
    url: endpoint.clientConfig.endpoint,
    lock: () => readFileSync(join(folder, 'access-patterns.lock.json'), 'utf8'),
    write(path: string, text: string): void {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
  };
}
