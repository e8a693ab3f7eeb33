import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';

/** Both forms POST `csrf`, `uid` and `code` to `action`. */
export type SecondFactorModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly uid: string;
  /** Somebody is signed in already, and what is asked for takes more. */
  readonly isStepUp: boolean;
  readonly error?: string;
  /** Where `csrf` and `uid` are POSTed to begin again with a username; absent: no such button. */
  readonly againAction?: string;
  /** Where a cancelled sign-in POSTs its own `csrf` and `uid`; absent: no such button. */
  readonly cancel?: { readonly action: string; readonly csrf: string };
};

export const secondFactorPage = (model: SecondFactorModel): Html =>
  layout({
    frame: model,
    style: 'security.css',
    title: 'Second factor',
    bare: true,
    body: html`<section class="card">
<h1>Enter your code</h1>
<p class="lead">${
      model.isStepUp
        ? 'You are signed in. What is asked for now also takes your second factor.'
        : 'Your password was right. This account also asks for a second factor.'
    }</p>
${model.error !== undefined && html`<div class="flash error" role="alert">${plainText(model.error, 300)}</div>`}
<form method="post" action="${model.action}">
${hidden(model)}
${field({
  name: 'code',
  label: 'Code from your authenticator app',
  hint: 'Six digits. Each code works once.',
  autocomplete: 'one-time-code',
  inputMode: 'numeric',
  maxLength: 12,
  code: true,
  autofocus: true,
})}
<div class="actions">${submit({ text: 'Continue' })}</div>
</form>
<details><summary>I do not have the app here</summary>
<form method="post" action="${model.action}" class="inside">
${hidden(model)}
<div class="field"><label for="recovery-code">Recovery code</label>
<p class="hint" id="recovery-code-hint">One of the codes you kept when you added the app. Lost them, too? An administrator can remove the factor.</p>
<input id="recovery-code" name="code" type="text" autocomplete="off" maxlength="40" autocapitalize="none" spellcheck="false" required aria-describedby="recovery-code-hint"></div>
<div class="actions">${submit({ text: 'Use this recovery code', kind: 'plain' })}</div>
</form></details>
${model.againAction !== undefined && html`<form method="post" action="${model.againAction}" class="after">${hidden(model)}${submit({ text: 'Sign in as somebody else', kind: 'quiet' })}</form>`}
${model.cancel && html`<form method="post" action="${model.cancel.action}" class="after">${hidden({ ...model, csrf: model.cancel.csrf })}${submit({ text: 'Cancel and go back', kind: 'quiet' })}</form>`}
</section>`,
  });

const hidden = ({ csrf, uid }: Pick<SecondFactorModel, 'csrf' | 'uid'>): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="uid" value="${uid}">`;
