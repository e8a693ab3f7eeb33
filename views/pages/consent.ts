import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { submit } from '../partials/submit.ts';
import { consentWords as words } from '../words/consent.ts';
import { choices } from './consent-choices.ts';
import { technicalDetails, withheldRights } from './consent-details.ts';
import { agentsPurpose, earlier, facts, intent, ownIntent, warnings } from './consent-facts.ts';
import { consentHeading } from './consent-headline.ts';
import type { ConsentModel } from './consent-model.ts';

export type { ConsentModel, ConsentOrigin } from './consent-model.ts';

/** There is nothing to allow or deny here. The page says what to do, and has one button. */
const nothing = (model: ConsentModel): Html => html`${withheldRights(model.withheld ?? [])}
<p>${words.nothingToAllow}</p>
${technicalDetails(model)}
<div class="decide stay">
${submit({ text: words.back, kind: 'primary', name: 'decision', value: 'back' })}
</div>`;

const decision = (
  model: ConsentModel,
): Html => html`${choices(model, model.origin.kind !== 'delegation' && agentsPurpose(model))}
${ownIntent(model)}
${technicalDetails(model)}
<p class="hint">${words.canBeEnded}</p>
<div class="decide stay">
${submit({ text: words.deny, kind: 'plain', name: 'decision', value: 'deny' })}
${submit({ text: words.allow, kind: 'primary', name: 'decision', value: 'allow' })}
</div>`;

/**
 * Who wants what where, then permissions, then two answers of the same size. The answers stay in view. Enter in a field
 * triggers the first button: Deny.
 */
export const consentPage = (model: ConsentModel): Html =>
  layout({
    frame: model,
    style: 'decisions.css',
    title: words.title,
    bare: true,
    body: html`<section class="card deciding">
<div class="ask-head">${consentHeading(model)}
${facts(model)}</div>
${model.origin.kind === 'delegation' && !model.isNothing && agentsPurpose(model)}
${!model.isNothing && intent(model)}
${warnings(model)}
${model.earlier && earlier(model.earlier)}
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
<form method="post" action="${model.action}" id="consent-form" class="answering">
<input type="hidden" name="csrf" value="${model.csrf}">${model.uid !== undefined && html`<input type="hidden" name="uid" value="${model.uid}">`}
${model.isNothing ? nothing(model) : decision(model)}
</form>
</section>`,
  });
