/**
 * Signs that begin a formula in a spreadsheet: `=`, `+`, `-` and `@`, with their full-width and small forms and the minus
 * sign, which spreadsheets read as the same.
 */
const SIGN = '[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20\\ufe66\\ufe62\\ufe63\\ufe6b\\u2212]';

/**
 * A sign where a spreadsheet may begin a cell: first in the text, and after each character at which it may split. These
 * characters depend on the locale and on the import. If the separator is not the comma, quotation marks do not keep a
 * cell together. Blanks, quotation marks and invisible characters may stand between.
 */
const FORMULA = new RegExp(`(^|[,;|\\t\\r\\n])([\\s"\\p{Cc}\\p{Default_Ignorable_Code_Point}]*)(?=${SIGN})`, 'gu');

/** A spreadsheet that drops these may read the following text as a formula. */
const BEGINS_BLANK = /^[\t\r\n]/;

const guarded = (text: string): string => {
  const safe = text.replaceAll(FORMULA, "$1$2'");
  return BEGINS_BLANK.test(safe) ? `'${safe}` : safe;
};

/**
 * One record of CSV (RFC 4180 §2), each cell in quotation marks, without its line end. Text that a spreadsheet would
 * read as a formula gets an apostrophe before its sign, wherever the spreadsheet may begin a cell.
 */
export const csvLine = (cells: readonly string[]): string =>
  cells.map((text) => `"${guarded(text).replaceAll('"', '""')}"`).join(',');
