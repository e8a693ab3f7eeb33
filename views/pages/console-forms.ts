import { chosenName } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { agentDetails } from '../partials/agent-card.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { choice, type Option, textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { formFoot } from '../partials/form-foot.ts';
import { keyMaker } from '../partials/key-maker.ts';
import { lossList } from '../partials/losses.ts';
import { submit } from '../partials/submit.ts';
import { typedConfirmation } from '../partials/typed-confirmation.ts';
import { agentWords } from '../words/agent.ts';
import { agentFormWords as words } from '../words/console-forms.ts';
import type { HandOverModel, RegisterField, RegisterModel, RetireModel } from './console-model.ts';

export const registerPage = (model: RegisterModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'sections.css',
    script: 'agent-keys.js',
    title: words.register,
    width: 'wide',
    side: consoleNavigation(model, 'agents', false),
    body: html`<div class="page-head"><h1>${words.register}</h1>
<p class="lead">${words.registerLead}</p></div>
<form method="post" action="${model.action}" class="form sections with-optional"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="once" value="${model.once}">
<fieldset class="card"><legend>${words.whoItIs}</legend>
${text(model, 'name', words.name, 100, { hint: words.nameHint })}
${area(model, 'purpose', words.purpose, 3, 500, { hint: words.purposeHint })}
<details${isAnyFilled(model, ['uses', 'provider', 'provider_version', 'contact']) && html` open`}><summary>${words.moreAboutIt}</summary>
${area(model, 'uses', words.uses, 3, 2200, { hint: words.usesHint, optional: true })}
<div class="duo">${text(model, 'provider', words.provider, 100, { optional: true })}
${text(model, 'provider_version', words.providerVersion, 100, { optional: true })}
</div>
${text(model, 'contact', words.contact, 254, { hint: words.contactHint, optional: true })}</details>
</fieldset>
<fieldset class="card"><legend>${words.whereItStands}</legend>
<div class="duo">${select(model, 'owner', words.owner, model.owners, words.ownerHint)}
${model.forOthers && text(model, 'other_owner', words.otherOwner, 100, { hint: words.otherOwnerHint, optional: true })}
${select(model, 'environment', words.environment, ENVIRONMENTS, words.environmentHint)}
${select(model, 'blueprint', words.blueprint, [{ value: '', text: words.none }, ...model.blueprints], words.blueprintHint)}
${select(model, 'ends_in', words.ends, ENDS, words.endsHint)}</div>
</fieldset>
<fieldset class="card"><legend>${words.howItProves}</legend>
<p class="hint">${words.byKey}</p>
${keyMaker}
${area(model, 'jwks', words.keys, 6, 12_000, { hint: words.keysHint, optional: true, code: true })}
${text(model, 'jwks_uri', words.keysUrl, 2000, { hint: words.httpsOnly, optional: true })}
${area(model, 'redirect_uris', words.redirects, 2, 4000, { hint: words.redirectsHint, optional: true, code: true })}
</fieldset>
${formFoot(words.registerButton, `${model.basePath}/console`)}
</form>`,
  });

const ENVIRONMENTS = (['production', 'test', 'development'] as const).map((value) => ({
  value,
  text: agentWords.environments[value],
}));
const ENDS = [
  { value: '', text: words.endsIn.never },
  { value: '30', text: words.endsIn.days(30) },
  { value: '90', text: words.endsIn.days(90) },
  { value: '365', text: words.endsIn.year },
];

/** A part with a value or an error is open. */
const isAnyFilled = ({ values, errors }: RegisterModel, names: readonly RegisterField[]): boolean =>
  names.some((name) => (values[name] ?? '') !== '' || errors[name] !== undefined);

type More = { readonly hint?: Phrase; readonly optional?: boolean; readonly code?: boolean };

const filled = ({ values, errors }: RegisterModel, name: RegisterField) => ({
  name,
  ...(values[name] === undefined ? {} : { value: values[name] }),
  ...(errors[name] === undefined ? {} : { error: errors[name] }),
});

const text = (
  model: RegisterModel,
  name: RegisterField,
  label: Phrase,
  maxLength: number,
  { code: _, ...more }: More,
): Html => field({ ...filled(model, name), label, maxLength, autocomplete: 'off', ...more });

const area = (
  model: RegisterModel,
  name: RegisterField,
  label: Phrase,
  rows: number,
  maxLength: number,
  more: More,
): Html => textArea({ ...filled(model, name), label, rows, maxLength, ...more });

const select = (
  model: RegisterModel,
  name: RegisterField,
  label: Phrase,
  options: readonly Option[],
  hint: Phrase,
): Html => choice({ ...filled(model, name), label, hint, options });

export const handOverPage = (model: HandOverModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.handOverTitle,
    side: consoleNavigation(model, 'agents', false),
    body: html`<section class="card"><h1>${words.handOver(chosenName(model.agent.name))}</h1>
<p class="lead">${words.handOverLead}</p>
<div class="flash warning"><ul class="steps">${words.handOverEnds.map((one) => html`<li>${one}</li>`)}</ul></div>
${agentDetails(model.agent)}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="version" value="${model.version}">
${field({
  name: 'owner',
  label: words.newOwner,
  hint: words.newOwnerHint,
  value: model.owner,
  autocomplete: 'off',
  maxLength: 100,
  ...(model.error === undefined ? {} : { error: model.error }),
})}
<div class="actions">${submit({ text: words.offer })} <a class="button plain" href="${model.agent.href}">${words.cancel}</a></div>
</form></section>`,
  });

export const retirePage = (model: RetireModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.retireTitle,
    side: consoleNavigation(model, 'agents', false),
    body: html`<section class="card"><h1>${words.retire(chosenName(model.agent.name))}</h1>
<p class="lead">${words.retireLead}</p>
${agentDetails(model.agent)}
${lossList(model.losses)}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${typedConfirmation(model.typed)}
<div class="actions">${submit({ text: words.retireButton, kind: 'destructive' })} <a class="button plain" href="${model.agent.href}">${words.cancel}</a></div>
</form></section>`,
  });
