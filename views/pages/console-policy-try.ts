import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { checkbox, choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { policyLines } from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { durationText } from '../time-text.ts';
import { policyTabs } from './console-policy.ts';
import type { TrialResult, TrialStep, TryModel } from './console-policy-model.ts';

export const tryPage = (model: TryModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: 'Try policies',
    width: 'wide',
    body: html`<div class="page-head"><h1>Try a decision</h1>
<p class="lead">What an agent would be given, and which layer stops the rest. No token is made, and nothing is kept.</p>
${policyTabs(model, 'try')}</div>
${model.result && result(model.result)}
${form(model)}`,
  });

const form = ({ action, asked, agents, resources, errors, result: shown }: TryModel): Html => {
  const text = (
    name: 'agent' | 'person' | 'scope',
    label: string,
    hint: string,
    more: { readonly optional?: boolean; readonly offers?: TryModel['agents'] } = {},
  ): Html =>
    field({
      name,
      label,
      hint,
      value: asked[name],
      autocomplete: 'off',
      maxLength: name === 'scope' ? 2000 : 200,
      ...(errors[name] === undefined ? {} : { error: errors[name] }),
      ...more,
    });
  return html`<section aria-labelledby="ask"><h2 id="ask"${shown && html` class="unseen"`}>${shown ? 'Ask again' : 'What is asked'}</h2>
<form method="get" action="${action}#result" class="card form" role="search">
<div class="duo">${text('agent', 'Agent', 'Its id, or that of a client.', { offers: agents })}
${text('person', 'On whose behalf (optional)', 'Username or id. Empty: it acts for itself.', { optional: true })}
${choice({ name: 'resource', label: 'Resource server', hint: 'Where it asks.', value: asked.resource, options: resources, ...(errors.resource === undefined ? {} : { error: errors.resource }) })}
${text('scope', 'Scope (optional)', 'Names with spaces between. Empty: all.', { optional: true })}
${choice({ name: 'policy', label: 'Policies', hint: 'Drafts can be tried as well.', value: asked.policy, options: asked.policies, ...(errors.policy === undefined ? {} : { error: errors.policy }) })}
${checkbox({ name: 'consent', label: 'As if the person had allowed all of it', isChecked: asked.assumesConsent })}</div>
<div class="actions">${submit({ text: 'Decide' })}</div>
</form></section>`;
};

const result = (model: TrialResult): Html => {
  const { given, asked, stops, isEnforced } = model;
  const kind = given.length === 0 ? 'no' : given.length < asked.length ? 'part' : 'yes';
  return html`<section aria-labelledby="result" class="trial"><div class="card verdict ${kind}"><h2 id="result">${VERDICTS[kind]}</h2>
<p>${isolated(model.callerName)}${model.personName === undefined ? ' for itself' : html` for ${isolated(model.personName)}`} at ${isolated(model.resourceName)}</p>
${given.length > 0 && html`<p class="scopes">${given.map((name) => chip('goes', name))}</p>`}
${limits(model)}
${stops.map((text) => html`<p class="sum">${plainText(text, 200)}</p>`)}
${!isEnforced && html`<p class="hint">Policies are switched off on this server: decisions there leave them out.</p>`}</div>
<h3 id="layers">Layer by layer</h3>
<ol class="layers" aria-labelledby="layers">${model.steps.map(step)}</ol>
${changes(model)}
<h3 id="policies">What the policies say</h3>
<ul class="by-scope" aria-labelledby="policies">${model.policies.map(
    ({ scope, isAllowed, by }) =>
      html`<li class="card tight"><div class="row"><h4><code>${plainText(scope, 80)}</code></h4><span class="tag ${isAllowed ? 'good' : 'off'}">${isAllowed ? 'allowed' : 'not allowed'}</span></div>
${by.length === 0 ? html`<p class="hint">No policy permits it.</p>` : policyLines(by)}</li>`,
  )}</ul></section>`;
};

const VERDICTS = { yes: 'Yes', part: 'Only in part', no: 'No' } as const;

const limits = ({ maxSeconds, maxUses }: TrialResult): Html | undefined =>
  maxSeconds === undefined && maxUses === undefined
    ? undefined
    : html`<p class="hint">${maxSeconds !== undefined && `A token would live at most ${durationText(maxSeconds)}. `}${maxUses !== undefined && `It could be used ${maxUses === 1 ? 'once' : `${maxUses} times`}.`}</p>`;

const NAMES: Readonly<Record<string, string>> = {
  resource_server: 'Resource server',
  client: 'Application',
  agent: 'Rights of the agent',
  blueprint: 'Blueprint',
  environment: 'Environment',
  approval: 'Approval',
  subject: 'Rights of the person',
  grant: 'What the person allowed the application',
  subject_token: 'Token it comes with',
  delegation: 'Consent of the person',
  policy: 'Policies',
};

const WORDS = {
  aside: 'does not count',
  late: 'is not reached',
  pass: 'lets all through',
  cut: 'takes away a part',
  stop: 'stops here',
} as const;

const step = ({ layer, kind, why, goesOn, stopped, wouldStop }: TrialStep): Html =>
  html`<li class="${kind}"><div class="row"><h4>${NAMES[layer] ?? plainText(layer, 40)}</h4><span class="said">${WORDS[kind]}</span></div>
${kind === 'aside' && why !== undefined && html`<p class="hint">${plainText(why, 120)}</p>`}
${kind !== 'aside' && (goesOn.length > 0 || stopped.length > 0) && html`<p class="scopes">${goesOn.map((name) => chip('goes', name))}${stopped.map((name) => chip('held', name))}</p>`}
${wouldStop.length > 0 && html`<p class="hint">It would stop ${wouldStop.map((name, index) => html`${index > 0 && ', '}<code>${plainText(name, 80)}</code>`)} as well.</p>`}</li>`;

const chip = (kind: 'goes' | 'held', name: string): Html =>
  html`<span class="scope ${kind}">${kind === 'held' && html`<span class="unseen">stopped: </span>`}${plainText(name, 80)}</span> `;

const changes = ({ changes: all }: TrialResult): Html | undefined =>
  all.length === 0
    ? undefined
    : html`<h3 id="changes">The least that would have to change</h3>
<ul class="by-scope" aria-labelledby="changes">${all.map(
        ({ scope, steps }) =>
          html`<li class="card tight"><h4>For <code>${plainText(scope, 80)}</code></h4><ol class="steps">${steps.map((text) => html`<li>${plainText(text, 390)}</li>`)}</ol></li>`,
      )}</ul>`;
