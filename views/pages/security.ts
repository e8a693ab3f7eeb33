import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';

export type ShownFactor = {
  readonly id: string;
  readonly kind: 'totp' | 'passkey' | 'recovery';
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** Recovery codes that were not used. */
  readonly left?: number;
  /** There may be a copy of it: it is not accepted. */
  readonly isCopied?: true;
  /** Where `csrf` is POSTed to remove it. */
  readonly removeAction: string;
};

export type SecurityModel = PageFrame & {
  readonly csrf: string;
  /** The page itself; what is added stands below it. */
  readonly path: string;
  /** Whether browsers can use passkeys at this address. */
  readonly hasPasskeys: boolean;
  /** Whether there is a page for another address. */
  readonly hasMail?: boolean;
  readonly factors: readonly ShownFactor[];
};

export const securityPage = (model: SecurityModel): Html => {
  const asked = model.factors.filter(({ kind }) => kind !== 'recovery');
  const codes = model.factors.find(({ kind }) => kind === 'recovery');
  return layout({
    frame: model,
    title: 'Sign-in and security',
    width: 'wide',
    body: html`<div class="page-head"><h1>Sign-in and security</h1>
<p class="lead">What proves that it is you, besides your password. To change anything here you sign in anew.</p></div>
<section aria-labelledby="factors"><h2 id="factors">Second factors</h2>
${
  asked.length === 0
    ? html`<p class="empty">There is none. Whoever knows your password can sign in as you, and allow agents what you could.</p>`
    : asked.map((factor) => shown(factor, model.csrf))
}
<p class="actions">${model.hasPasskeys && html`<a class="button plain" href="${model.path}/passkey">Add a passkey</a> `}<a class="button plain" href="${model.path}/totp">Add an authenticator app</a></p></section>
${asked.length > 0 && recovery(model, codes)}
<section aria-labelledby="password"><h2 id="password">Password</h2>
<p><a href="${model.basePath}/account/password">Change password</a>${model.hasMail && html` · <a href="${model.basePath}/account/email">E-mail address</a>`}</p></section>`,
  });
};

const used = ({ createdAt, lastUsedAt }: ShownFactor): Html =>
  html`Added ${timeText(createdAt)}, ${lastUsedAt === undefined ? 'not used yet' : html`last used ${timeText(lastUsedAt)}`}.`;

const shown = (factor: ShownFactor, csrf: string): Html => html`<article class="card">
<div class="row"><div class="agent"><h3>${chosenName(factor.name)}</h3>
<p class="facts"><span class="tag">${factor.kind === 'passkey' ? 'Passkey' : 'Authenticator app'}</span>${factor.isCopied && html` <span class="tag off">Stopped</span>`}</p></div>
<form method="post" action="${factor.removeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
  text: 'Remove',
  kind: 'danger',
  about: plainText(factor.name, 60),
})}</form></div>
<p class="hint">${used(factor)}${factor.isCopied && ' There may be a copy of it: remove it, and make another.'}</p></article>`;

const recovery = (
  model: SecurityModel,
  codes: ShownFactor | undefined,
): Html => html`<section aria-labelledby="recovery"><h2 id="recovery">Recovery codes</h2>
<p>${codes?.left ?? 0} of your codes were not used. Each lets you in once in place of a second factor that you do not have with you.</p>
<form method="post" action="${model.path}/recovery-codes"><input type="hidden" name="csrf" value="${model.csrf}">
<div class="actions">${submit({ text: 'Make new codes', kind: 'plain' })}</div></form>
<p class="hint">The old ones are over then.</p></section>`;
