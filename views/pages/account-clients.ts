import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { detailChips } from '../partials/detail-list.ts';
import { resourceHeading, scopeChips } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import type { AccountModel, ClientAccess } from './account-model.ts';

/** Apps the person signed in to or gave access. */
export const clients = (model: AccountModel): Html => html`<section aria-labelledby="apps">
<h2 id="apps">Apps with access</h2>
${
  model.clients.length === 0
    ? html`<p class="empty">No app holds access. Apps you sign in to with this account are listed here.</p>`
    : model.clients.map((access) => client(access, model.csrf))
}
</section>`;

const OPENID_WORDS: Readonly<Record<string, string>> = {
  openid: 'that it is you',
  profile: 'name and username',
  email: 'e-mail address',
  groups: 'groups',
  offline_access: 'access while you are away',
};

const client = (access: ClientAccess, csrf: string): Html => html`<article class="card">
<div class="row"><div class="agent"><h3>${chosenName(access.client.name)}</h3>
<p class="facts"><span class="tag">App</span> <code>${plainText(access.client.id, 80)}</code></p></div>
<form method="post" action="${access.revokeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
  text: 'Revoke',
  kind: 'danger',
  about: `access of ${plainText(access.client.name, 60)}`,
})}</form></div>
${
  access.openidScopes.length > 0 &&
  html`<p>Knows: ${access.openidScopes.map((name) => OPENID_WORDS[name] ?? plainText(name, 80)).join(', ')}.</p>`
}
${access.resources.map(
  (resource) =>
    html`<div class="delegation"><h4>${resourceHeading(resource)}</h4>${resource.scopes.length > 0 && scopeChips(resource.scopes)}${detailChips(resource.details)}</div>`,
)}
<p class="hint">Since ${timeText(access.since)}, until ${timeText(access.until)}${access.leases > 1 && `, from ${access.leases} sign-ins`}.</p>
</article>`;
