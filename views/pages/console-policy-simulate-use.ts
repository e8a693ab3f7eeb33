import type { Text } from '../html.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { checkbox, choice, type Option } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { agentWords } from '../words/agent.ts';
import { tryWords } from '../words/console-simulate.ts';
import { tryUseWords as words } from '../words/console-simulate-use.ts';
import type { TryUseModel } from './console-policy-model.ts';
import { trialResult } from './console-policy-simulate.ts';

export const tryUsePage = (model: TryUseModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'try-use'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${model.result && trialResult(model.result)}
${registerForm(model)}
${callForm(model)}
${approveForm(model)}`,
  });

const OPTIONAL = { optional: true } as const;

type Name = keyof TryUseModel['asked'];

const controls = ({ asked, errors }: TryUseModel) => {
  const wrong = (name: Name): { readonly error?: Text } => (errors[name] === undefined ? {} : { error: errors[name] });
  return {
    text: (
      name: Name,
      label: Text,
      hint: Text,
      more: { readonly optional?: boolean; readonly offers?: readonly Option[] } = {},
    ): Html =>
      field({ name, label, hint, value: asked[name], autocomplete: 'off', maxLength: 200, ...wrong(name), ...more }),
    select: (name: Name, label: Text, options: readonly Option[], hint?: Text): Html =>
      choice({ name, label, value: asked[name], options, ...(hint === undefined ? {} : { hint }), ...wrong(name) }),
  };
};

const offered = (names: Readonly<Record<string, Text>>): readonly Option[] =>
  Object.entries(names).map(([value, text]) => ({ value, text }));

const registerForm = (model: TryUseModel): Html => {
  const { text, select } = controls(model);
  return html`<section aria-labelledby="register"><h2 id="register">${words.register}</h2>
<form method="get" action="${model.action}#result" class="card form" role="search" aria-labelledby="register"><input type="hidden" name="ask" value="register">
<div class="duo">${text('who', words.who, words.whoHint, OPTIONAL)}
${select('way', words.way, offered(words.ways))}
${select('kind', words.what, offered(words.kinds))}
${text('owner', words.owner, words.ownerHint, OPTIONAL)}
${select('blueprint', words.blueprint, [{ value: '', text: words.none }, ...model.blueprints])}
${select('environment', words.environment, model.environments)}
${select('credential', words.credential, offered(words.credentials))}
${select('policy', tryWords.policies, model.policies, tryWords.policiesHint)}</div>
<div class="actions">${submit({ text: tryWords.decide })}</div>
</form></section>`;
};

const callForm = (model: TryUseModel): Html => {
  const { text, select } = controls(model);
  return html`<section aria-labelledby="call"><h2 id="call">${words.call}</h2>
<form method="get" action="${model.action}#result" class="card form" role="search" aria-labelledby="call"><input type="hidden" name="ask" value="administer">
<div class="duo">${text('caller', words.who, words.callerHint)}
${select('operation', words.operation, model.operations, words.operationHint)}
${text('target', words.target, words.targetHint, OPTIONAL)}
${select('set', tryWords.policies, model.policies, tryWords.policiesHint)}</div>
<div class="actions">${submit({ text: tryWords.decide })}</div>
</form></section>`;
};

const approveForm = (model: TryUseModel): Html => {
  const { text, select } = controls(model);
  return html`<section aria-labelledby="approve"><h2 id="approve">${words.approve}</h2>
<form method="get" action="${model.action}#result" class="card form" role="search" aria-labelledby="approve"><input type="hidden" name="ask" value="approve">
<div class="duo">${text('yes', words.approver, words.approverHint)}
${text('agent', agentWords.agent, words.agentHint, { offers: model.agents })}
${text('subject', words.onBehalfOf, words.onBehalfOfHint, OPTIONAL)}
${select('resource', tryWords.resource, model.resources, tryWords.resourceHint)}
${text('scope', words.scope, words.scopeHint)}
${text('for', words.away, words.awayHint, OPTIONAL)}
${select('sets', tryWords.policies, model.policies, tryWords.policiesHint)}
${checkbox({ name: 'consent', label: words.consent, isChecked: model.asked.consent === 'yes' })}</div>
<div class="actions">${submit({ text: tryWords.decide })}</div>
</form></section>`;
};
