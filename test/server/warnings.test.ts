import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { silenceSdkNodeWarning } from '../../src/server/warnings.js';

/** What a new process writes to stderr while it makes a client. */
function printed(environment: NodeJS.ProcessEnv): string {
  const program =
    "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'; new DynamoDBClient({ region: 'us-east-1' }); process.emitWarning('another');";
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stderr;
}

const old = Number(process.versions.node.split('.')[0]) < 22;

test.runIf(old)('the SDK prints its notice unless it is silenced', () => {
  expect(printed({})).toContain('NodeVersionSupportWarning');
});

test('silenced, the SDK prints nothing, and other warnings are still printed', () => {
  const environment: NodeJS.ProcessEnv = {};
  silenceSdkNodeWarning(environment);
  const text = printed(environment);
  expect(text).not.toContain('NodeVersionSupportWarning');
  expect(text).toContain('Warning: another');
});

test('whoever wants the notice keeps it', () => {
  const environment = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'false' };
  silenceSdkNodeWarning(environment);
  expect(environment).toEqual({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'false' });
});
