import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { submit } from '../partials/submit.ts';
import { consentWords as words } from '../words/consent.ts';
import { choices, riskSummary } from './consent-choices.ts';
import { actor, facts, warnings } from './consent-facts.ts';
import type { ConsentModel } from './consent-model.ts';

export type { ConsentModel, ConsentOrigin } from './consent-model.ts';

const headingOf = ({ requester, actor }: ConsentModel): Phrase => {
  if (requester.kind === 'agent') return words.agentAsks;
  return actor ? words.appAsksForAgent : words.appAsks;
};

/** There is nothing to allow or deny here. The page says what to do, and has one button. */
const nothing = html`<p>${words.nothingToAllow}</p>
<div class="decide">
${submit({ text: words.back, kind: 'primary', name: 'decision', value: 'back' })}
</div>`;

const decision = (model: ConsentModel): Html => html`${choices(model)}
${riskSummary(model)}
<div class="decide">
${submit({ text: words.deny, kind: 'strong', name: 'decision', value: 'deny' })}
${submit({ text: words.allow, kind: 'primary', name: 'decision', value: 'allow' })}
</div>
<p class="hint">${words.canBeEnded}</p>`;

/**
 * Facts, then warnings, then choices, then two answers of the same weight. Enter in a field triggers the first button: Deny.
 */
export const consentPage = (model: ConsentModel): Html =>
  layout({
    frame: model,
    title: words.title,
    bare: true,
    body: html`<section class="card consent">
<h1>${headingOf(model)}</h1>
${facts(model)}
${actor(model)}
${warnings(model)}
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
<form method="post" action="${model.action}" id="consent-form">
<input type="hidden" name="csrf" value="${model.csrf}">${model.uid !== undefined && html`<input type="hidden" name="uid" value="${model.uid}">`}
${model.isNothing ? nothing : decision(model)}
</form>
</section>`,
  });
