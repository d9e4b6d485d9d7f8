/** Four pull requests on the reference application, as its reviewers see them. `UPDATE=1` rewrites the reports. */

import { expect, test } from 'vitest';
import { print } from '../../src/review/print/print.js';
import { review } from '../../src/review/review.js';
import { expectFile } from '../support/projects.js';
import { application, changed, pullRequests } from './support/pull-requests.js';
import { revisionsOf } from './support/revisions.js';

test.each(pullRequests)('$title', async (pullRequest) => {
  const before = application();
  const report = await review(await revisionsOf(before, changed(before, pullRequest)), {
    today: '2026-11-29',
  });
  const text = print(report, 'markdown');
  expectFile(`test/review/pull-requests/${pullRequest.name}.md`, text);
  // One screen of verdicts comes first.
  expect(text.indexOf('<details')).toBeLessThan(2000);
});
