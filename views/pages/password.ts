import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { type Field, field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';

/**
 * The form POSTs `csrf`, `current_password`, `new_password` and `repeat_password` to `action`, and
 * `username` for password managers only: it decides nothing.
 */
export type PasswordModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly minimumLength: number;
  readonly errors?: { readonly current?: string; readonly new?: string; readonly repeat?: string };
};

export const passwordPage = (model: PasswordModel): Html =>
  layout({
    frame: model,
    title: 'Change password',
    body: html`<section class="card"><h1>Change password</h1>
<p class="lead">All your other sessions are signed out. Agents and apps keep what you allowed them.</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<input type="text" name="username" autocomplete="username" value="${model.username}" readonly hidden>
${password('current_password', 'Current password', 'current-password', model.errors?.current)}
${password('new_password', 'New password', 'new-password', model.errors?.new, `At least ${model.minimumLength} characters. A sentence is fine.`)}
${password('repeat_password', 'New password again', 'new-password', model.errors?.repeat)}
<div class="actions">${submit({ text: 'Change password' })} <a class="button plain" href="${model.basePath}/account">Cancel</a></div>
</form></section>`,
  });

const password = (name: string, label: string, autocomplete: string, error?: string, hint?: string): Html => {
  const described: Pick<Field, 'error' | 'hint'> = {
    ...(error === undefined ? {} : { error }),
    ...(hint === undefined ? {} : { hint }),
  };
  return field({ name, label, type: 'password', autocomplete, maxLength: 1024, ...described });
};
