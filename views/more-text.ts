/** How many items of a list a page leaves out. */
import { type Html, html } from './html.ts';
import { listWords } from './words/lists.ts';

/** ` and 3 more`, behind the items that are shown. Nothing when `count`, that of those left out, is zero or less. */
export const andMore = (count: number): Html | false => count > 0 && html` ${listWords.andMore(count)}`;
