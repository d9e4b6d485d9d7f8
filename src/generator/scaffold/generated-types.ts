/** What would be generated now, held against the compiler as a project configures it. */

import { posix } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { compiler } from './compiler.js';
import { explain } from './messages.js';
import { createProgram } from './program.js';

/**
 * The first error of each file; the others often follow from it.
 *
 * @param root absolute; `generated` has paths below it
 */
export function generatedTypes(root: string, generated: ReadonlyMap<string, string>): Diagnostic[] {
  const code = [...generated].filter(([path]) => path.endsWith('.ts'));
  const overlay = new Map(code.map(([path, text]) => [posix.join(root, path), text]));
  const program = createProgram({ roots: [...overlay.keys()], overlay, root, reach: 'all' });
  return code.flatMap(([path]): Diagnostic[] => {
    const source = program.getSourceFile(posix.join(root, path));
    const errors = source
      ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      : [];
    const error = errors.find(({ category }) => category === compiler.DiagnosticCategory.Error);
    if (!error) return [];
    const { start = 0, length = 1 } = error;
    return [
      {
        code: 'generated-mistyped',
        severity: 'error',
        message: `This generated file does not compile (TS${error.code}): ${explain(error.messageText).cause}.`,
        at: { file: path, start, end: start + length },
        hint: 'Look at tsconfig.json and at templates of your own; if neither is the cause, report a bug of Tableloom.',
      },
    ];
  });
}
