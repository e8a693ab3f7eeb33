import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleTabs } from '../partials/console-frame.ts';
import { choice } from '../partials/controls.ts';
import { pagination } from '../partials/pagination.ts';
import { differenceText, policyLines, sourceText } from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import type {
  PolicyActivationModel,
  PolicyOverviewModel,
  PolicyVersion,
  PolicyVersionModel,
} from './console-policy-model.ts';

type Place = 'versions' | 'try' | 'replay';

const PLACES: readonly (readonly [Place, path: string, text: string])[] = [
  ['versions', '/console/policy', 'Versions'],
  ['try', '/console/policy/try', 'Try'],
  ['replay', '/console/policy/replay', 'Replay'],
];

/** The tabs of the console, and those of the pages about policies below them. */
export const policyTabs = (frame: ConsoleFrame, place: Place, here = true): Html =>
  html`${consoleTabs(frame, 'policies', here && place === 'versions')}
<nav class="tabs sub" aria-label="About policies">${PLACES.map(
    ([name, path, text]) =>
      html`<a href="${frame.basePath}${path}"${name === place && (here ? html` aria-current="page"` : html` aria-current="true"`)}>${text}</a>`,
  )}</nav>`;

const STATES = { active: ['counts', 'good'], draft: ['draft', 'warn'], archived: ['archived', 'gone'] } as const;

const stateTag = (state: PolicyVersion['state']): Html =>
  html`<span class="tag ${STATES[state][1]}">${STATES[state][0]}</span>`;

export const policyOverviewPage = (model: PolicyOverviewModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: 'Policies',
    width: 'wide',
    body: html`<div class="page-head"><h1>Policies</h1>
<p class="lead">What is allowed at all, on top of registration, blueprints and consent. They only take away.</p>
${policyTabs(model, 'versions')}</div>
${!model.isEnforced && html`<div class="warnings" role="note"><strong>Switched off.</strong> Decisions on this server do not ask policies: <code>policy.enforcement</code> is off.</div>`}
${active(model)}
${versions(model)}`,
  });

const active = ({ active: set, rollBack }: PolicyOverviewModel): Html =>
  set === undefined
    ? html`<section class="card"><h2>Nothing counts</h2><p>No version is active, so nothing is allowed.</p></section>`
    : html`<section class="card" aria-labelledby="counts-now"><div class="row"><h2 id="counts-now">Version ${set.version} counts</h2>${stateTag('active')}</div>
<p class="hint">Since ${timeText(set.since)}, activated by ${isolated(set.activatedByName)}.${set.note !== undefined && html` “${plainText(set.note, 200)}”`}</p>
${policyLines(set.policies)}
${set.count > set.policies.length && html`<p class="hint">And ${set.count - set.policies.length} more.</p>`}
<div class="actions"><a class="button strong" href="${set.href}">Read it</a>${
        rollBack && html`<a class="button plain" href="${rollBack.href}">Roll back to version ${rollBack.version}</a>`
      }</div></section>`;

const versions = ({ versions: rows, pages, newHref }: PolicyOverviewModel): Html =>
  html`<section aria-labelledby="versions"><div class="row"><h2 id="versions">Versions</h2>${
    newHref !== undefined && html`<a class="button primary" href="${newHref}">Draft a version</a>`
  }</div>
<div class="card flush"><table class="log">
<thead><tr><th scope="col">Version</th><th scope="col">State</th><th scope="col">Why</th><th scope="col">Drafted</th></tr></thead>
<tbody>${rows.map(
    ({ version, state, note, byName, createdAt, href }) =>
      html`<tr><td data-label="Version" class="who-is"><a href="${href}">Version ${version}</a></td><td data-label="State">${stateTag(state)}</td><td data-label="Why">${note === undefined ? '–' : plainText(note, 200)}</td><td data-label="Drafted">${timeText(createdAt)} <span class="line hint">${isolated(byName)}</span></td></tr>`,
  )}</tbody></table></div>
${pagination(pages, 'versions')}</section>`;

export const policyVersionPage = (model: PolicyVersionModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: `Policies, version ${model.set.version}`,
    width: 'wide',
    body: html`<div class="page-head"><h1>Version ${model.set.version}</h1>
<p class="facts">${stateTag(model.set.state)} <span>drafted ${timeText(model.set.createdAt)} by ${isolated(model.set.byName)}</span></p>
${model.set.note !== undefined && html`<p class="lead">${plainText(model.set.note, 200)}</p>`}
${policyTabs(model, 'versions', false)}</div>
<div class="actions">${
      model.activateHref !== undefined &&
      html`<a class="button primary" href="${model.activateHref}">${model.set.state === 'archived' ? 'Make it count again' : 'Make it count'}</a>`
    }${model.editHref !== undefined && html`<a class="button strong" href="${model.editHref}">Edit</a>`}${
      model.copyHref !== undefined && html`<a class="button plain" href="${model.copyHref}">Draft from it</a>`
    }<a class="button plain" href="${model.tryHref}">Try it</a><a class="button plain" href="${model.replayHref}">Replay it</a></div>
<section aria-labelledby="says"><h2 id="says">What it says</h2><div class="card">${policyLines(model.policies)}</div></section>
${compare(model)}
<section aria-labelledby="text"><h2 id="text">Text</h2>
${sourceText(model.text, `Text of version ${model.set.version}`)}
<p class="hint">SHA-256 <code>${model.set.digest}</code></p></section>`,
  });

const compare = ({
  compare: { action, versions: options, against },
  difference,
}: PolicyVersionModel): Html | undefined =>
  options.length === 0
    ? undefined
    : html`<section aria-labelledby="differs"><h2 id="differs">How it differs</h2>
<form method="get" action="${action}#differs" class="pick" role="search">${choice({ name: 'against', label: 'From', value: against, options })}
<div class="actions">${submit({ text: 'Compare', kind: 'strong' })}</div></form>
${difference && differenceText(difference)}</section>`;

export const policyActivationPage = (model: PolicyActivationModel): Html => {
  const { set, replaces, difference } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: `Make version ${set.version} count`,
    width: 'wide',
    body: html`<section class="card"><h1>Make version ${set.version} count?</h1>
<p class="lead">${replaces === undefined ? 'Nothing counts now.' : `It takes the place of version ${replaces}.`} Every decision from then on asks it, on all nodes. You can roll back at any time.</p>
${set.note !== undefined && html`<p>“${plainText(set.note, 200)}”</p>`}
${difference && differenceText(difference)}
<p class="hint">Not sure? <a href="${model.replayHref}">Replay it over the last days</a> first.</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="etag" value="${model.etag}">${
      replaces !== undefined && html`<input type="hidden" name="replaces" value="${replaces}">`
    }
<div class="actions">${submit({ text: 'Make it count' })} <a class="button plain" href="${set.href}">Cancel</a></div>
</form></section>`,
  });
};
