/** Writes access-patterns.schema.json, docs/reference.md, docs/diagnostics.md, docs/review/ and the reference in docs/importing.md. */

import { writeFileSync } from 'node:fs';
import { writeFolder } from '../test/support/files.js';
import { diagnosticsPage } from './reference/diagnostics.js';
import { importingPage, importingPath } from './reference/importing.js';
import { referencePage, schemaFile } from './reference/render.js';
import { reviewPages } from './reference/review.js';

writeFileSync('access-patterns.schema.json', schemaFile());
writeFileSync('docs/reference.md', referencePage());
writeFileSync('docs/diagnostics.md', diagnosticsPage());
writeFileSync(importingPath, importingPage());
writeFolder('docs/review', reviewPages());
