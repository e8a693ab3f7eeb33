import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { field } from '../partials/field.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { factorWords as words } from '../words/factors.ts';

/** The form POSTs `csrf`, `name` and `credential` to `action`. */
export type PasskeyPageModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** The browser's options for creating a passkey, as JSON. */
  readonly options: string;
  readonly name?: string;
  readonly errors?: { readonly name?: Phrase; readonly credential?: Phrase };
};

export const passkeyPage = (model: PasskeyPageModel): Html =>
  layout({
    frame: model,
    title: words.addPasskey,
    side: accountNavigation(model, 'security', false),
    style: 'security.css',
    script: 'passkeys.js',
    body: html`<section class="card"><h1>${words.addPasskey}</h1>
<p class="lead">${words.whatAPasskeyIs}</p>
${model.errors?.credential !== undefined && html`<div class="flash error" role="alert">${model.errors.credential}</div>`}
${passkeyForm({
  kind: 'create',
  action: model.action,
  options: model.options,
  button: words.makePasskey,
  look: 'primary',
  fields: html`<input type="hidden" name="csrf" value="${model.csrf}">${field({
    name: 'name',
    label: words.nameOfPasskey,
    hint: words.soThatYouKnowIt,
    value: model.name ?? words.usualPasskey,
    autocomplete: 'off',
    maxLength: 60,
    ...(model.errors?.name === undefined ? {} : { error: model.errors.name }),
  })}`,
  beside: html`<a class="button plain" href="${model.basePath}/account/security">${words.cancel}</a>`,
  without: html`<p class="flash">${words.needsBrowser}</p><p class="actions"><a class="button plain" href="${model.basePath}/account/security">${words.cancel}</a></p>`,
})}
</section>`,
  });
