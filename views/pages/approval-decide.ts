import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { decideWords as words } from '../words/approval.ts';
import { passkeyWords } from '../words/passkeys.ts';
import { secondFactorWords } from '../words/second-factor.ts';
import type { ApprovalModel, Ask } from './approval-model.ts';

/** Id of the form that denies. Its button is beside each button that approves. */
const NO = 'deny';
/** Id of the form that passkeys.js sends. */
const PASSKEY = 'with-passkey';

/** The two answers. The page fills in, chooses and focuses nothing beforehand. */
export const decide = (model: ApprovalModel): Html => {
  const { ask, approval } = model;
  if (approval.unreadable.length > 0) {
    return html`<div class="flash error">${words.cannotBeSaid}</div>${denyForm(model, words.deny)}`;
  }
  switch (ask.kind) {
    case 'session':
      return html`<form method="post" action="${model.action}" class="flat">${csrf(model)}
<div class="decide stay">${submit({ text: words.deny, kind: 'plain', name: 'decision', value: 'deny' })}
${submit({ text: words.approve, name: 'decision', value: 'approve' })}</div></form>`;
    case 'no_factor':
      return html`<div class="flash warning" role="note">${words.needsFactor(`${model.basePath}/account/security`, timeText(approval.until))}</div>${denyForm(model, words.deny)}`;
    case 'password':
      return html`${no(model)}<form method="post" action="${model.action}" class="flat">${yes(model, 'password')}
<div class="field"><label for="password">${words.yourPassword}</label>
<p class="hint" id="password-hint">${words.passwordHint}</p>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required aria-describedby="password-hint"></div>
${answers(words.withPassword)}</form>`;
    case 'factor':
      return byFactor(model, ask);
  }
};

const byFactor = (model: ApprovalModel, { passkey, hasApp }: Extract<Ask, { kind: 'factor' }>): Html => {
  const code = hasApp ? appForm(model) : recoveryForm(model);
  if (passkey === undefined) {
    return html`${no(model)}${
      hasApp && html`<details><summary>${secondFactorWords.noApp}</summary>${recoveryForm(model, 'inside')}</details>`
    }${code}`;
  }
  return html`${no(model)}
${model.asksNumber && numberField('passkey', PASSKEY)}
<details><summary>${secondFactorWords.noPasskey}</summary>${hasApp && appForm(model, 'inside')}${recoveryForm(model, 'inside')}</details>
<p class="hint" data-without-passkeys>${passkeyWords.need}</p>
${passkeyForm({
  kind: 'get',
  id: PASSKEY,
  action: model.action,
  options: passkey,
  button: words.withPasskey,
  look: 'primary',
  fields: html`${csrf(model)}<input type="hidden" name="decision" value="approve">`,
  otherAnswer: denyButton,
  without: html`<div class="decide">${denyButton}</div>`,
})}`;
};

const appForm = (
  model: ApprovalModel,
  look = 'flat',
): Html => html`<form method="post" action="${model.action}" class="${look}">
${yes(model, 'app')}
${codeField('code', secondFactorWords.appCode, secondFactorWords.appHint, 'one-time-code')}
${look === 'flat' ? answers(words.withCode) : html`<div class="actions">${submit({ text: words.withCode, kind: 'plain' })}</div>`}</form>`;

const recoveryForm = (
  model: ApprovalModel,
  look = 'flat',
): Html => html`<form method="post" action="${model.action}" class="${look}">
${yes(model, 'recovery')}
${codeField('recovery', secondFactorWords.recoveryCode, words.recoveryHint, 'off')}
${look === 'flat' ? answers(words.withRecoveryCode) : html`<div class="actions">${submit({ text: words.withRecoveryCode, kind: 'plain' })}</div>`}</form>`;

const codeField = (
  id: string,
  label: Phrase,
  hint: Phrase,
  autocomplete: string,
): Html => html`<div class="field"><label for="${id}">${label}</label>
<p class="hint" id="${id}-hint">${hint}</p>
<input id="${id}" name="code" type="text" class="code" autocomplete="${autocomplete}" maxlength="40" autocapitalize="none" spellcheck="false"${autocomplete === 'one-time-code' && html` inputmode="numeric"`} required aria-describedby="${id}-hint"></div>`;

/** The fields of each form that approves. */
const yes = (model: ApprovalModel, id: string): Html =>
  html`${csrf(model)}<input type="hidden" name="decision" value="approve">${model.asksNumber && numberField(id)}`;

/** `form`: id of the form that sends it, if it is not the one around it. */
const numberField = (
  id: string,
  form?: string,
): Html => html`<div class="field"><label for="${id}-number">${words.number}</label>
<p class="hint" id="${id}-number-hint">${words.numberHint}</p>
<input id="${id}-number" name="number" type="text" class="code"${form !== undefined && html` form="${form}"`} inputmode="numeric" autocomplete="off" maxlength="2" required aria-describedby="${id}-number-hint"></div>`;

const csrf = ({ csrf: token, slot }: ApprovalModel): Html =>
  html`<input type="hidden" name="csrf" value="${token}">${slot && html`<input type="hidden" name="as" value="${slot.value}">`}`;

const answers = (text: Phrase): Html => html`<div class="decide stay">${denyButton}${submit({ text })}</div>`;

/** A button that sends the form that denies, from any place on the page. */
const denyButton: Html = submit({ text: words.deny, kind: 'plain', form: NO });

const no = (model: ApprovalModel, button?: HtmlValue): Html =>
  html`<form method="post" action="${model.action}" id="${NO}" class="flat"${!button && html` hidden`}>${csrf(model)}<input type="hidden" name="decision" value="deny">${button}</form>`;

/** The denial alone. */
export const denyForm = (model: ApprovalModel, text: Phrase, kind: 'plain' | 'danger' = 'plain'): Html =>
  no(model, html`<div class="decide${kind === 'plain' && ' stay'}">${submit({ text, kind })}</div>`);
