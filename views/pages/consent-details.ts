import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { environmentTag } from '../partials/agent-card.ts';
import { rawText } from '../partials/raw-text.ts';
import { agentWords } from '../words/agent.ts';
import { consentFactWords as words } from '../words/consent.ts';
import type { ConsentModel } from './consent-model.ts';

/** Ids, names of scopes and the raw request, folded: for readers who know what they are. */
export const technicalDetails = (model: ConsentModel): Html => {
  const { requester, actor, origin, resources, wishes = [], openidScopes } = model;
  const raw = resources.flatMap((resource) => resource.raw ?? []);
  return html`<details class="technical"><summary>${words.details}</summary>
<dl class="facts">
${party(requester.kind === 'agent' ? agentWords.agent : agentWords.app, requester)}
${actor && party(agentWords.agent, actor)}
${origin.kind === 'redirect' && row(words.address, html`<code>${plainText(origin.redirectUri, 400)}</code>`)}
${openidScopes.length > 0 && row(words.openid, codes(openidScopes))}
${[...resources.map((resource) => ({ resource, scopes: resource.scopes })), ...wishes].map(({ resource, scopes }) =>
  row(
    words.permissions(isolated(resource.name)),
    html`<code>${plainText(resource.identifier, 200)}</code> ${codes(scopes.map(({ name }) => name))}`,
  ),
)}
</dl>
${raw.length > 0 && html`<h2>${words.raw}</h2>${rawText(raw, words.raw)}`}
</details>`;
};

const row = (title: HtmlValue, value: HtmlValue): Html => html`<div><dt>${title}</dt><dd>${value}</dd></div>`;

const party = (title: HtmlValue, one: ConsentModel['requester'] | NonNullable<ConsentModel['actor']>): Html =>
  row(
    title,
    html`${chosenName(one.name)} ${'environment' in one && environmentTag(one.environment)} <code>${plainText(one.id, 200)}</code>`,
  );

const codes = (names: readonly string[]): readonly Html[] =>
  names.map((name) => html`<code>${plainText(name, 80)}</code> `);
