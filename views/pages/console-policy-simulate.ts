import { anyText, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { checkbox, choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { policyLines } from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { durationPhrase } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { tryWords as words } from '../words/console-simulate.ts';
import { tryUseWords } from '../words/console-simulate-use.ts';
import { verdictWords } from '../words/console-verdict.ts';
import { wordsOfLayer } from '../words/decision-layers.ts';
import type { TrialResult, TrialStep, TryModel } from './console-policy-model.ts';

export const tryPage = (model: TryModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['policy.css', 'sections.css'],
    title: words.tab,
    width: 'wide',
    side: consoleNavigation(model, 'try'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${model.result && trialResult(model.result)}
${form(model)}`,
  });

const form = ({ action, asked, agents, resources, errors, result: shown }: TryModel): Html => {
  const text = (
    name: 'agent' | 'person' | 'scope',
    label: Phrase,
    hint: Phrase,
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
  return html`<section aria-labelledby="ask"><h2 id="ask"${shown && html` class="unseen"`}>${shown ? words.askAgain : words.asked}</h2>
<form method="get" action="${action}#result" class="card form with-optional" role="search">
<div class="duo">${text('agent', agentWords.agent, words.agentHint, { offers: agents })}
${text('person', words.person, words.personHint, { optional: true })}
${choice({ name: 'resource', label: words.resource, hint: words.resourceHint, value: asked.resource, options: resources, ...(errors.resource === undefined ? {} : { error: errors.resource }) })}
${text('scope', words.scope, words.scopeHint, { optional: true })}
${choice({ name: 'policy', label: words.policies, hint: words.policiesHint, value: asked.policy, options: asked.policies, ...(errors.policy === undefined ? {} : { error: errors.policy }) })}
${checkbox({ name: 'consent', label: words.consent, isChecked: asked.assumesConsent })}</div>
<div class="actions">${submit({ text: words.decide })}</div>
</form></section>`;
};

export const trialResult = (model: TrialResult): Html => {
  const { given, asked, isEnforced } = model;
  const kind = given.length === 0 ? 'no' : given.length < asked.length ? 'part' : 'yes';
  return html`<section aria-labelledby="result" class="trial"><div class="card verdict ${kind}"><h2 id="result">${verdict(model, kind)}</h2>
<p>${summary(model)}</p>
${given.length > 0 && !model.use && html`<p class="scopes">${given.map((name) => chip('goes', name))}</p>`}
${limits(model)}
${reasonLinks(model)}
${!isEnforced && html`<p class="hint">${words.notEnforced}</p>`}</div>
<h3 id="layers">${words.layers}</h3>
<ol class="layers" aria-labelledby="layers">${model.steps.map(step)}</ol>
${changes(model)}
<h3 id="policies">${words.policiesSay}</h3>
<ul class="by-scope" aria-labelledby="policies">${model.policies.map(
    ({ scope, isAllowed, isAfterConsent, by }) =>
      html`<li class="card tight"><div class="row"><h4><code>${plainText(scope, 80)}</code></h4><span class="tag ${isAllowed ? 'good' : isAfterConsent ? 'warn' : 'off'}">${isAllowed ? words.allowed : isAfterConsent ? verdictWords.afterConsent : words.notAllowed}</span></div>
${by.length > 0 ? policyLines(by) : !isAfterConsent && html`<p class="hint">${words.nonePermits}</p>`}</li>`,
  )}</ul></section>`;
};

/** The answer first, in one sentence. */
const verdict = ({ reasons: [first], maxSeconds }: TrialResult, kind: 'yes' | 'part' | 'no'): Phrase => {
  if (kind === 'yes')
    return maxSeconds === undefined ? verdictWords.yes : verdictWords.yesFor(durationPhrase(maxSeconds));
  return first ? verdictWords[kind](first.text) : words.verdicts[kind];
};

/** What can be done about the first reason, and about the others. */
const reasonLinks = ({ reasons: [first, ...others] }: TrialResult): Html | undefined =>
  first &&
  html`${first.link && html`<p><a class="button plain" href="${first.link.href}">${first.link.text}</a></p>`}${
    others.length > 0 &&
    html`<h3 id="reasons">${verdictWords.further}</h3><ul class="steps" aria-labelledby="reasons">${others.map(
      ({ text, link }) => html`<li><span>${text}${link && html` <a href="${link.href}">${link.text}</a>`}</span></li>`,
    )}</ul>`
  }`;

const summary = ({ use, callerName, personName, resourceName }: TrialResult): Phrase =>
  use
    ? tryUseWords.summary(anyText(use.who, 100), html`<code>${plainText(use.what, 80)}</code>`)
    : words.summary(
        isolated(callerName),
        personName === undefined ? undefined : isolated(personName),
        isolated(resourceName),
      );

const limits = ({ maxSeconds, maxUses }: TrialResult): Html | undefined =>
  maxSeconds === undefined && maxUses === undefined
    ? undefined
    : html`<p class="hint">${maxSeconds !== undefined && html`${words.tokenLives(durationPhrase(maxSeconds))} `}${maxUses !== undefined && words.usable(maxUses)}</p>`;

const step = ({ layer, kind, why, goesOn, stopped, wouldStop }: TrialStep): Html =>
  html`<li class="${kind}"><div class="row"><h4>${wordsOfLayer(layer)?.name ?? plainText(layer, 40)}</h4><span class="said">${words.does[kind]}</span></div>
${(kind === 'aside' || goesOn.length + stopped.length > 0) && why !== undefined && html`<p class="hint">${why}</p>`}
${kind !== 'aside' && (goesOn.length > 0 || stopped.length > 0) && html`<p class="scopes">${goesOn.map((name) => chip('goes', name))}${stopped.map((name) => chip('held', name))}</p>`}
${wouldStop.length > 0 && html`<p class="hint">${words.wouldStop(wouldStop.map((name, index) => html`${index > 0 && ', '}<code>${plainText(name, 80)}</code>`))}</p>`}</li>`;

const chip = (kind: 'goes' | 'held', name: string): Html =>
  html`<span class="scope ${kind}">${kind === 'held' && html`<span class="unseen">${words.stopped}</span>`}${plainText(name, 80)}</span> `;

const changes = ({ changes: all }: TrialResult): Html | undefined =>
  all.length === 0
    ? undefined
    : html`<h3 id="changes">${words.changes}</h3>
<ul class="by-scope" aria-labelledby="changes">${all.map(
        ({ scope, steps }) =>
          html`<li class="card tight"><h4>${words.forScope(html`<code>${plainText(scope, 80)}</code>`)}</h4><ol class="steps">${steps.map((text) => html`<li>${text}</li>`)}</ol></li>`,
      )}</ul>`;
