/**
 * Whole numbers from 0 as base64 of LEB128. The times of a chunk then fit into one page of a database, where they take two or
 * three as JSON: a search reads a chunk for nearly every event that it shows.
 */

const SEVEN_BITS = 128;
/** Bytes of the largest safe integer. */
const MOST_BYTES = 8;

export const packed = (numbers: readonly number[]): string => {
  const bytes: number[] = [];
  for (const number of numbers) {
    let rest = number;
    for (; rest >= SEVEN_BITS; rest = Math.floor(rest / SEVEN_BITS)) bytes.push((rest % SEVEN_BITS) + SEVEN_BITS);
    bytes.push(rest);
  }
  return Buffer.from(bytes).toString('base64');
};

/** Any text gives numbers: an editor of the database may have written it. A number that is cut off is left out. */
export const unpacked = (text: string): readonly number[] => {
  const numbers: number[] = [];
  let [number, factor, length] = [0, 1, 0];
  for (const byte of Buffer.from(text, 'base64')) {
    length += 1;
    number += (byte % SEVEN_BITS) * factor;
    if (byte >= SEVEN_BITS && length < MOST_BYTES) {
      factor *= SEVEN_BITS;
      continue;
    }
    numbers.push(number);
    [number, factor, length] = [0, 1, 0];
  }
  return numbers;
};
