import { anyName, cellText, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { choice } from '../partials/controls.ts';
import { headActions } from '../partials/object-page.ts';
import { pagination } from '../partials/pagination.ts';
import {
  differenceCount,
  differenceText,
  type PolicyDifference,
  type PolicyLine,
  policyLines,
  removedPolicies,
  sourceText,
} from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { policyPageWords as words } from '../words/console-policy.ts';
import { listWords } from '../words/lists.ts';
import { policyWords } from '../words/policy.ts';
import type {
  PolicyActivationModel,
  PolicyOverviewModel,
  PolicyVersion,
  PolicyVersionModel,
} from './console-policy-model.ts';

const LOOKS = { active: 'good', draft: 'warn', archived: 'gone' } as const;

const stateTag = (state: PolicyVersion['state']): Html =>
  html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

export const policyOverviewPage = (model: PolicyOverviewModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'versions'),
    body: html`<div class="page-head"><div class="row"><h1>${words.title}</h1>
<div class="actions"><a class="button plain" href="${model.basePath}/console/policy/try">${words.tryIt}</a>${
      model.newHref !== undefined && html`<a class="button primary" href="${model.newHref}">${words.draftOne}</a>`
    }</div></div>
<p class="lead">${words.lead}</p></div>
${!model.isEnforced && html`<div class="warnings" role="note">${words.switchedOff}</div>`}
${model.waiting && waitingDraft(model.waiting)}
${active(model)}
${versions(model)}`,
  });

const waitingDraft = ({ version, note, href }: PolicyVersion): Html =>
  html`<p class="notice">${words.waits(html`<a href="${href}">${words.versionNumber(version)}</a>`)}${note !== undefined && html` ${words.quoted(plainText(note, 200))}`}</p>`;

const active = ({ active: set, rollBack }: PolicyOverviewModel): Html =>
  set === undefined
    ? html`<section class="card"><h2>${words.nothingCounts}</h2><p>${words.nothingAllowed}</p></section>`
    : html`<section class="card" aria-labelledby="counts-now"><div class="row"><h2 id="counts-now">${words.counts(set.version)}</h2>${stateTag('active')}</div>
<p class="hint">${activation(set)}${set.note !== undefined && html` ${words.quoted(plainText(set.note, 200))}`}</p>
${
  set.gaps.length > 0 &&
  html`<div class="warnings" role="note"><ul>${set.gaps.map((gap) => html`<li>${words.gaps[gap]}</li>`)}</ul></div>`
}
${policyLines(forbidsFirst(set.policies))}
${set.count > set.policies.length && html`<p class="hint">${listWords.andMore(set.count - set.policies.length)}</p>`}
<div class="actions"><a class="button plain" href="${set.href}">${words.read}</a>${
        rollBack && html`<a class="button plain" href="${rollBack.href}">${words.rollBack(rollBack.version)}</a>`
      }</div></section>`;

const activation = ({ since, activatedByName, isFirst }: NonNullable<PolicyOverviewModel['active']>): Phrase => {
  if (activatedByName !== undefined) return words.since(timeText(since), anyName(activatedByName));
  return (isFirst ? words.sinceFirstStart : words.sinceOnMachine)(timeText(since));
};

/** A forbid wins over every permit, so it is read first. */
const forbidsFirst = (policies: readonly PolicyLine[]): readonly PolicyLine[] => [
  ...policies.filter(({ effect }) => effect === 'forbid'),
  ...policies.filter(({ effect }) => effect === 'permit'),
];

const versions = ({ versions: rows, pages }: PolicyOverviewModel): Html =>
  html`<section aria-labelledby="versions"><h2 id="versions">${words.versions}</h2>
<div class="card flush"><table class="log">
<thead><tr><th scope="col">${words.version}</th><th scope="col">${words.state}</th><th scope="col">${words.why}</th><th scope="col">${words.drafted}</th></tr></thead>
<tbody>${rows.map(
    ({ version, state, note, byName, createdAt, href }) =>
      html`<tr><td data-label="${words.version}" class="who-is"><a href="${href}">${words.versionNumber(version)}</a></td><td data-label="${words.state}">${stateTag(state)}</td><td data-label="${words.why}">${note === undefined ? '–' : cellText(note, 200)}</td><td data-label="${words.drafted}">${agoText(createdAt)} <span class="line hint">${anyName(byName)}</span></td></tr>`,
  )}</tbody></table></div>
${pagination(pages, listWords.pagesOf.versions)}</section>`;

export const policyVersionPage = (model: PolicyVersionModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: words.titleOf(model.set.version),
    width: 'wide',
    side: consoleNavigation(model, 'versions', false),
    body: html`<div class="page-head"><div class="row"><h1>${words.versionNumber(model.set.version)}</h1>
${versionActions(model)}</div>
<p class="facts">${stateTag(model.set.state)} <span>${words.draftedBy(timeText(model.set.createdAt), anyName(model.set.byName))}</span></p>
${model.set.note !== undefined && html`<p class="lead">${plainText(model.set.note, 200)}</p>`}</div>
${removalNote(model.difference)}
${model.set.state === 'draft' && compare(model)}
<section aria-labelledby="says"><h2 id="says">${words.says}</h2><div class="card">${policyLines(model.policies)}</div></section>
${model.set.state !== 'draft' && compare(model)}
<section aria-labelledby="text"><h2 id="text">${words.text}</h2>
${sourceText(model.text, words.textOf(model.set.version))}
<p class="hint">SHA-256 <code>${model.set.digest}</code></p></section>`,
  });

/** A draft is activated or replayed first; what else can be done with a version is in the menu. */
const versionActions = (model: PolicyVersionModel): Html | undefined => {
  const { activateHref, editHref, copyHref, tryHref, difference, set } = model;
  const link = (href: string | undefined, text: Phrase, kind: 'primary' | 'plain' = 'plain') =>
    href === undefined ? undefined : html`<a class="button ${kind}" href="${href}">${text}</a>`;
  const activate = set.state === 'archived' ? words.makeCountAgain : words.makeCount;
  return headActions(
    [
      link(activateHref, activate, removes(difference) ? 'plain' : 'primary'),
      replayForm(model),
      link(editHref, words.edit),
      link(tryHref, words.tryIt),
      link(copyHref, words.draftFrom),
    ],
    [],
    words.versionNumber(set.version),
  );
};

const removes = (difference: PolicyDifference | undefined): boolean =>
  difference !== undefined && removedPolicies(difference).length > 0;

/** What the newer version no longer has, before a user activates it. */
const removalNote = (difference: PolicyDifference | undefined): Html | undefined => {
  const count = difference ? removedPolicies(difference).length : 0;
  return count === 0 ? undefined : html`<div class="warnings" role="note">${policyWords.removes(count)}</div>`;
};

/** Replays the usual days at once; the page of the result offers others. */
const replayForm = ({ replayAction, csrf, set }: PolicyVersionModel): Html =>
  html`<form method="post" action="${replayAction}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="policy" value="${set.version}">${submit({ text: words.replayIt, kind: 'plain' })}</form>`;

const compare = ({
  compare: { action, versions: options, against },
  difference,
}: PolicyVersionModel): Html | undefined =>
  options.length === 0
    ? undefined
    : html`<section aria-labelledby="differs"><h2 id="differs">${words.differs}</h2>
<form method="get" action="${action}#differs" class="pick" role="search">${choice({ name: 'against', label: words.from, value: against, options })}
<div class="actions">${submit({ text: words.compare, kind: 'plain' })}</div></form>
${difference && differenceText(difference)}</section>`;

/** What the check of the text found; a set with errors cannot be stored, so these are warnings. */
const checkResult = (findings: PolicyActivationModel['findings']): Html =>
  findings.length === 0
    ? html`<p><span class="tag good">${words.checked}</span> ${words.checkedClean}</p>`
    : html`<div class="warnings" role="note"><p>${words.checkedWarnings(findings.length)}</p><ul>${findings
        .slice(0, MOST_FINDINGS)
        .map(
          ({ message, policy, line }) =>
            html`<li>${policy !== undefined && html`<code>${plainText(policy, 80)}</code> `}${line !== undefined && html`${words.line(line)}: `}${plainText(message, 300)}</li>`,
        )}</ul></div>`;

const MOST_FINDINGS = 5;

export const policyActivationPage = (model: PolicyActivationModel): Html => {
  const { set, replaces, difference } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: words.activateTitle(set.version),
    width: 'wide',
    side: consoleNavigation(model, 'versions', false),
    body: html`<section class="card"><h1>${words.activateAsked(set.version)}</h1>
<p class="lead">${words.activating(replaces)}</p>
${set.note !== undefined && html`<p>${words.quoted(plainText(set.note, 200))}</p>`}
${difference && difference.lines.length > 0 && html`<p class="diff-count">${differenceCount(difference)}</p>`}${removalNote(difference)}
${checkResult(model.findings)}
<p class="hint">${words.notSure(model.replayHref)}</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="etag" value="${model.etag}">${
      replaces !== undefined && html`<input type="hidden" name="replaces" value="${replaces}">`
    }
<div class="actions">${submit({ text: words.makeCount })} <a class="button plain" href="${set.href}">${words.cancel}</a></div>
</form></section>
${difference && html`<section aria-labelledby="differs"><h2 id="differs">${words.differs}</h2>${differenceText(difference, true)}</section>`}`,
  });
};
