/** Hints for a misspelt name. */

/** The candidate a person most likely meant: the nearest by edit distance, within a third of the word. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean …?` as a hint, or what there is to choose from; undefined where there is nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  // The hidden revision is nobody's to name.
  const all = [...candidates].filter((name) => !/^_+revision$/.test(name));
  const near = nearest(word, all);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (all.length === 0) return undefined;
  if (all.length === 1) return `There is only \`${all[0]}\`.`;
  const shown = all.slice(0, 12).map((name) => `\`${name}\``);
  return `Choose one of ${shown.join(', ')}${all.length > shown.length ? ', …' : ''}.`;
}

/** Edit distance, two neighbors in the wrong order counting as one mistake; given up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? limit) + 1 : limit;
      current.push(Math.min(substitution, swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? limit;
}
