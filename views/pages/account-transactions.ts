import { cellText, chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { agoText } from '../time-text.ts';
import { ownTransactionWords as words } from '../words/account-transactions.ts';
import type { IntentSource } from '../words/intent.ts';
import { transactionState } from './console-transactions.ts';

/** What a person reads of a declared transaction. */
export type OwnTransaction = {
  /** Absent: the agent stated a digest only. */
  readonly intent?: { readonly text: string; readonly source: IntentSource };
  readonly state: 'open' | 'closed';
  /** Participants besides the reader. */
  readonly others: number;
};

export type OwnTransactionRow = {
  readonly id: string;
  /** Page of its events. */
  readonly href: string;
  readonly agent?: string;
  /** Epoch seconds of the newest event. */
  readonly lastAt: number;
  /** Absent: work without a declared transaction. */
  readonly declared?: OwnTransaction;
};

export type OwnTransactionsModel = PageFrame & {
  readonly rows: readonly OwnTransactionRow[];
  readonly pages: Pagination;
};

/** Work that agents did on behalf of the reader, newest first. */
export const ownTransactionsPage = (model: OwnTransactionsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    side: accountNavigation(model, 'transactions'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
<section aria-labelledby="list"><h2 id="list" class="unseen">${words.title}</h2>
${
  model.rows.length === 0
    ? html`<p class="empty">${model.pages.firstHref === undefined ? words.none : words.older}</p>`
    : table(COLUMNS, model.rows, 'list')
}
${pagination(model.pages, words.pages)}</section>`,
  });

const COLUMNS: readonly Column<OwnTransactionRow>[] = [
  {
    title: words.work,
    cell: ({ id, href, agent, declared }) =>
      declared?.intent
        ? html`<a href="${href}">${cellText(declared.intent.text, 280)}</a><span class="line hint">${words.sources[declared.intent.source]}</span>`
        : html`<a href="${href}">${agent === undefined ? words.untold : words.workedForYou(chosenName(agent))}</a><span class="line hint">${agent !== undefined && html`${words.untold} · `}<code>${plainText(id, 80)}</code></span>`,
  },
  { title: words.agent, cell: ({ agent }) => (agent === undefined ? '–' : chosenName(agent)) },
  {
    title: words.state,
    cell: ({ declared }) =>
      declared === undefined
        ? '–'
        : html`${transactionState(declared.state)}${
            declared.others > 0 && html` <span class="hint">${words.with(declared.others)}</span>`
          }`,
  },
  { title: words.last, cell: ({ lastAt }) => agoText(lastAt) },
];
