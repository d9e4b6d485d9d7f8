/** From a value's own text, as its type encodes it, to another encoding's text, and back. */

export function nines(text: string): string {
  return text.replace(/[0-9]/g, (digit) => String(9 - Number(digit)));
}

export function foldText(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** An escape, `$` and its mark, stays together. */
export function reversed(text: string): string {
  return (text.match(/\$?./gsu) ?? []).reverse().join('');
}

/** The negated number's text. A negative one is its distance from as many nines as it has digits. */
export function negatedInteger(text: string): string {
  const digits = text.replace('-', '');
  if (/^0*$/.test(digits)) return text;
  const other = nines(digits);
  return text.startsWith('-') ? other : `-${other}`;
}

export function negatedDecimal(text: string): string {
  if (text === '0') return text;
  return text.startsWith('-') ? `1${nines(text.slice(1, -1))}` : `-${nines(text.slice(1))}~`;
}

/** The same whole number with 16 digits. */
export function widened(text: string): string {
  const wide = (digits: string) => unpadded(digits).padStart(16, '0');
  return text.startsWith('-') ? `-${nines(wide(nines(text.slice(1))))}` : wide(text);
}

/** Undefined for a negative number, and one of more digits. */
export function padded(text: string, count: number): string | undefined {
  const plain = unpadded(text);
  return /^\d+$/.test(text) && plain.length <= count ? plain.padStart(count, '0') : undefined;
}

export function unpadded(text: string): string {
  return text.replace(/^0+(?=\d)/, '');
}

export function integerOf(text: string): number {
  return text.startsWith('-') ? -Number(nines(text.slice(1))) : Number(text);
}

export function decimalOf(text: string): number {
  if (text === '0') return 0;
  const isNegative = text.startsWith('-');
  const plain = isNegative ? nines : (digits: string) => digits;
  const [head = '', tail = ''] = text.slice(1).split(':');
  const significant = plain(tail.replace('~', ''));
  const magnitude = Number(`${significant[0]}.${significant.slice(1)}e${Number(plain(head)) - 500}`);
  return isNegative ? -magnitude : magnitude;
}
