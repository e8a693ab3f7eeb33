import { type Html, type HtmlValue, html } from '../html.ts';
import { layoutWords as words } from '../words/layout.ts';

/** The pages above this one, the outermost first, and the name of this page. It needs inventories.css. */
export const breadcrumbs = (
  above: readonly { readonly href: string; readonly name: HtmlValue }[],
  here: HtmlValue,
): Html =>
  html`<nav class="crumbs" aria-label="${words.breadcrumbs}"><ol>${above.map(
    ({ href, name }) => html`<li><a href="${href}">${name}</a></li>`,
  )}<li aria-current="page">${here}</li></ol></nav>`;
