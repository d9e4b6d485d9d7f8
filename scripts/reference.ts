/** Writes access-patterns.schema.json, docs/reference.md and docs/diagnostics.md. */

import { writeFileSync } from 'node:fs';
import { diagnosticsPage } from './reference/diagnostics.js';
import { referencePage, schemaFile } from './reference/render.js';

writeFileSync('access-patterns.schema.json', schemaFile());
writeFileSync('docs/reference.md', referencePage());
writeFileSync('docs/diagnostics.md', diagnosticsPage());
