import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import type { RememberOffer, StandingFacts } from '../pages/approval-model.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { standingWords as words } from '../words/approvals.ts';
import { scopeWords } from '../words/scope.ts';
import { deedLine } from './approval-facts.ts';
import { choice } from './controls.ts';
import { submit } from './submit.ts';

/** Folded in: whoever does not want it has nothing to do. */
export const rememberForm = ({
  action,
  csrf,
  amount,
}: RememberOffer): Html => html`<details class="remember"><summary>${words.alsoNext}</summary>
<p class="hint">${words.theSame(amount !== undefined)}</p>
<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">
${wholeNumber('uses', words.howMany, words.oneToHundred, 3, 3)}
${choice({
  name: 'seconds',
  label: words.howLong,
  value: '86400',
  options: [3_600, 86_400, 604_800, 2_592_000].map((seconds) => ({
    value: String(seconds),
    text: durationPhrase(seconds),
  })),
})}
${amount !== undefined && wholeNumber('sum', words.sum, words.unit(amount), amount * 3, 15)}
<div class="actions">${submit({ text: words.approveThese, kind: 'plain' })}</div></form></details>`;

const wholeNumber = (name: string, label: Phrase, hint: Phrase, value: number, length: number): Html =>
  html`<div class="field"><label for="field-${name}">${label}</label><p class="hint" id="field-${name}-hint">${hint}</p>
<input id="field-${name}" name="${name}" type="text" inputmode="numeric" autocomplete="off" maxlength="${length}" value="${value}" required aria-describedby="field-${name}-hint"></div>`;

/** Those that count now, each with its end. */
export const standingList = (
  standing: readonly StandingFacts[],
): Html => html`<section aria-labelledby="standing"><h2 id="standing">${words.title}</h2>
${standing.map(
  ({ approval, uses, mostUses, sum, until, endAction, csrf }) => html`<article class="card ask ${approval.risk}">
<h3>${deedLine(approval)}</h3>
<p class="facts"><span>${scopeWords.at(isolated(approval.resource.name))}</span> <span>${words.by(chosenName(approval.agent.name))}</span></p>
<p class="hint">${words.used(uses, mostUses, sum)} ${words.until(timeText(until))}</p>
<form method="post" action="${endAction}"><input type="hidden" name="csrf" value="${csrf}"><div class="actions">${submit({ text: words.end, kind: 'danger' })}</div></form>
</article>`,
)}</section>`;
