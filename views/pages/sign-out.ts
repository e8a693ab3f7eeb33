import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { submit } from '../partials/submit.ts';
import { signOutWords as words } from '../words/sign-out.ts';

/** The form POSTs `xsrf`, and `logout=yes` when the person signs out everywhere here, to `action`. */
export type SignOutModel = PageFrame & { readonly action: string; readonly xsrf: string; readonly clientName?: string };

export const signOutPage = (model: SignOutModel): Html =>
  layout({
    frame: model,
    title: words.signOut,
    bare: true,
    body: html`<section class="card"><h1>${words.question}</h1>
${model.clientName !== undefined && html`<p class="lead">${words.clientAsks(chosenName(model.clientName))}</p>`}
<dl class="facts"><div><dt>${words.apps}</dt><dd>${words.appsLose}</dd></div>
<div><dt>${words.agents}</dt><dd>${words.agentsGoOn}</dd></div></dl>
<form method="post" action="${model.action}"><input type="hidden" name="xsrf" value="${model.xsrf}">
<div class="decide">${submit({ text: words.stay, kind: 'plain' })}${submit({ text: words.signOut, kind: 'primary', name: 'logout', value: 'yes' })}</div>
</form></section>`,
  });

export type SignedOutModel = PageFrame & {
  readonly clientName?: string;
  /** The provider at which the session began, if the user can end it there, too. */
  readonly upstream?: { readonly name: string; readonly href: string };
};

export const signedOutPage = (model: SignedOutModel): Html =>
  layout({
    frame: model,
    title: words.signedOut,
    body: html`<section class="card"><h1>${words.youAreSignedOut}</h1>
<p class="lead">${model.clientName === undefined ? words.sessionIsOver : words.signedOutOf(chosenName(model.clientName))}</p>
${
  model.upstream &&
  html`<p>${words.stillAt(chosenName(model.upstream.name))}</p>
<p><a class="button plain" href="${model.upstream.href}">${words.thereToo}</a></p>`
}
<p class="actions"><a class="button primary" href="${model.basePath}/account">${words.again}</a></p></section>`,
  });
