/** What people see: findings on stderr, results on stdout; colour and progress only where a person is looking. */

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

  /** What is told beside the result. */
  note(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  /** Printed diagnostics. */
  findings(text: string): void {
    this.clear();
    process.stderr.write(`${hasColour(process.stderr) ? coloured(text) : text}\n`);
  }

  clear(): void {
    if (!this.isBusy) return;
    process.stderr.write('\r\x1b[2K');
    this.isBusy = false;
  }
}

function hasColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}

function coloured(text: string): string {
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
