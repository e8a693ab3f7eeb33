import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { heldRights } from '../partials/rights-list.ts';
import { resourceHeading } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { accountLinkWords as words } from '../words/account-links.ts';
import type { AccountLinkFacts, AccountModel } from './account-model.ts';

/** Servers of other organisations that can act on the person's behalf; empty without one. */
export const links = ({ links: all, csrf }: AccountModel): Html | false =>
  all.length > 0 &&
  html`<section aria-labelledby="links">
<h2 id="links">${words.title}</h2>
<p class="hint">${words.lead}</p>
${all.map((one) => link(one, csrf))}
</section>`;

const link = (one: AccountLinkFacts, csrf: string): Html => html`<article class="card held">
<div class="row"><div class="agent"><h3>${chosenName(one.name)}</h3>
<p class="facts"><code>${plainText(one.issuer, 120)}</code></p></div>
<form method="post" action="${one.endAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
  text: words.end,
  kind: 'danger',
  about: words.about(plainText(one.name, 60)),
})}</form></div>
<p>${words.asPerson(html`<code>${plainText(one.subject, 120)}</code>`)}${
  one.through.length > 0 &&
  html` ${words.by(html`${one.through.map((name, index) => html`${index > 0 && ', '}${chosenName(name)}`)}`)}`
}</p>
${
  one.inert === undefined
    ? one.resources.map(
        (resource) =>
          html`<div class="delegation"><h4>${resourceHeading(resource)}</h4>${heldRights(resource.scopes)}</div>`,
      )
    : html`<p class="notice">${one.inert === 'role' ? words.inertByRole : words.inertByServer}</p>`
}
<p class="hint">${words.since(timeText(one.since))} ${one.isByAddress ? words.madeByAddress : words.madeByAdministrator}</p>
</article>`;
