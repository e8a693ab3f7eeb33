import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../language.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { choice } from '../partials/controls.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { emailWords } from '../words/email.ts';
import { factorWords, recoveryWords } from '../words/factors.ts';
import { passwordWords } from '../words/password.ts';
import { securityWords as words } from '../words/security.ts';

export type ShownFactor = {
  readonly id: string;
  readonly kind: 'totp' | 'passkey' | 'recovery';
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** Unused recovery codes. */
  readonly left?: number;
  /** A copy of the key may exist, so it is not accepted. */
  readonly isCopied?: true;
  /** POSTs `csrf` there to remove it. */
  readonly removeAction: string;
};

export type SecurityModel = PageFrame & {
  readonly csrf: string;
  /** The page itself; pages that add factors are below it. */
  readonly path: string;
  /** Whether browsers can use passkeys at this address. */
  readonly hasPasskeys: boolean;
  /** Whether there is a page for changing the address. */
  readonly hasMail?: boolean;
  readonly factors: readonly ShownFactor[];
  /** Upstream providers: the connected ones, and those that the person can connect. */
  readonly connected: readonly ShownConnection[];
  readonly connectable: readonly { readonly id: string; readonly name: string }[];
  readonly hasPassword: boolean;
  /** The person's language. The form POSTs `csrf` and `language` to `path` with `/language`. */
  readonly language: Language;
};

export type ShownConnection = {
  readonly provider: string;
  /** The person's name there. */
  readonly label?: string;
  readonly createdAt: number;
  /** An administrator has switched the provider off. */
  readonly isOff: boolean;
  /** POSTs `csrf` there to remove it. */
  readonly removeAction: string;
};

export const securityPage = (model: SecurityModel): Html => {
  const asked = model.factors.filter(({ kind }) => kind !== 'recovery');
  const codes = model.factors.find(({ kind }) => kind === 'recovery');
  return layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'security'),
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${signIn(model)}
<section aria-labelledby="factors"><h2 id="factors">${words.factors}</h2>
${
  asked.length === 0
    ? html`<p class="empty">${words.noFactor(model.hasPassword)}</p>`
    : asked.map((factor) => shown(factor, model.csrf))
}
<p class="actions">${model.hasPasskeys && html`<a class="button plain" href="${model.path}/passkey">${factorWords.addPasskey}</a> `}<a class="button plain" href="${model.path}/totp">${factorWords.addApp}</a></p></section>
${asked.length > 0 && recovery(model, codes)}
${(model.connected.length > 0 || model.connectable.length > 0) && connections(model)}`,
  });
};

/** What most people come for: password, address and language, one row each. */
const signIn = (model: SecurityModel): Html | false =>
  (model.hasPassword || model.hasMail === true) &&
  html`<section aria-labelledby="basics" class="card"><h2 id="basics">${words.basics}</h2>
${model.hasPassword && html`<div class="row"><h3 id="password">${words.password}</h3><a class="button plain" href="${model.basePath}/account/password">${passwordWords.change}</a></div>`}
${
  model.hasMail &&
  html`<div class="row"><h3 id="email">${words.mail}</h3><a class="button plain" href="${model.basePath}/account/email">${emailWords.title}</a></div>
<form method="post" action="${model.path}/language"><input type="hidden" name="csrf" value="${model.csrf}">
${choice({
  name: 'language',
  label: words.language,
  hint: words.languageHint,
  value: model.language,
  options: LANGUAGES.map((value) => ({ value, text: LANGUAGE_NAMES[value] })),
})}
<div class="actions">${submit({ text: words.save, kind: 'plain' })}</div></form>`
}</section>`;

const connections = ({ connected, connectable, csrf, path }: SecurityModel): Html =>
  html`<section aria-labelledby="connections"><h2 id="connections">${words.providers}</h2>
${connected.length === 0 && html`<p class="empty">${words.noProvider}</p>`}
${connected.map(
  (one) => html`<article class="card">
<div class="row"><div class="agent"><h3>${chosenName(one.provider)}</h3>
${one.label !== undefined && html`<p class="facts">${words.as(plainText(one.label, 200))}${one.isOff && html` <span class="tag off">${words.switchedOff}</span>`}</p>`}</div>
<form method="post" action="${one.removeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.disconnect, kind: 'danger', about: plainText(one.provider, 60) })}</form></div>
<p class="hint">${words.connectedOn(timeText(one.createdAt))}</p></article>`,
)}
${
  connectable.length > 0 &&
  html`<div class="actions">${connectable.map(
    ({ id, name }) =>
      html`<form method="post" action="${path}/upstream"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="upstream" value="${id}">${submit({ text: words.connect(plainText(name, 60)), kind: 'plain' })}</form>`,
  )}</div>`
}</section>`;

const used = ({ createdAt, lastUsedAt }: ShownFactor): Phrase =>
  words.added(timeText(createdAt), lastUsedAt !== undefined && timeText(lastUsedAt));

const shown = (factor: ShownFactor, csrf: string): Html => html`<article class="card">
<div class="row"><div class="agent"><h3>${chosenName(factor.name)}</h3>
<p class="facts"><span class="tag">${factor.kind === 'passkey' ? factorWords.usualPasskey : factorWords.usualApp}</span>${factor.isCopied && html` <span class="tag off">${words.stopped}</span>`}</p></div>
<form method="post" action="${factor.removeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
  text: words.remove,
  kind: 'danger',
  about: plainText(factor.name, 60),
})}</form></div>
<p class="hint">${used(factor)}${factor.isCopied && html` ${words.mayBeCopied}`}</p></article>`;

const recovery = (
  model: SecurityModel,
  codes: ShownFactor | undefined,
): Html => html`<section aria-labelledby="recovery"><h2 id="recovery">${recoveryWords.title}</h2>
<p>${words.codesLeft(codes?.left ?? 0)}</p>
<form method="post" action="${model.path}/recovery-codes"><input type="hidden" name="csrf" value="${model.csrf}">
<div class="actions">${submit({ text: words.newCodes, kind: 'plain' })}</div></form>
<p class="hint">${words.oldCodesAreOver}</p></section>`;
