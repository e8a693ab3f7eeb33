/** Links from people of another domain to accounts here: their list, the form for a new one, and the question before one ends. */
import { anyName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, factList, table } from '../partials/console-list.ts';
import { field } from '../partials/field.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { actionLink } from '../partials/object-page.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { agoText } from '../time-text.ts';
import { objectWords } from '../words/console-objects.ts';
import { accountLinkWords as words } from '../words/console-peers.ts';

export type AccountLinkRow = {
  readonly account: NamedLink;
  readonly subject: string;
  readonly byName: Text;
  readonly createdAt: number;
  /** Confirmation page; absent: not permitted to the viewer. */
  readonly removeHref?: string;
};

export type AccountLinksModel = {
  readonly rows: readonly AccountLinkRow[];
  readonly pages: Pagination;
  /** The form for a new one; absent: not permitted to the viewer. */
  readonly newHref?: string;
};

const COLUMNS: readonly Column<AccountLinkRow>[] = [
  { title: words.account, cell: ({ account }) => linkedName(account) },
  { title: words.subject, cell: ({ subject }) => isolated(subject, 200) },
  { title: words.by, cell: ({ byName }) => anyName(byName) },
  { title: words.since, cell: ({ createdAt }) => agoText(createdAt) },
];

const REMOVE: Column<AccountLinkRow> = {
  title: words.remove,
  isActions: true,
  cell: ({ removeHref, subject }) =>
    removeHref !== undefined &&
    actionLink({ text: words.remove, href: removeHref, kind: 'danger' }, isolated(subject, 60)),
};

export const accountLinksSection = ({ rows, pages, newHref }: AccountLinksModel): Html =>
  html`<section aria-labelledby="links"><div class="row"><h2 id="links">${words.title}</h2>${
    newHref !== undefined && actionLink({ text: words.make, href: newHref }, '')
  }</div>
<p class="hint">${words.lead}</p>
${
  rows.length === 0
    ? html`<p class="empty">${words.none}</p>`
    : table(rows.some(({ removeHref }) => removeHref !== undefined) ? [...COLUMNS, REMOVE] : COLUMNS, rows, 'links')
}
${pagination(pages, words.pagesOf, 'other')}</section>`;

/** The form, and what was typed into it before. */
export type NewAccountLinkModel = {
  /** Name of the other domain. */
  readonly peer: string;
  readonly action: string;
  readonly cancelHref: string;
  readonly values: { readonly account?: string; readonly subject?: string };
  readonly errors: { readonly account?: Text; readonly subject?: Text };
};

/** The form POSTs `csrf`, `account` and `subject`. */
export const newAccountLinkPage = (
  frame: ConsoleFrame,
  { peer, action, cancelHref, values, errors }: NewAccountLinkModel,
): Html => {
  const text = (name: 'account' | 'subject', maxLength: number): Html =>
    field({
      ...{ name, label: words[name], autocomplete: 'off', maxLength, value: values[name] ?? '' },
      hint: name === 'account' ? objectWords.accountHint : words.subjectHint,
      ...(errors[name] === undefined ? {} : { error: errors[name] }),
    });
  return confirmPage(frame, {
    ...{ place: 'peers', title: words.make, question: words.makeAsked(isolated(peer, 100)), lead: words.makeLead },
    fields: html`${text('subject', 1024)}
${text('account', 200)}`,
    ...{ button: words.add, kind: 'primary', action, cancelHref },
  });
};

export type RemoveAccountLinkModel = {
  /** Id of the other domain. */
  readonly peer: string;
  readonly account: NamedLink;
  readonly subject: string;
  readonly action: string;
  readonly cancelHref: string;
};

/** The form POSTs `csrf` and `peer`. */
export const removeAccountLinkPage = (frame: ConsoleFrame, model: RemoveAccountLinkModel): Html =>
  confirmPage(frame, {
    ...{ place: 'peers', title: words.removeTitle, question: words.removeAsked(isolated(model.account.name, 100)) },
    lead: words.removeLead,
    more: factList([
      [words.account, linkedName(model.account)],
      [words.subject, isolated(model.subject, 400)],
    ]),
    fields: html`<input type="hidden" name="peer" value="${plainText(model.peer, 100)}">`,
    ...{ isNarrow: true, button: words.removeNow, action: model.action, cancelHref: model.cancelHref },
  });
