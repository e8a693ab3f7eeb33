import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';

/** The form POSTs `csrf` and `username` to `action`. */
export type ResetAskModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** It was asked for; nobody is told whether there is such an account. */
  readonly isSent?: boolean;
  readonly error?: string;
};

export const resetAskPage = (model: ResetAskModel): Html =>
  layout({
    frame: model,
    title: 'New password',
    bare: true,
    body: model.isSent
      ? html`<section class="card"><h1>Look into your mailbox</h1>
<p class="lead">If there is such an account with a verified address, a mail with a link is on its way. The link works once, for half an hour.</p>
<p>Nothing came? Ask an administrator.</p></section>`
      : html`<section class="card"><h1>New password</h1>
<p class="lead">We send a link to the verified address of your account. Your second factor stays as it is.</p>
${model.error !== undefined && html`<div class="flash error" role="alert">${plainText(model.error, 300)}</div>`}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({ name: 'username', label: 'Username or e-mail address', autocomplete: 'username', maxLength: 254, autofocus: true })}
<div class="actions">${submit({ text: 'Send me a link' })}</div>
</form></section>`,
  });

/** The form POSTs `csrf`, `new_password` and `repeat_password` to `action`; `username` is for password managers only. */
export type ResetModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly minimumLength: number;
  readonly errors?: { readonly new?: string; readonly repeat?: string };
};

export const resetPage = (model: ResetModel): Html =>
  layout({
    frame: model,
    title: 'Set a new password',
    bare: true,
    body: html`<section class="card"><h1>Set a new password</h1>
<p class="lead">All your sessions are signed out, and this link is used up. Then you sign in, with your second factor if you have one.</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<input type="text" name="username" autocomplete="username" value="${model.username}" readonly hidden>
${field({ name: 'new_password', label: 'New password', type: 'password', autocomplete: 'new-password', maxLength: 1024, hint: `At least ${model.minimumLength} characters. A sentence is fine.`, ...(model.errors?.new === undefined ? {} : { error: model.errors.new }) })}
${field({ name: 'repeat_password', label: 'New password again', type: 'password', autocomplete: 'new-password', maxLength: 1024, ...(model.errors?.repeat === undefined ? {} : { error: model.errors.repeat }) })}
<div class="actions">${submit({ text: 'Set password' })}</div>
</form></section>`,
  });
