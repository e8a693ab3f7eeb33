import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { lastUse } from '../partials/agent-rows.ts';
import { pagination } from '../partials/pagination.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { listWords } from '../words/lists.ts';
import type { AgentPageModel, CredentialModel, InstanceModel } from './console-model.ts';

/** What it proves itself with. */
export const credentials = ({
  credentials: all,
  actions,
  csrf,
}: AgentPageModel): Html => html`<section aria-labelledby="credentials"><div class="row"><h2 id="credentials">Credentials</h2>${
  actions?.addCredential !== undefined && html`<a href="${actions.addCredential}">Add keys</a>`
}</div>
${
  all.length === 0
    ? html`<p class="empty">It has nothing to prove itself with: it cannot get a token.</p>`
    : all.map((one) => credential(one, csrf))
}</section>`;

const credential = (
  one: CredentialModel,
  csrf: string,
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
</dl>${one.actions && credentialButtons(one, one.actions, csrf)}</article>`;

const credentialButtons = (
  { name, id }: CredentialModel,
  { stop, resume, remove }: NonNullable<CredentialModel['actions']>,
  csrf: string,
): Html => {
  const about = plainText(name ?? id, 80);
  const post = (action: string, button: Html): Html =>
    html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${button}</form>`;
  return html`<div class="actions">
${stop !== undefined && post(stop, submit({ text: 'Stop', kind: 'plain', about }))}
${resume !== undefined && post(resume, submit({ text: 'Let it count', kind: 'plain', about }))}
${post(remove, submit({ text: 'Remove', kind: 'danger', about }))}
</div>`;
};

const INSTANCE_STATES: Readonly<Record<InstanceModel['state'], readonly [words: string, look: string]>> = {
  active: ['running', 'good'],
  over_limit: ['beyond the limit', 'off'],
  expired: ['over', 'gone'],
  ended: ['ended', 'gone'],
};

/** Its running copies, where there are any. */
export const instances = ({ instances: all = [], csrf }: AgentPageModel): Html | undefined =>
  all.length === 0
    ? undefined
    : html`<section aria-labelledby="instances"><h2 id="instances">Instances</h2>
<p class="hint">Running copies, each with its own key. Ending one leaves the others alone.</p>
<div class="card flush"><table class="log">
<thead><tr><th scope="col">Copy</th><th scope="col">State</th><th scope="col">Last use</th><th scope="col">Over</th><th scope="col">End</th></tr></thead>
<tbody>${all.map((one) => instance(one, csrf))}</tbody></table></div></section>`;

const instance = (one: InstanceModel, csrf: string): Html => {
  const [words, look] = INSTANCE_STATES[one.state];
  return html`<tr><td data-label="Copy" class="who-is">${one.name === undefined ? 'No name' : chosenName(one.name)} <code>${plainText(one.id, 80)}</code></td><td data-label="State"><span class="tag ${look}">${words}</span></td><td data-label="Last use">${timeText(one.lastUsedAt)}</td><td data-label="Over">${timeText(one.expiresAt)}</td><td data-label="End">${
    one.endAction === undefined
      ? '–'
      : html`<form method="post" action="${one.endAction}" class="inline"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: 'End', kind: 'danger', about: plainText(one.name ?? one.id, 60) })}</form>`
  }</td></tr>`;
};

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
${pagination(model.timelinePages, listWords.pagesOf.timeline)}</section>`;
