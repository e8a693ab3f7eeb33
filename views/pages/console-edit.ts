import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import type { EditField, EditModel, NewCredentialModel } from './console-model.ts';

const given = <Name extends string>(
  {
    values,
    errors,
  }: { readonly values: Partial<Record<Name, string>>; readonly errors: Partial<Record<Name, string>> },
  name: Name,
) => ({
  name,
  ...(values[name] === undefined ? {} : { value: values[name] }),
  ...(errors[name] === undefined ? {} : { error: errors[name] }),
});

const line = (model: EditModel, name: EditField, label: string, maxLength: number, optional = false): Html =>
  field({ ...given(model, name), label, maxLength, autocomplete: 'off', optional });

/** The form POSTs `csrf`, `version` and the fields named in `EditField` to `action`. */
export const editPage = (model: EditModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Change an agent',
    body: html`<section class="card"><h1>Change ${chosenName(model.agent.name)}</h1>
<p class="lead">People are asked again when what they saw of it changes.</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="version" value="${model.version}">
${line(model, 'name', 'Name', 100)}
${textArea({ ...given(model, 'purpose'), label: 'Purpose', rows: 3, maxLength: 500 })}
${textArea({ ...given(model, 'uses'), label: 'May be used for (optional)', hint: 'Short texts, one on each line.', rows: 3, maxLength: 2200, optional: true })}
<div class="duo">${line(model, 'provider', 'Made by (optional)', 100, true)}
${line(model, 'provider_version', 'Version (optional)', 100, true)}</div>
${line(model, 'contact', 'Contact (optional)', 254, true)}
<div class="actions">${submit({ text: 'Save' })} <a class="button plain" href="${model.agent.href}">Cancel</a></div>
</form></section>`,
  });

/** The form POSTs `csrf` and the fields named in `CredentialField` to `action`. */
export const newCredentialPage = (model: NewCredentialModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Add a credential',
    body: html`<section class="card"><h1>Add keys to ${chosenName(model.agent.name)}</h1>
<p class="lead">Beside those it has, so that nothing stops while it changes from one to the other. Fill in one of the two.</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${textArea({ ...given(model, 'jwks'), label: 'Public keys', hint: 'A JSON Web Key, or a set of them ({"keys": […]}), each with a kid of its own. Never the private key.', rows: 6, maxLength: 12_000, optional: true, code: true })}
${field({ ...given(model, 'jwks_uri'), label: 'Or the URL where it serves them', hint: 'https only.', maxLength: 2000, autocomplete: 'off', optional: true })}
${field({ ...given(model, 'name'), label: 'What you call it (optional)', maxLength: 100, autocomplete: 'off', optional: true })}
<div class="actions">${submit({ text: 'Add' })} <a class="button plain" href="${model.agent.href}">Cancel</a></div>
</form>
<p class="hint">Workload identities, certificates and attesters are added on the command line or over the API.</p></section>`,
  });
