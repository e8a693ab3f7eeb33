import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { lastUsed, narrowingForm, stoppedRights } from '../partials/rights-in-effect.ts';
import { heldRights } from '../partials/rights-list.ts';
import { resourceHeading } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { accountAgentWords, accountAppWords as words } from '../words/account.ts';
import { agentWords } from '../words/agent.ts';
import { wordOf } from '../words/word-of.ts';
import type { AccountModel, ClientAccess } from './account-model.ts';

/** Apps to which the person signed in or gave access. */
export const clients = (model: AccountModel): Html => html`<section aria-labelledby="apps">
<h2 id="apps">${words.title}</h2>
${
  model.clients.length === 0
    ? html`<p class="empty">${words.none}</p>`
    : model.clients.map((access) => client(access, model.csrf))
}
</section>`;

const client = (access: ClientAccess, csrf: string): Html => html`<article class="card held">
<div class="row"><div class="agent"><h3>${chosenName(access.client.name)}</h3>
<p class="facts"><span class="tag">${agentWords.app}</span> <code>${plainText(access.client.id, 80)}</code></p></div>
<form method="post" action="${access.revokeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
  text: accountAgentWords.revoke,
  kind: 'danger',
  about: words.accessOf(plainText(access.client.name, 60)),
})}</form></div>
${access.isUnasked === true && html`<p class="notice">${words.unasked}</p>`}
${
  access.openidScopes.length > 0 &&
  html`<p>${words.itKnows(access.openidScopes.map((name, index) => html`${index > 0 && ', '}${wordOf(words.knows, name) ?? plainText(name, 80)}`))}</p>`
}
${access.resources.map(
  (resource) =>
    html`<div class="delegation"><h4>${resourceHeading(resource)}</h4>${heldRights([...resource.scopes, ...(resource.details ?? [])])}${stoppedRights(resource.stopped)}</div>`,
)}
<p class="hint">${words.sinceUntil(timeText(access.since), timeText(access.until), access.grants)} ${lastUsed(access.usedAt)}</p>
${narrowingForm(access.narrowing, { id: `app-${access.client.id}`, csrf, about: words.accessOf(plainText(access.client.name, 60)) })}
</article>`;
