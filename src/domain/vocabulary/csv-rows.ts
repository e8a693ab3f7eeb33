/** A line of CSV (RFC 4180) with its cells. `number`: the line of the text on which it begins. */
export type CsvRow = { readonly number: number; readonly cells: readonly string[] };

/**
 * The lines of a CSV text that have any text, and the line with a quotation mark that never closes, if there is one. Linear in
 * the length of the text.
 */
export const csvRows = (text: string): { readonly rows: readonly CsvRow[]; readonly openQuote?: number } => {
  const rows: CsvRow[] = [];
  let [cells, cell, isQuoted, number, begun]: [string[], string, boolean, number, number] = [[], '', false, 1, 1];
  const endLine = (): void => {
    cells.push(cell);
    if (cells.some((one) => one !== '')) rows.push({ number: begun, cells });
    [cells, cell, begun] = [[], '', number];
  };
  const file = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < file.length; at += 1) {
    const sign = file[at];
    if (sign === '\n') number += 1;
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (file[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === ',') {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n') endLine();
    else if (sign !== '\r') cell += sign;
  }
  if (isQuoted) return { rows, openQuote: begun };
  endLine();
  return { rows };
};
