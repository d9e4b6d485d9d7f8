/** Writes access-patterns.schema.json and docs/reference.md. */

import { writeFileSync } from 'node:fs';
import { referencePage, schemaFile } from './reference/render.js';

writeFileSync('access-patterns.schema.json', schemaFile());
writeFileSync('docs/reference.md', referencePage());
