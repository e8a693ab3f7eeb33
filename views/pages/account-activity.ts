import { cellText, chosenName, plainText } from '../agent-text.ts';
import { runsOf } from '../event-runs.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { deedLine } from '../partials/approval-facts.ts';
import { eventRun } from '../partials/event-run.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { agoText } from '../time-text.ts';
import { activityWords as words } from '../words/account.ts';
import { listWords } from '../words/lists.ts';
import type { ActivityEntry } from './account-model.ts';

/** Actions and refusals on the person's behalf, newest first. */
export type ActivityModel = PageFrame & {
  readonly activity: readonly ActivityEntry[];
  readonly pages: Pagination;
};

export const activityPage = (model: ActivityModel): Html =>
  layout({
    frame: model,
    title: words.title,
    width: 'wide',
    side: accountNavigation(model, 'activity'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${
  model.activity.length === 0
    ? html`<p class="empty">${words.none}</p>`
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
          html`<tr><td data-label="${words.when}">${agoText(entry.at)}</td><td class="event" data-label="${words.what}">${eventRun(html`<span class="outcome ${entry.outcome}">${entry.what}</span>`, [entry, ...more])}${
            entry.approval &&
            html` · ${entry.approval.isOpenToReader ? html`<a href="${entry.approval.facts.href}">${deedLine(entry.approval.facts)}</a>` : deedLine(entry.approval.facts)}`
          }</td><td data-label="${words.who}">${
            entry.who === undefined ? words.you : chosenName(entry.who)
          }</td><td data-label="${words.where}">${entry.where === undefined ? html`<span class="nothing">–</span>` : cellText(entry.where, 60)}${more.length === 0 && entry.txn !== undefined && html` <code>${plainText(entry.txn, 80)}</code>`}</td></tr>`,
      )}</tbody></table></div>${pagination(model.pages, listWords.pagesOf.activity)}`
}`,
  });
