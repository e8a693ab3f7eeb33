import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { lastUse } from '../partials/agent-rows.ts';
import { pagination } from '../partials/pagination.ts';
import { timeText } from '../time-text.ts';
import type { AgentPageModel, CredentialModel } from './console-model.ts';

/** What it proves itself with. */
export const credentials = ({
  credentials: all,
}: AgentPageModel): Html => html`<section aria-labelledby="credentials"><h2 id="credentials">Credentials</h2>
${
  all.length === 0
    ? html`<p class="empty">It has nothing to prove itself with: it cannot get a token.</p>`
    : all.map(credential)
}</section>`;

const credential = (
  one: CredentialModel,
): Html => html`<article class="card tight"><div class="row"><h3>${one.name === undefined ? one.kind : chosenName(one.name)}</h3>
<span class="tag ${one.isAllowed && one.state === 'active' ? 'good' : 'off'}">${one.isAllowed ? one.state : 'not allowed'}</span></div>
${!one.isAllowed && html`<p class="hint">Its blueprint does not allow this way: it proves nothing.</p>`}
<dl class="facts small">
${one.name !== undefined && html`<div><dt>Way</dt><dd>${one.kind}</dd></div>`}
${one.facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${isolated(value, 255)}</dd></div>`)}
<div><dt>Since</dt><dd>${timeText(one.createdAt)}</dd></div>
<div><dt>Ends</dt><dd>${one.expiresAt === undefined ? 'not by itself' : timeText(one.expiresAt)}</dd></div>
${one.lastUsedAt !== undefined && html`<div><dt>Last use</dt><dd>${lastUse(one.lastUsedAt)}</dd></div>`}
<div><dt>Id</dt><dd><code>${plainText(one.id, 80)}</code></dd></div>
</dl></article>`;

/** What was done by it and to it. */
export const timeline = (model: AgentPageModel): Html | undefined =>
  model.timeline &&
  html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
${
  model.timeline.length === 0
    ? html`<p class="empty">Nothing has happened yet.</p>`
    : html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Who</th><th scope="col">Where</th></tr></thead>
<tbody>${model.timeline.map(
        (entry) =>
          html`<tr><td data-label="When">${timeText(entry.at)}</td><td data-label="What"><span class="outcome ${entry.outcome}">${entry.what}</span>${entry.note !== undefined && html` <code>${plainText(entry.note, 120)}</code>`}</td><td data-label="Who">${
            entry.who === undefined ? '–' : chosenName(entry.who)
          }</td><td data-label="Where">${entry.where === undefined ? '–' : isolated(entry.where)}${entry.txn !== undefined && html` <code>${plainText(entry.txn, 80)}</code>`}</td></tr>`,
      )}</tbody></table></div>`
}
${pagination(model.timelinePages, 'the timeline')}</section>`;
