import { chosenName, chosenWords, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ApprovalFacts } from '../pages/approval-model.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { approvalPeopleWords as words } from '../words/approval-people.ts';
import { environmentTag, verifiedTag } from './agent-card.ts';
import type { DetailItem } from './detail-list.ts';
import { sourceLine } from './policy-text.ts';
import { hostOf, type Risk, riskBadge } from './scope-list.ts';

const RISK_MEANING: Readonly<Record<Risk, string>> = {
  low: 'The service counts this as harmless.',
  medium: 'The service counts this as a change worth a look.',
  high: 'The service counts this as hard to undo, or costly.',
  critical: 'The service counts this as impossible to undo, or very costly.',
};

const VALUE = 300;
/** Members beside the sentence; the rest stands below, letter by letter. */
export const SHOWN_MEMBERS = 12;

/** What is asked: the sentences of the details, else the descriptions of the scopes; and where. */
export const deeds = (approval: ApprovalFacts): Html => html`<div class="deeds ${approval.risk}">
<p class="measure">${riskBadge(approval.risk)} <span>${RISK_MEANING[approval.risk]}</span></p>
<ul>${approval.details.map((detail) => html`<li>${sentence(detail)}${members(detail)}</li>`)}${approval.scopes.map(
  (scope) =>
    html`<li class="${approval.details.length > 0 && 'minor'}">${plainText(scope.description, 160) || plainText(scope.name, 80)} <code>${plainText(scope.name, 80)}</code></li>`,
)}${approval.unreadable.map((name) => html`<li>Something called <code>${plainText(name, 80)}</code>, which nobody describes any more</li>`)}</ul>
<p class="at">At ${isolated(approval.resource.name)} <strong class="host">${hostOf(approval.resource.identifier)}</strong></p>
${exactly(approval)}
</div>`;

/** One line of text, for lists and links. */
export const deedLine = (approval: ApprovalFacts): Html => {
  const [detail] = approval.details;
  const [scope] = approval.scopes;
  const others = approval.details.length + (detail ? 0 : approval.scopes.length) + approval.unreadable.length - 1;
  const first = detail
    ? sentence(detail)
    : html`${plainText(scope?.description ?? scope?.name ?? approval.unreadable[0] ?? 'Something', 160)}`;
  return html`${first}${others > 0 && ` and ${others} more`}`;
};

const sentence = ({ sentence: parts }: DetailItem): Html =>
  html`<span class="does">${parts.map((part) =>
    'text' in part ? html`${part.text}` : part.value === undefined ? html`<em>any</em>` : chosenName(part.value, VALUE),
  )}</span>`;

const members = ({ more }: DetailItem): Html | undefined =>
  more.length === 0
    ? undefined
    : html`<dl class="members">${more
        .slice(0, SHOWN_MEMBERS)
        .map(
          ({ member, value }) => html`<div><dt>${isolated(member)}</dt><dd>${chosenName(value, VALUE)}</dd></div>`,
        )}${more.length > SHOWN_MEMBERS && html`<div><dt>and</dt><dd>${more.length - SHOWN_MEMBERS} more, below</dd></div>`}</dl>`;

/** Letter by letter, so that nothing is approved that could not be read. */
const exactly = ({ id, exact, isCut }: ApprovalFacts): Html | undefined =>
  exact.length === 0
    ? undefined
    : html`<details class="exact"${isCut && html` open`}><summary>${isCut ? 'It is too long for a sentence: read all of it here' : 'All of it, letter by letter'}</summary>
<div class="source" tabindex="0" role="region" aria-label="All details of ${id}"><ul>${exact.map(
        (line) => html`<li><code>${pieces(sourceLine(line, LONGEST))}</code></li>`,
      )}</ul></div></details>`;

/** More than details can have (RFC 9396 §2, at most 8 KB). */
const LONGEST = 40_000;

const pieces = (line: string): readonly Html[] => (line.match(/.{1,60}/gsu) ?? []).map((piece) => html`${piece}<wbr>`);

/** Who, on whose behalf, since when, and what an answer does. */
export const facts = (approval: ApprovalFacts): Html => {
  const { agent, onBehalfOf, askedAt, until, goodForSeconds, state } = approval;
  return html`<dl class="facts">
<div><dt>Agent</dt><dd><strong>${chosenName(agent.name)}</strong> ${agent.isVerified && verifiedTag} ${environmentTag(agent.environment)} <code>${plainText(agent.id, 80)}</code></dd></div>
<div><dt>Owner</dt><dd>${isolated(agent.ownerName)} answers for it</dd></div>
${
  approval.through.length > 0 &&
  html`<div><dt>Asked through</dt><dd><ol class="through">${approval.through
    .toReversed()
    .map(
      (one) => html`<li>${chosenName(one.name)} <span class="hint">of ${isolated(one.ownerName)}</span></li>`,
    )}<li>${chosenName(agent.name)} <span class="hint">would act</span></li></ol></dd></div>`
}
<div><dt>For</dt><dd>${onBehalfOf.isYou ? html`<strong>you</strong>, ${isolated(onBehalfOf.name)}` : html`<strong>${isolated(onBehalfOf.name)}</strong>`}</dd></div>
<div><dt>Asked</dt><dd>${timeText(askedAt)}</dd></div>
${(state === 'open' || state === 'agreed') && html`<div><dt>Decide until</dt><dd>${timeText(until)}; after that it is over</dd></div>`}
${(state === 'open' || state === 'agreed') && html`<div><dt>A yes is good</dt><dd>for this one action, one time, within ${durationPhrase(goodForSeconds)}</dd></div>`}
${people(approval)}
${isUndecided(approval) && escalation(approval)}
</dl>`;
};

const isUndecided = ({ state }: ApprovalFacts): boolean => state === 'open' || state === 'agreed';

const escalation = ({ escalatesAt, isEscalated }: ApprovalFacts): Html | undefined =>
  escalatesAt === undefined
    ? undefined
    : html`<div><dt>${words.further}</dt><dd>${isEscalated ? words.furtherAsked(timeText(escalatesAt)) : words.furtherLater(timeText(escalatesAt))}</dd></div>`;

const people = ({ quorum, people: all }: ApprovalFacts): Html => {
  const agreed = all.filter(({ hasAgreed }) => hasAgreed);
  const named = ({ name, isYou }: { readonly name: string; readonly isYou: boolean }): Html =>
    isYou ? html`you` : isolated(name);
  if (quorum === 1 && all.length === 1 && agreed.length === 0)
    return html`<div><dt>Decided by</dt><dd>${all.map(named)} alone</dd></div>`;
  return html`<div><dt>Decided by</dt><dd>${quorum === 1 ? 'one person' : `${quorum} different people`}; ${agreed.length === 0 ? 'nobody has' : `${agreed.length} ${agreed.length === 1 ? 'has' : 'have'}`} agreed so far
<ul class="people">${all.map(
    (one) =>
      html`<li>${named(one)} <span class="hint">${one.hasAgreed ? 'agreed' : one.isNeeded && quorum > 1 ? 'has to agree' : 'may agree'}</span></li>`,
  )}</ul></dd></div>`;
};

/** What the agent says comes after the facts, framed as its own. */
export const agentsWords = ({ message, agent }: ApprovalFacts): Html =>
  html`${message !== undefined && chosenWords(message, 'The agent says about this request, in its own words')}${chosenWords(agent.purpose, 'Its purpose, in its own words')}`;
