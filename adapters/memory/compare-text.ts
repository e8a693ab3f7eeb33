/**
 * Orders text by code point, which is the order of its UTF-8 bytes and of every database. The `<` of JavaScript
 * compares 16-bit units and puts U+1F600 before U+FF01.
 */
export const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return weight(left) - weight(right);
  }
  return a.length - b.length;
};

/** Lifts surrogates above all other units, keeping the order among them. */
const weight = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
