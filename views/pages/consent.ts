import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { submit } from '../partials/submit.ts';
import { choices, riskSummary } from './consent-choices.ts';
import { actor, facts, warnings } from './consent-facts.ts';
import type { ConsentModel } from './consent-model.ts';

export type { ConsentModel, ConsentOrigin } from './consent-model.ts';

const headingOf = ({ requester, actor }: ConsentModel): string => {
  if (requester.kind === 'agent') return 'An agent asks to act for you';
  return actor ? 'An app asks that an agent may act for you' : 'An app asks for access';
};

/** Facts, then warnings, then choices, then two answers of the same weight. Enter in a field gives the first one: Deny. */
export const consentPage = (model: ConsentModel): Html =>
  layout({
    frame: model,
    title: 'Allow access',
    bare: true,
    body: html`<section class="card consent">
<h1>${headingOf(model)}</h1>
${facts(model)}
${actor(model)}
${warnings(model)}
${model.error !== undefined && html`<div class="flash error" role="alert">${plainText(model.error, 300)}</div>`}
<form method="post" action="${model.action}" id="consent-form">
<input type="hidden" name="csrf" value="${model.csrf}">${model.uid !== undefined && html`<input type="hidden" name="uid" value="${model.uid}">`}
${choices(model)}
${riskSummary(model)}
<div class="decide">
${submit({ text: 'Deny', kind: 'strong', name: 'decision', value: 'deny' })}
${submit({ text: 'Allow what is ticked', kind: 'primary', name: 'decision', value: 'allow' })}
</div>
<p class="hint">You can end this at any time under My account.</p>
</form>
</section>`,
  });
