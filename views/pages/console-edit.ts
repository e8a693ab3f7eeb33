import { chosenName } from '../agent-text.ts';
import { type Html, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { formFoot } from '../partials/form-foot.ts';
import { keyMaker } from '../partials/key-maker.ts';
import { submit } from '../partials/submit.ts';
import { agentFormWords as words } from '../words/console-forms.ts';
import { objectWords } from '../words/console-objects.ts';
import type { EditField, EditModel, NewCredentialModel } from './console-model.ts';

const given = <Name extends string>(
  { values, errors }: { readonly values: Partial<Record<Name, string>>; readonly errors: Partial<Record<Name, Text>> },
  name: Name,
) => ({
  name,
  ...(values[name] === undefined ? {} : { value: values[name] }),
  ...(errors[name] === undefined ? {} : { error: errors[name] }),
});

const line = (model: EditModel, name: EditField, label: Phrase, maxLength: number, optional = false): Html =>
  field({ ...given(model, name), label, maxLength, autocomplete: 'off', optional });

/** The form POSTs `csrf`, `version` and the fields named in `EditField` to `action`. */
export const editPage = (model: EditModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'sections.css',
    title: words.changeTitle,
    width: 'wide',
    side: consoleNavigation(model, 'agents', false),
    body: html`<div class="page-head"><h1>${words.change(chosenName(model.agent.name))}</h1>
<p class="lead">${words.changeLead}</p></div>
<form method="post" action="${model.action}" class="form sections with-optional"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="version" value="${model.version}">
<fieldset class="card"><legend>${objectWords.identity}</legend>
${line(model, 'name', words.name, 100)}
${textArea({ ...given(model, 'purpose'), label: words.purpose, rows: 3, maxLength: 500 })}
${textArea({ ...given(model, 'uses'), label: words.uses, hint: words.usesHint, rows: 3, maxLength: 2200, optional: true })}
<div class="duo">${line(model, 'provider', words.provider, 100, true)}
${line(model, 'provider_version', words.providerVersion, 100, true)}</div>
${line(model, 'contact', words.contact, 254, true)}</fieldset>
${formFoot(words.save, model.agent.href)}
</form>`,
  });

/** The form POSTs `csrf` and the fields named in `CredentialField` to `action`. */
export const newCredentialPage = (model: NewCredentialModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'sections.css',
    script: 'agent-keys.js',
    title: words.addTitle,
    side: consoleNavigation(model, 'agents', false),
    body: html`<section class="card"><h1>${words.addKeys(chosenName(model.agent.name))}</h1>
<p class="lead">${words.addLead}</p>
<form method="post" action="${model.action}" class="with-optional"><input type="hidden" name="csrf" value="${model.csrf}">
${keyMaker}
${textArea({ ...given(model, 'jwks'), label: words.keys, hint: words.keysWithIds, rows: 6, maxLength: 12_000, optional: true, code: true })}
${field({ ...given(model, 'jwks_uri'), label: words.keysUrl, hint: words.httpsOnly, maxLength: 2000, autocomplete: 'off', optional: true })}
${field({ ...given(model, 'name'), label: words.credentialName, maxLength: 100, autocomplete: 'off', optional: true })}
<div class="actions">${submit({ text: words.add })} <a class="button plain" href="${model.agent.href}">${words.cancel}</a></div>
</form>
<p class="hint">${words.otherWays}</p></section>`,
  });
