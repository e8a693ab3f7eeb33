import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';

/** The form POSTs `csrf` and `email` to `action`. */
export type EmailModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** What it is now. */
  readonly email?: string;
  readonly isVerified: boolean;
  /** A link was mailed to the new address. */
  readonly isSent?: boolean;
  readonly error?: string;
};

export const emailPage = (model: EmailModel): Html =>
  layout({
    frame: model,
    title: 'E-mail address',
    body: html`<section class="card"><h1>E-mail address</h1>
<p class="lead">${
      model.email === undefined
        ? 'There is none. Without one nobody can tell you what concerns your account.'
        : html`It is <strong>${plainText(model.email, 254)}</strong>${!model.isVerified && ', which was not confirmed yet'}.`
    }</p>
${model.isSent ? html`<div class="flash notice" role="status">A link is on its way to the new address. It counts when you have opened the link and confirmed it.</div>` : ''}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({ name: 'email', label: 'New address', autocomplete: 'email', maxLength: 254, ...(model.error === undefined ? {} : { error: model.error }) })}
<div class="actions">${submit({ text: 'Send me a link' })} <a class="button plain" href="${model.basePath}/account">Cancel</a></div>
</form></section>`,
  });

/** The form POSTs `csrf` to `action`. */
export type EmailConfirmModel = PageFrame & { readonly action: string; readonly csrf: string; readonly email: string };

export const emailConfirmPage = (model: EmailConfirmModel): Html =>
  layout({
    frame: model,
    title: 'Confirm your address',
    bare: true,
    body: html`<section class="card"><h1>Confirm your address</h1>
<p class="lead">From now on mail to you goes to <strong>${plainText(model.email, 254)}</strong>, and a new password can be set from there. The address before is told.</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<div class="actions">${submit({ text: 'Confirm' })} <a class="button plain" href="${model.basePath}/account">Cancel</a></div>
</form></section>`,
  });
