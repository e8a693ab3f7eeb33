import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { environmentTag } from '../partials/agent-card.ts';
import type { DetailItem } from '../partials/detail-list.ts';
import { rawText } from '../partials/raw-text.ts';
import { heldRights } from '../partials/rights-list.ts';
import { resourceHeading } from '../partials/scope-list.ts';
import { agentWords } from '../words/agent.ts';
import { consentFactWords as words } from '../words/consent.ts';
import type { ConsentModel, WithheldFacts } from './consent-model.ts';

/** Ids, names of scopes and the raw request, folded: for readers who know what they are. */
export const technicalDetails = (model: ConsentModel): Html => {
  const { requester, actor, origin, resources, wishes = [], openidScopes } = model;
  const raw = resources.flatMap((resource) => resource.raw ?? []);
  return html`<details class="technical"><summary>${words.details}</summary>
<dl class="facts">
${party(requester.kind === 'agent' ? agentWords.agent : agentWords.app, requester)}
${actor && party(agentWords.agent, actor)}
${origin.kind === 'redirect' && row(words.address, html`<code>${plainText(origin.redirectUri, 400)}</code>`)}
${openidScopes.length > 0 && row(words.openid, codes(openidScopes.map(({ name }) => name)))}
${[...resources.map((resource) => ({ resource, ...resource })), ...wishes].map(({ resource, scopes, ...more }) =>
  row(
    words.permissions(isolated(resource.name)),
    html`<code>${plainText(resource.identifier, 200)}</code> ${codes(scopes.map(({ name }) => name))}${'details' in more && types(more.details)}`,
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

/** Each kind of details once, with what its resource server says of it. */
const types = (details: readonly DetailItem[] = []): readonly Html[] =>
  [...new Map(details.map((detail) => [detail.type, detail])).values()].map(
    ({ type, about }) => html`<code>${plainText(type, 80)}</code> ${plainText(about, 200)} `,
  );

/** What the request asks for in vain, and why. */
export const withheldRights = (withheld: readonly WithheldFacts[]): readonly Html[] =>
  withheld.map(
    ({ resource, rights }) => html`<section class="withheld"><h2>${resourceHeading(resource)}</h2>
${[...Map.groupBy(rights, ({ why }) => why)].map(([why, some]) => html`${heldRights(some.map(({ what }) => what))}<p class="hint">${why}</p>`)}</section>`,
  );

const codes = (names: readonly string[]): readonly Html[] =>
  names.map((name) => html`<code>${plainText(name, 80)}</code> `);
