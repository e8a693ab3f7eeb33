import { cellText, chosenName, plainText } from '../agent-text.ts';
import { runsOf } from '../event-runs.ts';
import { type Html, html } from '../html.ts';
import { eventRun } from '../partials/event-run.ts';
import { pagination } from '../partials/pagination.ts';
import { agoText } from '../time-text.ts';
import { activityWords as words } from '../words/account.ts';
import { listWords } from '../words/lists.ts';
import type { AccountModel } from './account-model.ts';

/** Recent actions and refusals on the person's behalf. */
export const activity = (model: AccountModel): Html => html`<section aria-labelledby="activity">
<h2 id="activity">${words.title}</h2>
${
  model.activity.length === 0
    ? html`<p class="empty">${words.none}</p>`
    : html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.who}</th><th scope="col">${words.where}</th></tr></thead>
<tbody>${runsOf(model.activity, ({ what, outcome, who, where, approval }) => [
        what,
        outcome,
        who,
        where,
        approval?.href,
      ]).map(
        ([entry, ...more]) =>
          html`<tr><td data-label="${words.when}">${agoText(entry.at)}</td><td data-label="${words.what}">${eventRun(html`<span class="outcome ${entry.outcome}">${entry.what}</span>`, [entry, ...more])}${
            entry.approval &&
            html`<span class="line"><a href="${entry.approval.href}">${entry.approval.title}</a></span>`
          }</td><td data-label="${words.who}">${
            entry.who === undefined ? words.you : chosenName(entry.who)
          }</td><td data-label="${words.where}">${entry.where === undefined ? '–' : cellText(entry.where, 60)}${more.length === 0 && entry.txn !== undefined && html` <code>${plainText(entry.txn, 80)}</code>`}</td></tr>`,
      )}</tbody></table></div>${pagination(model.activityPages ?? {}, listWords.pagesOf.activity)}`
}
</section>`;
