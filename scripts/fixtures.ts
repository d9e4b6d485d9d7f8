/** `npm run fixtures`: generates the fixtures of test/fixtures/ok, which the type checker reads. */

import { generateFixtures } from '../test/support/fixtures.js';

await generateFixtures();
