import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { pagination } from '../partials/pagination.ts';
import { timeText } from '../time-text.ts';
import { listWords } from '../words/lists.ts';
import type { AccountModel } from './account-model.ts';

/** What was done or refused lately in the person's name. */
export const activity = (model: AccountModel): Html => html`<section aria-labelledby="activity">
<h2 id="activity">Recent activity</h2>
${
  model.activity.length === 0
    ? html`<p class="empty">Nothing has happened yet. Sign-ins, consents and every token an agent asks for in your name will be listed here.</p>`
    : html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Who</th><th scope="col">Where</th></tr></thead>
<tbody>${model.activity.map(
        (entry) =>
          html`<tr><td data-label="When">${timeText(entry.at)}</td><td data-label="What"><span class="outcome ${entry.outcome}">${entry.what}</span></td><td data-label="Who">${
            entry.who === undefined ? 'You' : chosenName(entry.who)
          }</td><td data-label="Where">${entry.where === undefined ? '–' : plainText(entry.where, 60)}${entry.txn !== undefined && html` <code>${plainText(entry.txn, 80)}</code>`}</td></tr>`,
      )}</tbody></table></div>${pagination(model.activityPages ?? {}, listWords.pagesOf.activity)}`
}
</section>`;
