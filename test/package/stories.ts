/** A page as steps: what its fenced blocks say to write, to change and to run, and what they show. */

export type Step =
  | { readonly kind: 'write'; readonly line: number; readonly path: string; readonly text: string }
  | { readonly kind: 'edit'; readonly line: number; readonly path: string; readonly diff: string }
  | {
      readonly kind: 'run';
      readonly line: number;
      readonly command: string;
      readonly exit: number;
      /** The block that shows its output, where there is one. */
      readonly shown?: Shown;
    }
  /** What the server that runs has printed since the last one of these. */
  | { readonly kind: 'watch'; readonly line: number; readonly shown: Shown };

export interface Shown {
  readonly language: string;
  readonly text: string;
  /** Where the text begins in the page. */
  readonly at: number;
}

/**
 * A block that names a file is written there or, as a `diff`, changes it; `sh` is run, and fails where it says `exit=1`.
 * A block without a file that follows one of `sh` is what the last command prints. A block of `console` is what the server
 * prints that was started last.
 */
export function stepsOf(path: string, page: string): Step[] {
  const steps: Step[] = [];
  for (const { index, 0: whole, 1: language = '', 2: info = '', 3: text = '' } of page.matchAll(
    /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms,
  )) {
    const line = page.slice(0, index).split('\n').length;
    const last = steps.at(-1);
    const at = index + whole.indexOf('\n') + 1;
    if (language === 'sh') {
      const exit = Number(/^exit=(\d+)$/.exec(info)?.[1] ?? 0);
      steps.push({ kind: 'run', line, command: text.trimEnd(), exit });
    } else if (info !== '') {
      steps.push(
        language === 'diff'
          ? { kind: 'edit', line, path: info, diff: text }
          : { kind: 'write', line, path: info, text },
      );
    } else if (language === 'console') {
      steps.push({ kind: 'watch', line, shown: { language, text, at } });
    } else if (last?.kind === 'run' && last.shown === undefined) {
      steps.splice(-1, 1, { ...last, shown: { language, text, at } });
    } else throw new Error(`${path}:${line}: the block shows the output of no command`);
  }
  return steps;
}

/** A text with the lines of a diff changed: those it begins with ` ` or `-` are in it once, one after another. */
export function edited(text: string, diff: string): string {
  const lines = diff.split('\n').slice(0, -1);
  const side = (marks: string) =>
    lines
      .filter((line) => marks.includes(line.charAt(0)))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const parts = text.split(side(' -'));
  if (parts.length !== 2) throw new Error(`the diff fits in ${parts.length - 1} places:\n${diff}`);
  return parts.join(side(' +'));
}
