import { plainText } from './agent-text.ts';
import type { Brand } from './brand.ts';
import { type Html, type HtmlValue, html, type View } from './html.ts';
import { layoutWords as words } from './words/layout.ts';

/** Without settings. */
const BEHALF: Brand = { name: 'Behalf' };

export const brandOf = ({ brand = BEHALF }: View): Brand => brand;

/** Its name, in a page. */
export const brandName = (view: View): HtmlValue => plainText(brandOf(view).name, 40);

/** Links of the operator, which open beside the page: a decision in progress stays. */
export const brandLinks = (view: View): Html | undefined => {
  const { supportUrl, privacyUrl, termsUrl } = brandOf(view);
  const links = [
    [supportUrl, words.support],
    [privacyUrl, words.privacy],
    [termsUrl, words.terms],
  ] as const;
  return links.every(([href]) => href === undefined)
    ? undefined
    : html`<ul class="operator">${links.map(
        ([href, text]) =>
          href !== undefined && html`<li><a href="${href}" target="_blank" rel="noopener noreferrer">${text}</a></li>`,
      )}</ul>`;
};
