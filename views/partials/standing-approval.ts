import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { RememberOffer, StandingFacts } from '../pages/approval-model.ts';
import { timeText } from '../time-text.ts';
import { deedLine } from './approval-facts.ts';
import { choice } from './controls.ts';
import { submit } from './submit.ts';

/** Folded in: whoever does not want it has nothing to do. */
export const rememberForm = ({
  action,
  csrf,
  amount,
}: RememberOffer): Html => html`<details class="remember"><summary>Also for the next ones like this</summary>
<p class="hint">The same agent, place and action${amount !== undefined && html`, whatever the amount of each`}: without being asked. Whatever else changes, you are asked again. You can end it at any time.</p>
<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">
${wholeNumber('uses', 'How many', 'From 1 to 100.', 3, 3)}
${choice({
  name: 'seconds',
  label: 'For how long',
  value: '86400',
  options: [
    { value: '3600', text: '1 hour' },
    { value: '86400', text: '1 day' },
    { value: '604800', text: '7 days' },
    { value: '2592000', text: '30 days' },
  ],
})}
${amount !== undefined && wholeNumber('sum', 'Up to which sum together', `In the unit of this one, which was ${amount}.`, amount * 3, 15)}
<div class="actions">${submit({ text: 'Approve these, too', kind: 'plain' })}</div></form></details>`;

const wholeNumber = (name: string, label: string, hint: string, value: number, length: number): Html =>
  html`<div class="field"><label for="field-${name}">${label}</label><p class="hint" id="field-${name}-hint">${hint}</p>
<input id="field-${name}" name="${name}" type="text" inputmode="numeric" autocomplete="off" maxlength="${length}" value="${value}" required aria-describedby="field-${name}-hint"></div>`;

/** Those that count now, each with its end. */
export const standingList = (
  standing: readonly StandingFacts[],
): Html => html`<section aria-labelledby="standing"><h2 id="standing">Approved in advance</h2>
${standing.map(
  ({ approval, uses, mostUses, sum, until, endAction, csrf }) => html`<article class="card ask ${approval.risk}">
<h3>${deedLine(approval)}</h3>
<p class="facts"><span>At ${isolated(approval.resource.name)}</span> <span>by ${chosenName(approval.agent.name)}</span></p>
<p class="hint">${uses} of ${mostUses} used${sum !== undefined && html`, ${sum.spent} of ${sum.most} spent`}. Until ${timeText(until)}.</p>
<form method="post" action="${endAction}"><input type="hidden" name="csrf" value="${csrf}"><div class="actions">${submit({ text: 'End it now', kind: 'danger' })}</div></form>
</article>`,
)}</section>`;
