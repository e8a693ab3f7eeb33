import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { type Field, field } from '../partials/field.ts';
import { qrCode } from '../partials/qr-code.ts';
import { submit } from '../partials/submit.ts';

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
  readonly errors?: { readonly name?: string; readonly code?: string };
};

export const totpPage = (model: TotpPageModel): Html =>
  layout({
    frame: model,
    style: 'security.css',
    title: 'Add an authenticator app',
    body: html`<section class="card"><h1>Add an authenticator app</h1>
<p class="lead">From then on a sign-in takes your password and a code that the app shows.</p>
<h2>1. Let the app read this</h2>
<figure class="qr">${qrCode(model.address, 'QR code for an authenticator app')}</figure>
<p>Or type this key into the app: <code class="key">${inGroups(model.secret)}</code></p>
<h2>2. Show that it works</h2>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({
  name: 'name',
  label: 'Name of the app or phone',
  hint: 'So that you know it among others.',
  value: model.name ?? 'Authenticator app',
  autocomplete: 'off',
  maxLength: 60,
  ...problem(model.errors?.name),
})}
${field({
  name: 'code',
  label: 'Code the app shows now',
  autocomplete: 'one-time-code',
  inputMode: 'numeric',
  maxLength: 12,
  code: true,
  ...problem(model.errors?.code),
})}
<div class="actions">${submit({ text: 'Add the app' })} <a class="button plain" href="${model.basePath}/account/security">Cancel</a></div>
</form></section>`,
  });

const problem = (error: string | undefined): Pick<Field, 'error'> => (error === undefined ? {} : { error });

const inGroups = (secret: string): string => (secret.match(/.{1,4}/g) ?? []).join(' ');
