/** What people see: findings on stderr, results on stdout; color and progress only where a person is looking. */

import { styleText } from 'node:util';

export class Terminal {
  private isBusy = false;

  /** A line that is gone again with the next output. */
  progress(text: string): void {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r\x1b[2K${text}`);
    this.isBusy = true;
  }

  say(text: string): void {
    this.clear();
    process.stdout.write(`${text}\n`);
  }

  /** Progress and findings, which are not part of the result. */
  note(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  /** Printed diagnostics. */
  findings(text: string): void {
    this.clear();
    process.stderr.write(`${hasColor(process.stderr) ? colored(text) : text}\n`);
  }

  clear(): void {
    if (!this.isBusy) return;
    process.stderr.write('\r\x1b[2K');
    this.isBusy = false;
  }
}

function hasColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}

function colored(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/\berror\[[\w-]+\]:/, (head) => styleText(['red', 'bold'], head))
        .replace(/\bwarning\[[\w-]+\]:/, (head) => styleText(['yellow', 'bold'], head))
        .replace(/^ {2}(hint|note):/, (head) => styleText('cyan', head))
        .replace(/^( +\| *)(\^+)$/, (_all, lead: string, caret: string) => lead + styleText('red', caret)),
    )
    .join('\n');
}
