import { type Html, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { submit } from '../partials/submit.ts';
import { typedConfirmation } from '../partials/typed-confirmation.ts';
import { keyWords as words } from '../words/console-settings.ts';
import { registerWords } from '../words/registries.ts';
import { KEY_COLUMNS, type KeyRow } from './console-settings.ts';

/** The form POSTs `csrf`, `confirm` and `reason` to `action`. */
export type RevokeKeyModel = ConsoleFrame & {
  readonly key: KeyRow;
  readonly action: string;
  readonly cancelHref: string;
  readonly values: { readonly confirm: string; readonly reason: string };
  readonly errors: { readonly confirm?: Text; readonly reason?: Text };
};

const endsOf = ({ state }: KeyRow): readonly Phrase[] => {
  if (state === 'published') return [words.endsNothing];
  return [words.endsTokens, words.endsOffline, words.staysRefresh, ...(state === 'active' ? [words.next] : [])];
};

/** What ends with a signing key, and the confirmation before it is revoked. */
export const revokeKeyPage = (model: RevokeKeyModel): Html => {
  const { key, values, errors } = model;
  return layout({
    frame: model,
    side: consoleNavigation(model, 'keys', false),
    style: 'agents.css',
    title: words.revokeTitle,
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.revokeAsked}</h1>
<p class="lead">${words.revokeLead}</p></div>
<section aria-labelledby="key"><h2 id="key" class="unseen">${words.key}</h2>${table(KEY_COLUMNS, [key], 'key')}</section>
<section aria-labelledby="ends" class="card"><h2 id="ends">${words.ends}</h2>
<ul class="steps">${endsOf(key).map((one) => html`<li>${one}</li>`)}</ul></section>
<form method="post" action="${model.action}" class="card form"><input type="hidden" name="csrf" value="${model.csrf}">
${textArea({
  ...{ name: 'reason', label: words.reason, hint: words.reasonHint, value: values.reason, rows: 2, maxLength: 500 },
  ...(errors.reason === undefined ? {} : { error: errors.reason }),
})}
${typedConfirmation({ name: key.id, value: values.confirm, ...(errors.confirm === undefined ? {} : { error: errors.confirm }) })}
<div class="actions">${submit({ text: words.revokeNow, kind: 'destructive' })} <a class="button plain" href="${model.cancelHref}">${registerWords.cancel}</a></div>
</form>`,
  });
};
