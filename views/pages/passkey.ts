import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { passkeyForm } from '../partials/passkey-form.ts';

/** The form POSTs `csrf`, `name` and `credential` to `action`. */
export type PasskeyPageModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** What the browser makes a passkey from, as JSON. */
  readonly options: string;
  readonly name?: string;
  readonly errors?: { readonly name?: string; readonly credential?: string };
};

export const passkeyPage = (model: PasskeyPageModel): Html =>
  layout({
    frame: model,
    title: 'Add a passkey',
    style: 'security.css',
    script: 'passkeys.js',
    body: html`<section class="card"><h1>Add a passkey</h1>
<p class="lead">A passkey lies on your phone, computer or security key and opens with its lock: finger, face or PIN. It works for this address only, so nobody can talk you into giving it away.</p>
${model.errors?.credential !== undefined && html`<div class="flash error" role="alert">${model.errors.credential}</div>`}
${passkeyForm({
  kind: 'create',
  action: model.action,
  options: model.options,
  button: 'Make the passkey',
  look: 'primary',
  fields: html`<input type="hidden" name="csrf" value="${model.csrf}">${field({
    name: 'name',
    label: 'Name of the passkey',
    hint: 'So that you know it among others.',
    value: model.name ?? 'Passkey',
    autocomplete: 'off',
    maxLength: 60,
    ...(model.errors?.name === undefined ? {} : { error: model.errors.name }),
  })}`,
})}
<p class="flash" data-without-passkeys>Making a passkey takes a browser that has them, with JavaScript. An authenticator app works everywhere.</p>
<p><a href="${model.basePath}/account/security">Cancel</a></p>
</section>`,
  });
