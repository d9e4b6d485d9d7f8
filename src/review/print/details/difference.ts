/** The lines of two texts, each once where both have it, as `diff` marks them. */
export function differenceOf(before: string, after: string): string[] {
  const [was, is] = [before.split('\n'), after.split('\n')];
  // The longest common part of what follows each pair of lines.
  const common = was.map(() => is.map(() => 0));
  const at = (a: number, b: number) => common[a]?.[b] ?? 0;
  for (let a = was.length - 1; a >= 0; a--)
    for (let b = is.length - 1; b >= 0; b--) {
      const row = common[a];
      if (row) row[b] = was[a] === is[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
    }
  const lines: string[] = [];
  let [a, b] = [0, 0];
  while (a < was.length || b < is.length) {
    if (a < was.length && b < is.length && was[a] === is[b]) {
      lines.push(`  ${is[b]}`);
      a++;
      b++;
    } else if (a < was.length && (b >= is.length || at(a + 1, b) >= at(a, b + 1)))
      lines.push(`- ${was[a++]}`);
    else lines.push(`+ ${is[b++]}`);
  }
  return lines;
}
