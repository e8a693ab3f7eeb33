import { plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { emailWords as words } from '../words/email.ts';

/** The form POSTs `csrf` and `email` to `action`. */
export type EmailModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** The current address. */
  readonly email?: string;
  readonly isVerified: boolean;
  /** The server has mailed a link to the new address. */
  readonly isSent?: boolean;
  readonly error?: Phrase;
};

export const emailPage = (model: EmailModel): Html =>
  layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'security', false),
    body: html`<section class="card"><h1>${model.isSent ? words.sentTitle : words.title}</h1>
${model.isSent && html`<p role="status">${words.onItsWay}</p>`}
<p class="lead">${
      model.email === undefined
        ? words.none
        : words.itIs(html`<strong>${plainText(model.email, 254)}</strong>`, model.isVerified)
    }</p>
${model.isSent ? sent(model) : form(model)}</section>`,
  });

/** What follows, and the form again for who mistyped the address. */
const sent = (model: EmailModel): Html =>
  html`<div class="actions"><a class="button primary" href="${model.basePath}/account/security">${words.back}</a></div>
<details><summary>${words.notThere}</summary>
${form(model)}</details>`;

const form = (
  model: EmailModel,
): Html => html`<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({ name: 'email', label: words.new, hint: words.newHint, autocomplete: 'email', maxLength: 254, ...(model.error === undefined ? {} : { error: model.error }) })}
<div class="actions">${submit({ text: words.sendLink })} <a class="button plain" href="${model.basePath}/account/security">${words.cancel}</a></div>
</form>`;

/** The form POSTs `csrf` to `action`. */
export type EmailConfirmModel = PageFrame & { readonly action: string; readonly csrf: string; readonly email: string };

export const emailConfirmPage = (model: EmailConfirmModel): Html =>
  layout({
    frame: model,
    title: words.confirmTitle,
    bare: true,
    body: html`<section class="card"><h1>${words.confirmTitle}</h1>
<p class="lead">${words.goesTo(html`<strong>${plainText(model.email, 254)}</strong>`)}</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<div class="actions">${submit({ text: words.confirm })} <a class="button plain" href="${model.basePath}/account">${words.cancel}</a></div>
</form></section>`,
  });
