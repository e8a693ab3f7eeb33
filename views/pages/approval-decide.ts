import { type Html, type HtmlValue, html } from '../html.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import type { ApprovalModel, Ask } from './approval-model.ts';

/** Id of the form that says no: its button stands beside each that says yes. */
const NO = 'deny';

/** The two answers. Nothing is filled in, chosen or focused beforehand. */
export const decide = (model: ApprovalModel): Html => {
  const { ask, approval } = model;
  if (approval.unreadable.length > 0) {
    return html`<div class="flash error">What is asked cannot be put into words, so nobody can approve it. It can only be denied, or left until it is over.</div>${denyForm(model, 'Deny')}`;
  }
  switch (ask.kind) {
    case 'session':
      return html`<form method="post" action="${model.action}">${csrf(model)}
<div class="decide">${submit({ text: 'Deny', kind: 'strong', name: 'decision', value: 'deny' })}
${submit({ text: 'Approve', name: 'decision', value: 'approve' })}</div></form>`;
    case 'no_factor':
      return html`<div class="flash warning" role="note">To approve this takes a second factor, and you have none yet. <a href="${model.basePath}/account/security">Add one under Sign-in and security</a>, then come back: the request stays here until ${timeText(approval.until)}.</div>${denyForm(model, 'Deny')}`;
    case 'password':
      return html`${no(model)}<form method="post" action="${model.action}">${yes(model, 'password')}
<div class="field"><label for="password">Your password</label>
<p class="hint" id="password-hint">Asked for this one request, so that nobody else answers from your browser.</p>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required aria-describedby="password-hint"></div>
${answers('Approve with my password')}</form>`;
    case 'factor':
      return byFactor(model, ask);
  }
};

const byFactor = (model: ApprovalModel, { passkey, hasApp }: Extract<Ask, { kind: 'factor' }>): Html => {
  const code = hasApp ? appForm(model) : recoveryForm(model, 'recovery');
  if (passkey === undefined) {
    return html`${no(model)}${code}${
      hasApp &&
      html`<details><summary>I do not have the app here</summary>${recoveryForm(model, 'recovery', 'inside')}</details>`
    }`;
  }
  return html`${no(model)}${passkeyForm({
    kind: 'get',
    action: model.action,
    options: passkey,
    button: 'Approve with your passkey',
    look: 'primary',
    fields: yes(model, 'passkey'),
    otherAnswer: denyButton,
  })}
<div class="decide" data-without-passkeys>${denyButton}</div>
<p class="hint" data-without-passkeys>Passkeys take a browser that has them, with JavaScript.</p>
<details><summary>I do not have my passkey here</summary>${hasApp && appForm(model, 'inside')}${recoveryForm(model, 'recovery', 'inside')}</details>`;
};

const appForm = (
  model: ApprovalModel,
  look = '',
): Html => html`<form method="post" action="${model.action}" class="${look}">
${yes(model, 'app')}
${codeField('code', 'Code from your authenticator app', 'Six digits. Each code works once.', 'one-time-code')}
${look === '' ? answers('Approve with this code') : html`<div class="actions">${submit({ text: 'Approve with this code', kind: 'plain' })}</div>`}</form>`;

const recoveryForm = (
  model: ApprovalModel,
  id: string,
  look = '',
): Html => html`<form method="post" action="${model.action}" class="${look}">
${yes(model, id)}
${codeField(id, 'Recovery code', 'One of the codes you kept when you added your first factor.', 'off')}
${look === '' ? answers('Approve with this recovery code') : html`<div class="actions">${submit({ text: 'Approve with this recovery code', kind: 'plain' })}</div>`}</form>`;

const codeField = (
  id: string,
  label: string,
  hint: string,
  autocomplete: string,
): Html => html`<div class="field"><label for="${id}">${label}</label>
<p class="hint" id="${id}-hint">${hint}</p>
<input id="${id}" name="code" type="text" class="code" autocomplete="${autocomplete}" maxlength="40" autocapitalize="none" spellcheck="false"${autocomplete === 'one-time-code' && html` inputmode="numeric"`} required aria-describedby="${id}-hint"></div>`;

/** What each form of a yes carries. */
const yes = (model: ApprovalModel, id: string): Html =>
  html`${csrf(model)}<input type="hidden" name="decision" value="approve">${model.asksNumber && numberField(id)}`;

const numberField = (
  id: string,
): Html => html`<div class="field"><label for="${id}-number">Number that the agent shows</label>
<p class="hint" id="${id}-number-hint">Two digits, where you started this. It is nowhere on this page. You do not see such a number? Then deny.</p>
<input id="${id}-number" name="number" type="text" class="code" inputmode="numeric" autocomplete="off" maxlength="2" required aria-describedby="${id}-number-hint"></div>`;

const csrf = ({ csrf: token }: ApprovalModel): Html => html`<input type="hidden" name="csrf" value="${token}">`;

const answers = (text: string): Html => html`<div class="decide">${denyButton}${submit({ text })}</div>`;

/** Sends the form of the no from wherever it stands. */
const denyButton: Html = submit({ text: 'Deny', kind: 'strong', form: NO });

const no = (model: ApprovalModel, button?: HtmlValue): Html =>
  html`<form method="post" action="${model.action}" id="${NO}"${!button && html` hidden`}>${csrf(model)}<input type="hidden" name="decision" value="deny">${button}</form>`;

/** The no alone. */
export const denyForm = (model: ApprovalModel, text: string, kind: 'strong' | 'danger' = 'strong'): Html =>
  no(model, html`<div class="decide short">${submit({ text, kind })}</div>`);
