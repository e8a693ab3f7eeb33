import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { passwordWords, resetWords as words } from '../words/password.ts';

/** The form POSTs `csrf` and `username` to `action`. */
export type ResetAskModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** The user requested a link. The page does not reveal whether there is such an account. */
  readonly isSent?: boolean;
  readonly error?: Phrase;
};

export const resetAskPage = (model: ResetAskModel): Html =>
  layout({
    frame: model,
    title: passwordWords.new,
    bare: true,
    body: model.isSent
      ? html`<section class="card"><h1>${words.lookIntoMailbox}</h1>
<p class="lead">${words.onItsWay}</p>
<p>${words.nothingCame}</p>
<p class="actions"><a class="button plain" href="${model.action}">${words.askAgain}</a> <a class="button primary" href="${model.basePath}/account">${words.toSignIn}</a></p></section>`
      : html`<section class="card"><h1>${passwordWords.new}</h1>
<p class="lead">${words.lead}</p>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({ name: 'username', label: words.usernameOrAddress, autocomplete: 'username', maxLength: 254, autofocus: true })}
<div class="actions">${submit({ text: words.sendLink })}</div>
</form></section>`,
  });

/** The form POSTs `csrf`, `new_password` and `repeat_password` to `action`; `username` is for password managers only. */
export type ResetModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly minimumLength: number;
  readonly errors?: { readonly new?: Phrase; readonly repeat?: Phrase };
};

export const resetPage = (model: ResetModel): Html =>
  layout({
    frame: model,
    title: words.setNew,
    bare: true,
    body: html`<section class="card"><h1>${words.setNew}</h1>
<p class="lead">${words.allSignedOut}</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<input type="text" name="username" autocomplete="username" value="${model.username}" readonly hidden>
${field({ name: 'new_password', label: passwordWords.new, type: 'password', autocomplete: 'new-password', maxLength: 1024, hint: passwordWords.atLeast(model.minimumLength), ...(model.errors?.new === undefined ? {} : { error: model.errors.new }) })}
${field({ name: 'repeat_password', label: passwordWords.again, type: 'password', autocomplete: 'new-password', maxLength: 1024, ...(model.errors?.repeat === undefined ? {} : { error: model.errors.repeat }) })}
<div class="actions">${submit({ text: words.set })}</div>
</form></section>`,
  });
