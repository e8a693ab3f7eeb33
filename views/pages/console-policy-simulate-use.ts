import { isolated, plainText } from '../agent-text.ts';
import type { Text } from '../html.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { checkbox, choice, type Option } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { durationPhrase } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { tryWords } from '../words/console-simulate.ts';
import { tryUseWords as words } from '../words/console-simulate-use.ts';
import type { CandidateList, TryUseModel } from './console-policy-model.ts';
import { trialResult } from './console-policy-simulate.ts';

export const tryUsePage = (model: TryUseModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['policy.css', 'sections.css'],
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'try-use'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${model.result && trialResult(model.result)}
${model.approvers && candidateList(model.approvers)}
<nav class="segments" aria-label="${words.actions}">${TABS.map(
      ({ ask, text }) =>
        html`<a href="${model.action}?form=${ask}"${ask === model.ask && html` aria-current="true"`}>${text}</a>`,
    )}</nav>
${FORMS[model.ask](model)}`,
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
<form method="get" action="${model.action}#result" class="card form with-optional" role="search" aria-labelledby="register"><input type="hidden" name="ask" value="register">
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
<form method="get" action="${model.action}#result" class="card form with-optional" role="search" aria-labelledby="call"><input type="hidden" name="ask" value="administer">
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
<form method="get" action="${model.action}#result" class="card form with-optional" role="search" aria-labelledby="approve"><input type="hidden" name="ask" value="approve">
<div class="duo">${text('yes', words.approver, words.approverHint, OPTIONAL)}
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

const TABS = [
  { ask: 'approve', text: words.approve },
  { ask: 'register', text: words.register },
  { ask: 'administer', text: words.call },
] as const;

const FORMS = { approve: approveForm, register: registerForm, administer: callForm } as const;

const candidateList = ({ isPossible, quorum, mustAgree, isEnough, isEnforced, people }: CandidateList): Html => {
  const able = people.filter(({ isPermitted }) => isPermitted).length;
  const kind = !isEnough ? 'no' : able < people.length ? 'part' : 'yes';
  return html`<section aria-labelledby="result" class="trial"><div class="card verdict ${kind}"><h2 id="result">${
    isPossible ? words.ableToApprove(able) : words.noApprovalHelps
  }</h2>
${isPossible && html`<p>${words.needed(quorum, mustAgree)}${!isEnough && html` ${words.tooFew}`}</p>`}
${!isEnforced && html`<p class="hint">${tryWords.notEnforced}</p>`}</div>
${
  people.length > 0 &&
  html`<h3 id="candidates">${words.candidates}</h3>
<ul class="by-scope" aria-labelledby="candidates">${people.map(candidate)}</ul>`
}</section>`;
};

const candidate = ({
  name,
  href,
  isPermitted,
  as,
  afterSeconds,
  reasons,
  policies,
}: CandidateList['people'][number]): Html =>
  html`<li class="card tight"><div class="row"><h4>${href === undefined ? isolated(name) : html`<a href="${href}">${isolated(name)}</a>`}</h4><span class="tag ${isPermitted ? 'good' : 'off'}">${isPermitted ? words.mayApprove : words.mayNotApprove}</span></div>
<p class="hint">${as.map((one, index) => html`${index > 0 && ' · '}${one}`)}${afterSeconds !== undefined && html` · ${words.askedAfter(durationPhrase(afterSeconds))}`}</p>
${reasons.map((reason) => html`<p lang="en">${plainText(reason, 300)}</p>`)}
${policies.length > 0 && html`<p class="facts">${policies.map((id) => html`<code>${plainText(id, 80)}</code> `)}</p>`}
${!isPermitted && policies.length === 0 && reasons.length === 0 && html`<p class="hint">${tryWords.nonePermits}</p>`}</li>`;
