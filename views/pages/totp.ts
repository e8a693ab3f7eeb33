import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { copyButton } from '../partials/copy-button.ts';
import { type Field, field } from '../partials/field.ts';
import { qrCode } from '../partials/qr-code.ts';
import { submit } from '../partials/submit.ts';
import { copyWords } from '../words/copy.ts';
import { factorWords as words } from '../words/factors.ts';

/** The form POSTs `csrf`, `name` and `code` to `action`. */
export type TotpPageModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  /** Base 32, for apps without a camera. */
  readonly secret: string;
  /** The same as an `otpauth:` address. */
  readonly address: string;
  readonly name?: string;
  readonly errors?: { readonly name?: Phrase; readonly code?: Phrase };
};

export const totpPage = (model: TotpPageModel): Html =>
  layout({
    frame: model,
    style: 'security.css',
    script: 'copy.js',
    title: words.addApp,
    side: accountNavigation(model, 'security', false),
    body: html`<section class="card"><h1>${words.addApp}</h1>
<p class="lead">${words.fromThenOn}</p>
<h2>${words.scan}</h2>
<div class="scan"><figure class="qr">${qrCode(model.address, words.qrCode)}</figure>
<p>${words.orType} <code class="key">${inGroups(model.secret)}</code> ${copyButton(model.secret, copyWords.key)}</p></div>
<h2>${words.prove}</h2>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({
  name: 'name',
  label: words.nameOfApp,
  hint: words.soThatYouKnowTheApp,
  value: model.name ?? words.usualApp,
  autocomplete: 'off',
  maxLength: 60,
  ...problem(model.errors?.name),
})}
${field({
  name: 'code',
  label: words.codeNow,
  autocomplete: 'one-time-code',
  inputMode: 'numeric',
  maxLength: 12,
  code: true,
  ...problem(model.errors?.code),
})}
<div class="actions">${submit({ text: words.add })} <a class="button plain" href="${model.basePath}/account/security">${words.cancel}</a></div>
</form></section>`,
  });

const problem = (error: Phrase | undefined): Pick<Field, 'error'> => (error === undefined ? {} : { error });

const inGroups = (secret: string): string => (secret.match(/.{1,4}/g) ?? []).join(' ');
