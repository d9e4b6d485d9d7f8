/** What docs/diagnostics.md says of a code. */

export interface CodeRow {
  /** When it is reported. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The printed diagnostic, of a code that only the command line reports; others show what their fixture prints. */
  readonly example?: string;
}

export type CodeRows = Readonly<Record<string, CodeRow>>;
