import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { listWords as words } from '../words/lists.ts';

/** Links to the neighbouring pages of a list. Cursors go forward only, so the way back leads to the start. */
export type Pagination = { readonly firstHref?: string; readonly nextHref?: string };

/** `label` names the list. `by`: its order. `place`: which of how many the page has. */
export const pagination = (
  { firstHref, nextHref }: Pagination,
  label: Phrase,
  by: 'time' | 'other' = 'time',
  place?: HtmlValue,
): Html | undefined =>
  firstHref === undefined && nextHref === undefined
    ? undefined
    : html`<nav class="pages" aria-label="${label}">${place !== undefined && html`<span class="hint">${place}</span>`}${firstHref !== undefined && html`<a href="${firstHref}">${words.first[by]}</a>`}${
        nextHref !== undefined && html`<a href="${nextHref}" rel="next">${words.next[by]}</a>`
      }</nav>`;
