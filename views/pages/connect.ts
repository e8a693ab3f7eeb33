import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { submit } from '../partials/submit.ts';
import { connectWords as words } from '../words/upstream.ts';

/** The forms POST `csrf` and `uid`; to `action` also `username` and `password`. */
export type ConnectModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly uid: string;
  readonly provider: string;
  /** The person's name there. */
  readonly label: string;
  readonly username?: string;
  readonly hasPassword: boolean;
  /** Proves the account here with a passkey alone. */
  readonly passkey?: { readonly action: string; readonly options: string };
  /** Where a person returns to the choice of sign-in methods. */
  readonly otherAction: string;
  readonly error?: Phrase;
};

/**
 * For a user who authenticated at a provider and has no account link here yet. The page is the same whether there is such an
 * account or not (LG-01).
 */
export const connectPage = (model: ConnectModel): Html =>
  layout({
    frame: model,
    title: words.title,
    bare: true,
    ...(model.passkey ? { script: 'passkeys.js' } : {}),
    body: html`<section class="card"><h1>${words.title}</h1>
<p class="lead">${words.signedInAs(chosenName(model.provider), html`<strong>${plainText(model.label, 200)}</strong>`)}</p>
<p>${model.hasPassword || model.passkey ? words.proveOnce : words.askAdministrator}</p>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${
  model.hasPassword &&
  html`<form method="post" action="${model.action}">
${hidden(model)}
${field({ name: 'username', label: words.username, autocomplete: 'username', maxLength: 128, autofocus: true, ...(model.username === undefined ? {} : { value: model.username }) })}
${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password', maxLength: 1024 })}
<div class="actions">${submit({ text: words.connect })}</div>
</form>`
}
${
  model.passkey &&
  passkeyForm({
    ...model.passkey,
    kind: 'get',
    button: words.withPasskey,
    look: 'plain',
    fields: html`${hidden(model)}<input type="hidden" name="connect" value="yes">`,
  })
}
<form method="post" action="${model.otherAction}" class="after">${hidden(model)}${submit({ text: words.otherWay, kind: 'quiet' })}</form>
</section>`,
  });

const hidden = ({ csrf, uid }: ConnectModel): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="uid" value="${uid}">`;
