import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { lossWords as words } from '../words/console-losses.ts';
import { commaList } from './console-list.ts';

/** How many of a kind end. `isMore`: at least so many. */
export type Loss = { readonly kind: keyof typeof words.kinds; readonly count: number; readonly isMore: boolean };

/** The numbers alone, also those of which there is none. */
export const lossNumbers = (losses: readonly Loss[]): HtmlValue =>
  commaList(losses.map(({ kind, count, isMore }) => words.kinds[kind](count, isMore)));

/** What ends with an action, before the user confirms it. Kinds without any are left out. */
export const lossList = (
  losses: readonly Loss[],
  { title = words.title, nothing = words.nothing }: { readonly title?: Phrase; readonly nothing?: Phrase } = {},
): Html => {
  const some = losses.filter(({ count }) => count > 0);
  return some.length === 0
    ? html`<p>${nothing}</p>`
    : html`<h2>${title}</h2><ul>${some.map(
        ({ kind, count, isMore }) => html`<li>${words.kinds[kind](count, isMore)}</li>`,
      )}</ul>`;
};
