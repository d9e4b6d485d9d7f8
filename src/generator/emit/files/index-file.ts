/** index.ts: what servers and commands take of the generated code. */

import type { Plan } from '../../plan/types/plan.js';
import { assigned, code, list } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { codecOf, runtimeType } from '../symbols.js';

export function indexFile({ entities, events }: Plan): SourceFile {
  const declaration = code`export const codecs: readonly ${runtimeType('AnyCodec')}[] =`;
  return {
    name: 'index.ts',
    data: { hasEvents: events !== undefined, codecs: assigned(declaration, list(entities.map(codecOf))) },
    declared: ['codecs'],
  };
}
