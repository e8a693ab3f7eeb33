import { cellText, chosenName, chosenWords, plainText } from '../agent-text.ts';
import { runsOf } from '../event-runs.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { deedLine } from '../partials/approval-facts.ts';
import { eventRun } from '../partials/event-run.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { agoText } from '../time-text.ts';
import { activityWords as words } from '../words/account.ts';
import { ownTransactionWords } from '../words/account-transactions.ts';
import { intentWords } from '../words/intent.ts';
import { listWords } from '../words/lists.ts';
import type { ActivityEntry } from './account-model.ts';
import type { OwnTransaction } from './account-transactions.ts';
import { transactionState } from './console-transactions.ts';

/** Actions and refusals on the person's behalf, newest first. */
export type ActivityModel = PageFrame & {
  readonly activity: readonly ActivityEntry[];
  readonly pages: Pagination;
  /** The transaction to which the page is limited; absent: all events. */
  readonly of?: {
    readonly id: string;
    /** All transactions of the reader. */
    readonly allHref: string;
    /** Absent: not declared, or not for the reader. */
    readonly declared?: OwnTransaction;
    /** Epoch seconds. */
    readonly openedAt?: number;
    readonly closedAt?: number;
    readonly endsAt?: number;
  };
};

export const activityPage = (model: ActivityModel): Html =>
  layout({
    frame: model,
    title: model.of ? ownTransactionWords.oneTitle : words.title,
    width: 'wide',
    side: model.of ? accountNavigation(model, 'transactions', false) : accountNavigation(model, 'activity'),
    body: html`${model.of ? headOfOne(model.of) : HEAD}
${
  model.activity.length === 0
    ? html`<p class="empty">${model.of ? ownTransactionWords.oneNone : words.none}</p>`
    : html`<div class="card flush"><table class="log happenings">
<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.who}</th><th scope="col">${words.where}</th></tr></thead>
<tbody>${runsOf(model.activity, ({ what, outcome, who, where, approval }) => [
        what,
        outcome,
        who,
        where,
        approval?.facts.id,
      ]).map(
        ([entry, ...more]) =>
          html`<tr><td data-label="${words.when}">${agoText(entry.at)}</td><td class="event" data-label="${words.what}">${eventRun(html`<span class="outcome ${entry.answer ?? entry.outcome}">${entry.what}</span>`, [entry, ...more])}${
            entry.approval &&
            html` · ${entry.approval.isOpenToReader ? html`<a href="${entry.approval.facts.href}">${deedLine(entry.approval.facts)}</a>` : deedLine(entry.approval.facts)}`
          }</td><td data-label="${words.who}">${
            entry.who === undefined ? words.you : chosenName(entry.who)
          }</td><td data-label="${words.where}">${entry.where === undefined ? html`<span class="nothing">–</span>` : cellText(entry.where, 60)}${more.length === 0 && model.of === undefined && transactionOf(entry)}</td></tr>`,
      )}</tbody></table></div>${pagination(model.pages, listWords.pagesOf.activity)}`
}`,
  });

const HEAD = html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>`;

/** What the work is for, whether it goes on, and the way back to all of it. */
const headOfOne = ({ id, allHref, declared, openedAt, closedAt, endsAt }: NonNullable<ActivityModel['of']>): Html =>
  html`<div class="page-head"><h1>${ownTransactionWords.oneTitle}</h1>
<p class="facts">${declared && transactionState(declared.state)} <code>${plainText(id, 80)}</code></p>
<p class="lead">${ownTransactionWords.oneLead} <a href="${allHref}">${ownTransactionWords.all}</a></p>
${declared?.intent && chosenWords(declared.intent.text, intentWords.sources[declared.intent.source])}
${
  openedAt !== undefined &&
  html`<p class="hint">${ownTransactionWords.opened(agoText(openedAt))} · ${
    closedAt === undefined
      ? endsAt !== undefined && ownTransactionWords.endsAt(agoText(endsAt))
      : ownTransactionWords.closed(agoText(closedAt))
  }${declared !== undefined && declared.others > 0 && html` · ${ownTransactionWords.with(declared.others)}`}</p>`
}</div>`;

const transactionOf = ({ txn, txnHref }: ActivityEntry): Html | undefined =>
  txn === undefined
    ? undefined
    : html` ${txnHref === undefined ? html`<code>${plainText(txn, 80)}</code>` : html`<a href="${txnHref}"><code>${plainText(txn, 80)}</code></a>`}`;
