import { anyText, cellText, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type View } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { flash } from '../partials/flash.ts';
import { submit } from '../partials/submit.ts';
import { numberPhrase, timeText } from '../time-text.ts';
import { policyPageWords } from '../words/console-policy.ts';
import { replayWords as words } from '../words/console-replay.ts';
import type { ReplayModel, ReplayResult } from './console-policy-model.ts';

const DAYS = [1, 7, 30, 90].map((days) => ({ value: String(days), text: words.lastDays(days) }));

export const replayPage = (model: ReplayModel): Html =>
  page(
    model,
    form(model),
    html`<section aria-labelledby="shows" class="card"><h2 id="shows">${words.shows}</h2><ul class="steps">${words.parts.map((part) => html`<li>${part}</li>`)}</ul></section>`,
  );

/** Placeholder for the rest of a page that the server sends in parts. */
const HERE = html`<!-- the answer -->`;

/** The page with a result. Its question is folded above, so that the answer is in view. */
export const replayedPage = (model: ReplayModel, answer: HtmlValue): Html =>
  page(
    model,
    html`<details class="card asked"><summary>${question(model)}</summary>${form(model)}</details>`,
    html`<section aria-labelledby="result" class="running"><h2 id="result" class="unseen">${words.result}</h2>${answer}</section>`,
  );

/** The two halves of the page. The server sends progress and then the result between them. */
export const replayHalves = (model: ReplayModel, view: View): readonly [before: string, after: string] => {
  const [before = '', after = ''] = replayedPage(model, HERE).in(view).split(HERE.in(view));
  return [before, after];
};

const page = (model: ReplayModel, asking: Html, answer: Html): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['policy.css', 'sections.css'],
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'replay'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${asking}
${answer}`,
  });

/** Whose decisions were replayed under which policies, in one line. */
const question = ({ asked }: ReplayModel): HtmlValue => {
  const policies = asked.policies.find(({ value }) => value === asked.policy)?.text ?? asked.policy;
  return html`<strong>${anyText(policies, 80)}</strong> · ${words.lastDays(Number(asked.days))}${asked.agent !== '' && html` · ${plainText(asked.agent, 128)}`}`;
};

const form = ({
  action,
  csrf,
  asked,
  agents,
  errors,
}: ReplayModel): Html => html`<form method="post" action="${action}" class="card form with-optional"><input type="hidden" name="csrf" value="${csrf}">
<div class="duo">${choice({ name: 'policy', label: words.policies, value: asked.policy, options: asked.policies, ...(errors.policy === undefined ? {} : { error: errors.policy }) })}
${choice({ name: 'days', label: words.decisionsOf, value: asked.days, options: DAYS, ...(errors.days === undefined ? {} : { error: errors.days }) })}
${field({ name: 'agent', label: words.onlyAbout, hint: words.anId, value: asked.agent, autocomplete: 'off', maxLength: 128, optional: true, offers: agents, ...(errors.agent === undefined ? {} : { error: errors.agent }) })}</div>
<div class="actions">${submit({ text: words.replay })}</div>
<p class="hint">${words.recorded}</p></form>`;

/** The progress, of which only the last one shows. `share` of 1. */
export const replayProgress = (read: number, changed: number, share: number): Html => {
  const percent = Math.floor(share * 100);
  return html`<div class="progress"><p><strong>${percent} %</strong> ${words.progress(numberPhrase(read), numberPhrase(changed))}</p><progress value="${percent}" max="100" aria-label="${words.replayed}"></progress></div>
`;
};

/** The next step, once the effect is known. */
export const replayActivation = ({ activation, csrf }: ReplayModel): Html =>
  html`${
    activation &&
    html`<form method="post" action="${activation.action}" class="actions"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="etag" value="${activation.etag}">${
      activation.replaces !== undefined && html`<input type="hidden" name="replaces" value="${activation.replaces}">`
    }${submit({ text: policyPageWords.activateTitle(activation.version) })}</form>`
  }`;

export const replayFailed = (): Html => flash({ kind: 'error', text: words.brokeOff });

/** `next`: what the viewer can do with it, right below the count. */
export const replayResult = (
  { read, decided, changed, byCaller, byScope, examples }: ReplayResult,
  next?: Html,
): Html => html`<div class="replayed">
<div class="card verdict ${changed === 0 ? 'yes' : 'part'}"><div class="big">${numberPhrase(changed)} <span class="sub">${words.others(numberPhrase(decided))}</span></div>
${read > decided && html`<p class="hint">${words.unasked(numberPhrase(read))}</p>`}
${changed === 0 && html`<p>${decided === 0 ? words.nothingYet : words.allTheSame}</p>`}${next}</div>
${
  byCaller.length > 0 &&
  html`<h3 id="by-agent">${words.byAgent}</h3><p class="hint">${words.byAgentCounts}</p>${table(
    'by-agent',
    [words.agentOrApp, words.decisions, words.scopesRefused, words.scopesGiven],
    byCaller.map(({ id, name, href, changed: count, refused, allowed }) => ({
      what: html`${href === undefined ? isolated(name) : html`<a href="${href}">${isolated(name)}</a>`} <code>${plainText(id, 80)}</code>`,
      counts: [count, refused, allowed],
    })),
  )}`
}
${
  byScope.length > 0 &&
  html`<h3 id="by-scope">${words.byScope}</h3><p class="hint">${words.byScopeCounts}</p>${table(
    'by-scope',
    [words.scope, words.refused, words.given],
    alike(byScope).map(([{ resource, refused, allowed }, names]) => ({
      what: html`${scopeNames(names)} <code>${plainText(resource, 200)}</code>`,
      counts: [refused, allowed],
    })),
  )}`
}
${examples.length > 0 && exampleTable(examples)}
</div>`;

type ScopeRow = ReplayResult['byScope'][number];

/** The scopes of one API that change in as many decisions, in one row. */
const alike = (rows: readonly ScopeRow[]): readonly (readonly [ScopeRow, readonly string[]])[] =>
  [
    ...Map.groupBy(rows, ({ resource, refused, allowed }) => JSON.stringify([resource, refused, allowed])).values(),
  ].flatMap((some) => (some[0] === undefined ? [] : [[some[0], some.map(({ scope }) => scope)] as const]));

/** More names than this are folded. */
const FEW_SCOPES = 3;

const scopeNames = (names: readonly string[]): Html =>
  names.length > FEW_SCOPES
    ? html`<details><summary><strong>${words.scopesOf(names.length)}</strong></summary><p class="hint">${scopes(names)}</p></details>`
    : html`<strong>${scopes(names)}</strong>`;

type CountRow = { readonly what: Html; readonly counts: readonly number[] };

/** Names, with the counts of each. */
const table = (id: string, titles: readonly Phrase[], rows: readonly CountRow[]): Html => {
  const [title, ...counted] = titles;
  return html`<div class="card flush"><table class="log counted" aria-labelledby="${id}">
<thead><tr>${titles.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ what, counts }) =>
      html`<tr><td data-label="${title}" class="who-is">${what}</td>${counts.map(
        (count, column) =>
          html`<td data-label="${counted[column]}"><span class="count${count === 0 && ' none'}">${numberPhrase(count)}</span></td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
};

const exampleTable = (examples: ReplayResult['examples']): Html => html`<h3 id="examples">${words.forExample}</h3>
<div class="card flush"><table class="log" aria-labelledby="examples">
<thead><tr><th scope="col">${words.who}</th><th scope="col">${words.scopesRefused}</th><th scope="col">${words.scopesGiven}</th><th scope="col">${words.when}</th></tr></thead>
<tbody>${examples.map(
  ({ at, name, resource, allowed, refused, decision, decisionHref }) =>
    html`<tr><td data-label="${words.who}" class="who-is">${isolated(name)}<span class="line hint">${isolated(resource, 200)}</span></td><td data-label="${words.scopesRefused}">${scopesShort(refused)}</td><td data-label="${words.scopesGiven}">${scopesShort(allowed)}</td><td data-label="${words.when}">${timeText(at)}${
      decision !== undefined &&
      html`<span class="line">${decisionHref === undefined ? html`<code>${plainText(decision, 80)}</code>` : html`<a href="${decisionHref}">${words.decision}<span class="unseen"> ${plainText(decision, 80)}</span></a>`}</span>`
    }</td></tr>`,
)}</tbody></table></div>`;

/** Long lists are folded. */
const scopesShort = (names: readonly string[]): Html | string =>
  names.length > MANY_SCOPES
    ? html`<details><summary>${words.scopesOf(names.length)}</summary><p class="hint">${scopes(names)}</p></details>`
    : scopes(names);

const MANY_SCOPES = 6;

const scopes = (names: readonly string[]): Html | string =>
  names.length === 0 ? '–' : html`${names.map((name, index) => html`${index > 0 && ', '}${cellText(name, 80)}`)}`;
