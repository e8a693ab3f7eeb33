import { type Html, html } from '../html.ts';

/** Links to the neighbouring pages of a list; cursors only go forward, so the way back is to the start. */
export type Pagination = { readonly firstHref?: string; readonly nextHref?: string };

export const pagination = (
  { firstHref, nextHref }: Pagination,
  of: string,
  [first, next] = ['Newest', 'Older'],
): Html | undefined =>
  firstHref === undefined && nextHref === undefined
    ? undefined
    : html`<nav class="pages" aria-label="Pages of ${of}">${firstHref !== undefined && html`<a href="${firstHref}">${first}</a>`}${
        nextHref !== undefined && html`<a href="${nextHref}" rel="next">${next}</a>`
      }</nav>`;
