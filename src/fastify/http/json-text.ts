/** Lists and objects within one another: more than storage has room for, and few enough to be gone through by recursion. */
const deepest = 100;

/**
 * What no client means of a JSON text, as a sentence: an object that has a key twice, of which parsers take the last one, and what looks at
 * requests before the server maybe the first; or values nested so deep that going through them takes all stack. Null where there is
 * neither. Of a text that is not JSON, the parser says so.
 */
export function problemOfJson(text: string): string | null {
  /** For each object or list that is open: the keys so far, or null for a list. */
  const open: (Set<string> | null)[] = [];
  let isKeyNext = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      if (open.length === deepest) return `Values are nested more than ${deepest} levels deep.`;
      open.push(character === '{' ? new Set() : null);
      isKeyNext = character === '{';
    } else if (character === '}' || character === ']') open.pop();
    else if (character === ',') isKeyNext = open.at(-1) instanceof Set;
    else if (character === ':') isKeyNext = false;
    else if (character === '"') {
      const end = endOfString(text, at);
      if (isKeyNext) {
        const keys = open.at(-1);
        const key = keyIn(text.slice(at, end + 1));
        if (keys?.has(key)) return `An object has the key ${JSON.stringify(key)} twice.`;
        keys?.add(key);
      }
      at = end;
    }
  }
  return null;
}

/** Of the quote that ends it; the end of the text where none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** One key may be written in several ways. */
function keyIn(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
