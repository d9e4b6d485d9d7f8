/** What vitest runs once, before all tests. */

import { generateFixtures } from './fixtures.js';

export default generateFixtures;
