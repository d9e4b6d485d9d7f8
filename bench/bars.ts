/** Figures that have to be reached, and whether they were. */

export interface Bar {
  readonly what: string;
  readonly measured: number;
  readonly sign: '≤' | '≥';
  readonly bar: number;
}

/** Tables as markdown, and what they say of the bars. */
export interface Report {
  readonly text: string;
  readonly bars: readonly Bar[];
}

export function barOf(what: string, measured: number, sign: Bar['sign'], bar: number): Bar {
  return { what, measured, sign, bar };
}

/** A markdown table of all bars. */
export function barTable(bars: readonly Bar[]): string {
  const lines = bars.map(({ what, measured, sign, bar }) => {
    const isMet = sign === '≤' ? measured <= bar : measured >= bar;
    return `| ${what} | ${measured.toFixed(2)} | ${sign} ${bar} | ${isMet ? 'yes' : '**no**'} |`;
  });
  return ['| bar | measured | wanted | met |', '|---|---|---|---|', ...lines, ''].join('\n');
}
