/** What a section of a report shows besides its findings: every format prints the same. */

/** Texts are sentences, with `code` and **strong** in them. */
export type Detail =
  | { readonly kind: 'sentence'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly heads: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** Folded. The lines begin as those of `diff` do. */
  | { readonly kind: 'difference'; readonly title: string; readonly lines: readonly string[] };

/** None without rows. */
export function tableOf(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Detail[] {
  return rows.length === 0 ? [] : [{ kind: 'table', caption, heads, rows }];
}
