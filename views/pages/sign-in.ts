import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { submit } from '../partials/submit.ts';
import { signInWords as words } from '../words/sign-in.ts';

/** The form POSTs `csrf`, `uid`, `username` and `password` to `action`. */
export type SignInModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** The interaction in progress; absent if `action` is enough. */
  readonly uid?: string;
  readonly username?: string;
  /** One text for all reasons, which does not reveal which part was wrong. */
  readonly error?: Phrase;
  /** The app for whose request the person signs in; absent for our own account page. */
  readonly client?: { readonly name: string; readonly kind: 'agent' | 'client'; readonly host?: string };
  /** A cancelled sign-in POSTs `csrf` and `uid` there; absent: no such button. */
  readonly cancelAction?: string;
  /** Page for a user who forgot the password. Absent: no such link. */
  readonly resetHref?: string;
  /** A sign-in with a passkey alone: POSTs `csrf`, `uid` and `credential` to `action`. Absent: no such button. */
  readonly passkey?: { readonly action: string; readonly options: string };
  /** Whether there is a form for a password. */
  readonly hasPassword: boolean;
  /** Other providers to sign in at. */
  readonly upstreams?: UpstreamChoice;
};

export type UpstreamChoice = {
  /** POSTs `csrf`, `uid` and `upstream` there. */
  readonly action: string;
  readonly buttons: readonly { readonly id: string; readonly name: string }[];
  /** Whether the domain of a username may lead to a provider. Then a user may have no password here. */
  readonly hasDomains: boolean;
};

export const signInPage = (model: SignInModel): Html =>
  layout({
    frame: model,
    title: words.title,
    bare: true,
    ...(model.passkey ? { script: 'passkeys.js' } : {}),
    body: html`<section class="card">
<h1>${words.title}</h1>
${
  model.client
    ? html`<p class="lead">${words.toContinueWith(
        model.client.kind,
        chosenName(model.client.name),
        model.client.host !== undefined && html`<strong class="host">${plainText(model.client.host, 255)}</strong>`,
      )}</p>`
    : html`<p class="lead">${words.toYourAccount}</p>`
}
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${usernameForm(model)}
${hasUsername(model) && (model.passkey !== undefined || (model.upstreams?.buttons.length ?? 0) > 0) && html`<p class="or">${words.or}</p>`}
<div class="ways">${
      model.passkey &&
      passkeyForm({ ...model.passkey, kind: 'get', button: words.withPasskey, look: 'plain', fields: hidden(model) })
    }
${model.upstreams?.buttons.map((one, index) => upstreamForm(model, one, !hasUsername(model) && index === 0))}</div>
${model.cancelAction !== undefined && html`<form method="post" action="${model.cancelAction}" class="after">${hidden(model)}${submit({ text: words.cancel, kind: 'quiet' })}</form>`}
</section>`,
  });

const hasUsername = ({ hasPassword, upstreams }: SignInModel): boolean => hasPassword || upstreams?.hasDomains === true;

/** Username and password. Only the username if it leads to a provider and passwords are off. */
const usernameForm = (model: SignInModel): Html | false => {
  const { hasPassword, username, upstreams } = model;
  const hasDomains = upstreams?.hasDomains === true;
  return (
    hasUsername(model) &&
    html`<form method="post" action="${model.action}">
${hidden(model)}
${field({
  name: 'username',
  label: hasPassword ? words.username : words.workAddress,
  autocomplete: 'username',
  maxLength: 128,
  autofocus: true,
  ...(username === undefined ? {} : { value: username }),
})}
${
  hasPassword &&
  field({
    name: 'password',
    label: words.password,
    type: 'password',
    autocomplete: 'current-password',
    maxLength: 1024,
    ...(model.resetHref === undefined ? {} : { beside: html`<a href="${model.resetHref}">${words.forgotten}</a>` }),
    ...(hasDomains ? { optional: true, hint: words.orLeaveEmpty } : {}),
  })
}
<div class="actions">${submit({ text: hasPassword ? words.title : words.continue })}</div>
</form>`
  );
};

const upstreamForm = (
  model: SignInModel,
  { id, name }: UpstreamChoice['buttons'][number],
  isFirst: boolean,
): Html => html`<form method="post" action="${model.upstreams?.action ?? ''}">
${hidden(model)}<input type="hidden" name="upstream" value="${id}">
<div class="actions">${submit({ text: words.withProvider(plainText(name, 60)), kind: isFirst ? 'primary' : 'plain' })}</div>
</form>`;

const hidden = ({ csrf, uid }: SignInModel): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}">${uid !== undefined && html`<input type="hidden" name="uid" value="${uid}">`}`;
