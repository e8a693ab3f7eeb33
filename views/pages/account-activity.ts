import { cellText, chosenName, chosenWords, plainText } from '../agent-text.ts';
import { runsOf } from '../event-runs.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { deedLine } from '../partials/approval-facts.ts';
import { eventRun } from '../partials/event-run.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { agoText, clockText, dayHeading, dayStart } from '../time-text.ts';
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
  /** The choice between all events and the refused ones; absent on the page of a transaction. */
  readonly filter?: { readonly allHref: string; readonly refusalsHref: string; readonly isRefusals: boolean };
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
    style: 'account.css',
    side: model.of ? accountNavigation(model, 'transactions', false) : accountNavigation(model, 'activity'),
    body: html`${model.of ? headOfOne(model.of, model.activity) : headOf(model.filter)}
${model.activity.length === 0 ? html`<p class="empty">${nothingIn(model)}</p>` : listOf(model)}
${pagination(model.pages, listWords.pagesOf.activity)}`,
  });

const nothingIn = ({ of, filter }: ActivityModel): Phrase =>
  of ? ownTransactionWords.oneNone : filter?.isRefusals ? words.noRefusals : words.none;

/** A body of the table for each day. */
const listOf = ({ activity, of }: ActivityModel): Html =>
  html`<div class="card flush"><table class="log happenings">
<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.who}</th><th scope="col">${words.where}</th></tr></thead>
${[...Map.groupBy(activity, ({ at }) => dayStart(at))].map(
  ([day, entries]) =>
    html`<tbody><tr class="day"><th colspan="4" scope="rowgroup">${dayHeading(day)}</th></tr>${runsOf(
      entries,
      ({ what, outcome, who, where, approval }) => [what, outcome, who, where, approval?.facts.id],
    ).map((run) => rowOf(run, of !== undefined))}</tbody>`,
)}</table></div>`;

const rowOf = ([entry, ...more]: readonly [ActivityEntry, ...ActivityEntry[]], isOfOne: boolean): Html => {
  const { at, what, who, where, outcome, answer, approval } = entry;
  const deed = approval && deedLine(approval.facts);
  return html`<tr><td data-label="${words.when}">${clockText(at)}</td><td class="event" data-label="${words.what}">${eventRun(html`<span class="outcome ${answer ?? outcome}">${what}</span>`, [entry, ...more])}${
    approval && html` · ${approval.isOpenToReader ? html`<a href="${approval.facts.href}">${deed}</a>` : deed}`
  }</td><td data-label="${words.who}">${who === undefined ? words.you : chosenName(who)}</td><td data-label="${words.where}">${
    where === undefined ? html`<span class="nothing">–</span>` : cellText(where, 60)
  }${more.length === 0 && !isOfOne && transactionOf(entry)}</td></tr>`;
};

const headOf = (filter: ActivityModel['filter']): Html =>
  html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${
  filter &&
  html`<nav class="segments" aria-label="${words.show}"><a href="${filter.allHref}"${!filter.isRefusals && html` aria-current="true"`}>${words.everything}</a><a href="${filter.refusalsHref}"${filter.isRefusals && html` aria-current="true"`}>${words.refusals}</a></nav>`
}`;

/** What the work is for, whether it goes on, and the way back to all of it. */
const headOfOne = (
  { id, allHref, declared, openedAt, closedAt, endsAt }: NonNullable<ActivityModel['of']>,
  activity: readonly ActivityEntry[],
): Html => {
  const who = activity.find((entry) => entry.who !== undefined)?.who;
  return html`<div class="page-head"><h1>${who === undefined ? ownTransactionWords.oneTitle : ownTransactionWords.workedForYou(chosenName(who))}</h1>
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
};

const transactionOf = ({ txn, txnHref }: ActivityEntry): Html | undefined =>
  txn === undefined
    ? undefined
    : html` ${txnHref === undefined ? html`<code>${plainText(txn, 80)}</code>` : html`<a href="${txnHref}"><code>${plainText(txn, 80)}</code></a>`}`;
