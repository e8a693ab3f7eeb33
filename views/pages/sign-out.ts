import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { submit } from '../partials/submit.ts';

/** The form POSTs `xsrf`, and `logout=yes` when the person signs out everywhere here, to `action`. */
export type SignOutModel = PageFrame & { readonly action: string; readonly xsrf: string; readonly clientName?: string };

export const signOutPage = (model: SignOutModel): Html =>
  layout({
    frame: model,
    title: 'Sign out',
    bare: true,
    body: html`<section class="card"><h1>Sign out of Behalf?</h1>
<p class="lead">${model.clientName !== undefined && html`${chosenName(model.clientName)} asks whether you want to sign out here as well. `}Agents you allowed to act for you keep what you gave them until you end it under My account.</p>
<form method="post" action="${model.action}"><input type="hidden" name="xsrf" value="${model.xsrf}">
<div class="decide">${submit({ text: 'Stay signed in', kind: 'strong' })}${submit({ text: 'Sign out', kind: 'primary', name: 'logout', value: 'yes' })}</div>
</form></section>`,
  });

export type SignedOutModel = PageFrame & {
  readonly clientName?: string;
  /** The provider at which the session began, where it can be ended there, too. */
  readonly upstream?: { readonly name: string; readonly href: string };
};

export const signedOutPage = (model: SignedOutModel): Html =>
  layout({
    frame: model,
    title: 'Signed out',
    body: html`<section class="card"><h1>You are signed out</h1>
<p class="lead">${model.clientName === undefined ? 'Your session in this browser is over.' : html`You are signed out of ${chosenName(model.clientName)}.`}</p>
${
  model.upstream &&
  html`<p>You are still signed in at ${chosenName(model.upstream.name)}, and whoever uses this browser could come back that way.</p>
<p><a class="button plain" href="${model.upstream.href}">Sign out there, too</a></p>`
}
<p><a href="${model.basePath}/account">Sign in again</a></p></section>`,
  });
