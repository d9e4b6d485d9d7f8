import type { Reporter, TestModule } from 'vitest/node';
import { seed } from './runs.js';

/**
 * Ends a run with one plain line, `N passed, N failed`, for machines that read no runner's own summary, after the seed of
 * the random cases where some failed.
 */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0;
    let failed = 0;
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failed += 1;
      }
    }
    if (failed > 0) process.stdout.write(`\nThe random cases were those of TABLELOOM_SEED=${seed}.\n`);
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
