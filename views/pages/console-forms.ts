import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentDetails } from '../partials/agent-card.ts';
import { consoleTabs } from '../partials/console-frame.ts';
import { choice, textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import type { HandOverModel, RegisterField, RegisterModel, RetireModel } from './console-model.ts';

export const registerPage = (model: RegisterModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Register an agent',
    width: 'wide',
    body: html`<div class="page-head"><h1>Register an agent</h1>
<p class="lead">It works as soon as its owner has accepted it. What you register for yourself is accepted with it.</p>
${consoleTabs(model, 'register')}</div>
<form method="post" action="${model.action}" class="form"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="once" value="${model.once}">
<fieldset class="card"><legend>1. Who it is</legend>
${text(model, 'name', 'Name', 100, { hint: 'As people see it when it asks them for something.' })}
${area(model, 'purpose', 'Purpose', 3, 500, { hint: 'What it is for, in a sentence or two.' })}
${area(model, 'uses', 'May be used for (optional)', 3, 2200, { hint: 'Short texts, one on each line.', optional: true })}
<div class="duo">${text(model, 'provider', 'Made by (optional)', 100, { optional: true })}
${text(model, 'provider_version', 'Version (optional)', 100, { optional: true })}
</div>
${text(model, 'contact', 'Contact (optional)', 254, { hint: 'An address or URL where somebody can be asked about it.', optional: true })}
</fieldset>
<fieldset class="card"><legend>2. Where it stands</legend>
<div class="duo">${select(model, 'owner', 'Owner', model.owners, 'Who answers for it.')}
${model.forOthers && text(model, 'other_owner', 'Another owner (optional)', 100, { hint: 'A username, or the name of a group. They have 24 hours to accept it.', optional: true })}
${select(model, 'environment', 'Environment', ENVIRONMENTS, 'Where it runs. Resource servers and blueprints tell them apart.')}
${select(model, 'blueprint', 'Blueprint', [{ value: '', text: 'None' }, ...model.blueprints], 'The ceiling it stands under. It can get less than that, never more.')}
${select(model, 'ends_in', 'Ends', ENDS, 'From then on nothing works for it, until it is given a later end.')}</div>
</fieldset>
<fieldset class="card"><legend>3. How it proves itself</legend>
<p class="hint">By a key that never leaves it (<code>private_key_jwt</code>). There is no secret to copy. Fill in one of the two.</p>
${area(model, 'jwks', 'Public keys', 6, 12_000, { hint: 'A JSON Web Key, or a set of them ({"keys": […]}). Never the private key.', optional: true, code: true })}
${text(model, 'jwks_uri', 'Or the URL where it serves them', 2000, { hint: 'https only.', optional: true })}
${area(model, 'redirect_uris', 'Redirect URIs (optional)', 2, 4000, { hint: 'Only if it sends people here to sign in. One on each line.', optional: true, code: true })}
</fieldset>
<div class="actions">${submit({ text: 'Register' })} <a class="button plain" href="${model.basePath}/console">Cancel</a></div>
</form>`,
  });

const ENVIRONMENTS = ['production', 'test', 'development'].map((value) => ({ value, text: value }));
const ENDS = [
  { value: '', text: 'Not by itself' },
  { value: '30', text: 'In 30 days' },
  { value: '90', text: 'In 90 days' },
  { value: '365', text: 'In a year' },
];

type More = { readonly hint?: string; readonly optional?: boolean; readonly code?: boolean };

const filled = ({ values, errors }: RegisterModel, name: RegisterField) => ({
  name,
  ...(values[name] === undefined ? {} : { value: values[name] }),
  ...(errors[name] === undefined ? {} : { error: errors[name] }),
});

const text = (
  model: RegisterModel,
  name: RegisterField,
  label: string,
  maxLength: number,
  { code: _, ...more }: More,
): Html => field({ ...filled(model, name), label, maxLength, autocomplete: 'off', ...more });

const area = (
  model: RegisterModel,
  name: RegisterField,
  label: string,
  rows: number,
  maxLength: number,
  more: More,
): Html => textArea({ ...filled(model, name), label, rows, maxLength, ...more });

const select = (
  model: RegisterModel,
  name: RegisterField,
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  hint: string,
): Html => choice({ ...filled(model, name), label, hint, options });

export const handOverPage = (model: HandOverModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Hand over an agent',
    body: html`<section class="card"><h1>Hand over ${chosenName(model.agent.name)}</h1>
<p class="lead">Whoever you name is asked to accept it, and answers for it from then on. Until then nothing changes.</p>
${agentDetails(model.agent)}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="version" value="${model.version}">
${field({
  name: 'owner',
  label: 'New owner',
  hint: 'A username, or the name of a group.',
  value: model.owner,
  autocomplete: 'off',
  maxLength: 100,
  ...(model.error === undefined ? {} : { error: model.error }),
})}
<div class="actions">${submit({ text: 'Offer' })} <a class="button plain" href="${model.agent.href}">Cancel</a></div>
</form></section>`,
  });

export const retirePage = (model: RetireModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Retire an agent',
    body: html`<section class="card"><h1>Retire ${chosenName(model.agent.name)} for good?</h1>
<p class="lead">All it holds ends at once, and it can never act again. Its id is never given to another. To stop it for a while, suspend it.</p>
${agentDetails(model.agent)}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
<div class="actions">${submit({ text: 'Retire for good', kind: 'danger' })} <a class="button plain" href="${model.agent.href}">Cancel</a></div>
</form></section>`,
  });
