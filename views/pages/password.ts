import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { type Field, field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { passwordWords as words } from '../words/password.ts';

/**
 * The form POSTs `csrf`, `current_password`, `new_password` and `repeat_password` to `action`, and
 * `username` for password managers only: it decides nothing.
 */
export type PasswordModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly minimumLength: number;
  readonly errors?: { readonly current?: Phrase; readonly new?: Phrase; readonly repeat?: Phrase };
};

export const passwordPage = (model: PasswordModel): Html =>
  layout({
    frame: model,
    title: words.change,
    side: accountNavigation(model, 'security', false),
    body: html`<section class="card"><h1>${words.change}</h1>
<p class="lead">${words.othersSignedOut}</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<input type="text" name="username" autocomplete="username" value="${model.username}" readonly hidden>
${password('current_password', words.current, 'current-password', model.errors?.current)}
${password('new_password', words.new, 'new-password', model.errors?.new, words.atLeast(model.minimumLength))}
${password('repeat_password', words.again, 'new-password', model.errors?.repeat)}
<div class="actions">${submit({ text: words.change })} <a class="button plain" href="${model.basePath}/account">${words.cancel}</a></div>
</form></section>`,
  });

const password = (name: string, label: Phrase, autocomplete: string, error?: Phrase, hint?: Phrase): Html => {
  const described: Pick<Field, 'error' | 'hint'> = {
    ...(error === undefined ? {} : { error }),
    ...(hint === undefined ? {} : { hint }),
  };
  return field({ name, label, type: 'password', autocomplete, maxLength: 1024, ...described });
};
