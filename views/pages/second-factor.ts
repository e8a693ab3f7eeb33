import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { submit } from '../partials/submit.ts';
import { passkeyWords } from '../words/passkeys.ts';
import { secondFactorWords as words } from '../words/second-factor.ts';

/** The forms POST `csrf`, `uid` and `code` or `credential` to `action`. */
export type SecondFactorModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly uid: string;
  /** The user is signed in already, and the request requires more. */
  readonly isStepUp: boolean;
  /** Whether the account has an authenticator app. */
  readonly hasApp: boolean;
  /** Options for a passkey of the account, as JSON; absent: it has none. */
  readonly passkey?: string;
  readonly error?: Phrase;
  /** POSTs `csrf` and `uid` there to begin again with a username; absent: no such button. */
  readonly againAction?: string;
  /** A cancelled sign-in POSTs its own `csrf` and `uid` there; absent: no such button. */
  readonly cancel?: { readonly action: string; readonly csrf: string };
};

export const secondFactorPage = (model: SecondFactorModel): Html =>
  layout({
    frame: model,
    style: 'security.css',
    title: words.title,
    bare: true,
    ...(model.passkey === undefined ? {} : { script: 'passkeys.js' }),
    body: html`<section class="card">
<h1>${model.passkey === undefined ? words.enterCode : words.proveIt}</h1>
<p class="lead">${model.isStepUp ? words.stepUp : words.afterPassword}</p>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${
  model.passkey !== undefined &&
  html`${passkeyForm({
    kind: 'get',
    action: model.action,
    options: model.passkey,
    button: words.usePasskey,
    look: 'primary',
    fields: hidden(model),
    without: html`<p class="hint">${passkeyWords.need}</p>`,
  })}`
}
${model.hasApp && codeForm(model)}
<details><summary>${model.hasApp ? words.noApp : words.nothingHere}</summary>
<form method="post" action="${model.action}" class="inside">
${hidden(model)}
<div class="field"><label for="recovery-code">${words.recoveryCode}</label>
<p class="hint" id="recovery-code-hint">${words.recoveryHint}</p>
<input id="recovery-code" name="code" type="text" autocomplete="off" maxlength="40" autocapitalize="none" spellcheck="false" required aria-describedby="recovery-code-hint"></div>
<div class="actions">${submit({ text: words.useRecoveryCode, kind: 'plain' })}</div>
</form></details>
${model.againAction !== undefined && html`<form method="post" action="${model.againAction}" class="after">${hidden(model)}${submit({ text: words.anotherUser, kind: 'quiet' })}</form>`}
${model.cancel && html`<form method="post" action="${model.cancel.action}" class="after">${hidden({ ...model, csrf: model.cancel.csrf })}${submit({ text: words.cancel, kind: 'quiet' })}</form>`}
</section>`,
  });

const codeForm = (model: SecondFactorModel): Html => html`<form method="post" action="${model.action}">
${hidden(model)}
${field({
  name: 'code',
  label: words.appCode,
  hint: words.appHint,
  autocomplete: 'one-time-code',
  inputMode: 'numeric',
  maxLength: 12,
  code: true,
  autofocus: model.passkey === undefined,
})}
<div class="actions">${submit({ text: words.continue, kind: model.passkey === undefined ? 'primary' : 'plain' })}</div>
</form>`;

const hidden = ({ csrf, uid }: Pick<SecondFactorModel, 'csrf' | 'uid'>): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="uid" value="${uid}">`;
