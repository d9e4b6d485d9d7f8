/**
 * ts-morph, and the TypeScript compiler it brings; npm's own `typescript` has no such interface any more. It is required:
 * an import would read its nine megabytes a second time, for the names they export.
 */

import { createRequire } from 'node:module';

const loaded: typeof import('ts-morph') = createRequire(import.meta.url)('ts-morph');

export const { Project, ts: compiler } = loaded;
