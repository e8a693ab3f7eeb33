import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { breadcrumbs } from '../partials/breadcrumbs.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { confirmPage } from '../partials/console-list.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';

/** Asks for the name of an inventory before it is deleted. */
export const removeInventoryPage = (
  frame: ConsoleFrame,
  { href, listHref, present, gone }: RemovalModel,
  typed: TypedConfirmation,
): Html =>
  confirmPage(frame, {
    ...{ place: 'inventories', title: words.removeTitle, isNarrow: true, typed, lead: words.removeLead },
    ...{ alsoStyle: 'inventories.css', above: breadcrumbsTo(listHref, typed.name) },
    question: words.removeAsked(html`<bdi class="long">${plainText(typed.name, 40)}</bdi>`),
    more: html`<p>${words.removes(present, gone)}</p><p>${words.removesNot}</p>`,
    ...{ button: words.remove, action: href, cancelHref: `${listHref}?source=${encodeURIComponent(typed.name)}` },
  });

const breadcrumbsTo = (listHref: string, source: string): Html =>
  breadcrumbs(
    [
      { href: listHref, name: words.title },
      { href: `${listHref}?source=${encodeURIComponent(source)}`, name: plainText(source, 40) },
    ],
    words.removeTitle,
  );

/** `href`: where the form POSTs to. Numbers of apps. */
export type RemovalModel = {
  readonly href: string;
  readonly listHref: string;
  readonly present: number;
  readonly gone: number;
};
