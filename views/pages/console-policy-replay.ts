import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { policyTabs } from './console-policy.ts';
import type { ReplayCount, ReplayModel, ReplayResult } from './console-policy-model.ts';

const DAYS = [
  { value: '1', text: 'Last day' },
  { value: '7', text: 'Last 7 days' },
  { value: '30', text: 'Last 30 days' },
  { value: '90', text: 'Last 90 days' },
];

export const replayPage = (model: ReplayModel): Html => page(model, undefined);

/** Where the rest of a page comes that is sent in parts. */
const HERE = html`<!-- the answer -->`;

/** The page in two halves, between which progress and then the result is sent as it comes. */
export const replayHalves = (model: ReplayModel): readonly [before: string, after: string] => {
  const text = String(
    page(
      model,
      html`<section aria-labelledby="result" class="running"><h2 id="result" class="unseen">Result</h2>${HERE}</section>`,
    ),
  );
  const [before = '', after = ''] = text.split(String(HERE));
  return [before, after];
};

const page = (model: ReplayModel, answer: Html | undefined): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: 'Replay decisions',
    width: 'wide',
    body: html`<div class="page-head"><h1>Replay decisions</h1>
<p class="lead">Policies run over what was decided lately: who would have been refused, and who would have got more.</p>
${policyTabs(model, 'replay')}</div>
${form(model)}
${answer}`,
  });

const form = ({
  action,
  csrf,
  asked,
  errors,
}: ReplayModel): Html => html`<form method="post" action="${action}#result" class="card form"><input type="hidden" name="csrf" value="${csrf}">
<div class="duo">${choice({ name: 'policy', label: 'Policies', value: asked.policy, options: asked.policies, ...(errors.policy === undefined ? {} : { error: errors.policy }) })}
${choice({ name: 'days', label: 'Decisions of', value: asked.days, options: DAYS, ...(errors.days === undefined ? {} : { error: errors.days }) })}
${field({ name: 'agent', label: 'Only about (optional)', hint: 'The id of an agent.', value: asked.agent, autocomplete: 'off', maxLength: 128, optional: true, ...(errors.agent === undefined ? {} : { error: errors.agent }) })}</div>
<div class="actions">${submit({ text: 'Replay' })}</div>
<p class="hint">That the trail was read stands in the trail. Leave the page to stop.</p></form>`;

const NUMBER = new Intl.NumberFormat('en');

/** How far it is; of several only the last one shows. `share` of 1. */
export const replayProgress = (read: number, changed: number, share: number): Html => {
  const percent = Math.floor(share * 100);
  return html`<div class="progress"><p><strong>${percent} %</strong> ${NUMBER.format(read)} decisions read, ${NUMBER.format(changed)} would change</p><progress value="${percent}" max="100" aria-label="Replayed"></progress></div>
`;
};

export const replayFailed = (text: string): Html =>
  html`<div class="flash error" role="alert"><strong>Not done.</strong> <span>${plainText(text, 300)}</span></div>`;

export const replayResult = ({
  read,
  decided,
  changed,
  byCaller,
  byScope,
  examples,
}: ReplayResult): Html => html`<div class="replayed">
<div class="card verdict ${changed === 0 ? 'yes' : 'part'}"><p class="big">${NUMBER.format(changed)} <span class="sub">of ${NUMBER.format(decided)} decisions would be other ones</span></p>
${read > decided && html`<p class="hint">${NUMBER.format(read)} were read. Where no policy was asked there is nothing to decide again.</p>`}
${changed === 0 && html`<p>${decided === 0 ? 'There is nothing to compare with yet.' : 'These policies would have decided all of it the same way.'}</p>`}</div>
${
  byCaller.length > 0 &&
  html`<h3 id="by-agent">By agent</h3>${table(
    'by-agent',
    'Agent',
    byCaller.map((one) => ({
      ...one,
      what: html`${one.href === undefined ? isolated(one.name) : html`<a href="${one.href}">${isolated(one.name)}</a>`} <code>${plainText(one.id, 80)}</code>`,
    })),
  )}`
}
${
  byScope.length > 0 &&
  html`<h3 id="by-scope">By scope</h3>${table(
    'by-scope',
    'Scope',
    byScope.map((one) => ({
      ...one,
      what: html`<strong>${plainText(one.scope, 80)}</strong> <code>${plainText(one.resource, 200)}</code>`,
    })),
  )}`
}
${examples.length > 0 && exampleTable(examples)}
</div>`;

/** The longest bar belongs to the most. */
const table = (id: string, title: string, rows: readonly (ReplayCount & { readonly what: Html })[]): Html => {
  const most = Math.max(...rows.map(({ allowed, refused }) => allowed + refused));
  return html`<div class="card flush"><table class="log counted" aria-labelledby="${id}">
<thead><tr><th scope="col">${title}</th><th scope="col">Refused instead</th><th scope="col">Given instead</th></tr></thead>
<tbody>${rows.map(
    ({ what, allowed, refused }) =>
      html`<tr><td data-label="${title}" class="who-is">${what}</td><td data-label="Refused instead">${bar('refused', refused, most)}</td><td data-label="Given instead">${bar('allowed', allowed, most)}</td></tr>`,
  )}</tbody></table></div>`;
};

const bar = (kind: 'refused' | 'allowed', count: number, most: number): Html =>
  html`<span class="count ${count === 0 ? 'none' : kind}">${NUMBER.format(count)}</span>${
    count > 0 &&
    html`<svg aria-hidden="true" viewbox="0 0 100 6" preserveaspectratio="none"><rect class="${kind}" x="0" y="0" width="${Math.max(2, Math.round((count / most) * 100))}" height="6" rx="1"></rect></svg>`
  }`;

const exampleTable = (examples: ReplayResult['examples']): Html => html`<h3 id="examples">For example</h3>
<div class="card flush"><table class="log" aria-labelledby="examples">
<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Refused instead</th><th scope="col">Given instead</th></tr></thead>
<tbody>${examples.map(
  ({ at, name, resource, allowed, refused, decision }) =>
    html`<tr><td data-label="When">${timeText(at)}</td><td data-label="Who">${isolated(name)} <code>${plainText(resource, 200)}</code>${decision !== undefined && html`<code>${plainText(decision, 80)}</code>`}</td><td data-label="Refused instead">${scopes(refused)}</td><td data-label="Given instead">${scopes(allowed)}</td></tr>`,
)}</tbody></table></div>`;

const scopes = (names: readonly string[]): Html | string =>
  names.length === 0 ? '–' : html`${names.map((name, index) => html`${index > 0 && ', '}${plainText(name, 80)}`)}`;
