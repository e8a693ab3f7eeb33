import { cellText, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { hostOf, type ResourceFacts, riskBadge, type ScopeItem } from '../partials/scope-list.ts';
import { effectWords as words } from '../words/console-effect.ts';

/** Why a right is not effective: the first layer that refuses it. */
export type EffectReason = 'agent' | 'itself' | 'blueprint' | 'environment' | 'approval' | 'resource_server';

export type EffectAt = ResourceFacts & {
  readonly scopes: readonly (ScopeItem & { readonly refusedBy?: EffectReason })[];
};

/** One limit besides scopes, and its source. */
export type EffectLimit = {
  readonly name: Phrase;
  readonly value: HtmlValue;
  readonly from: 'blueprint' | 'itself' | 'both' | 'registration';
};

export type EffectModel = {
  readonly hasOwnRights: boolean;
  readonly actsForItself: boolean;
  readonly actsForPeople: boolean;
  readonly at: readonly EffectAt[];
  readonly limits: readonly EffectLimit[];
  readonly registeredAs: readonly string[];
};

/** The effective permissions of an agent, and the layer that removes each of the others. */
export const effect = ({
  at,
  limits,
  registeredAs,
  ...basis
}: EffectModel): Html => html`<section aria-labelledby="effect"><h2 id="effect">${words.title}</h2>
<p class="lead">${basisOf(basis)}</p>
${at.map((resource, index) => resourceCard(resource, basis.hasOwnRights, index))}
<div class="card"><h3>${words.limits}</h3><dl class="facts">${limits.map(
  ({ name, value, from }) =>
    html`<div><dt>${name}</dt><dd>${typeof value === 'string' ? plainText(value, 300) : value} <span class="hint">${words.from[from]}</span></dd></div>`,
)}${
  registeredAs.length > 0 &&
  html`<div><dt>${words.takesTokensAs}</dt><dd>${registeredAs.map((name, index) => html`${index > 0 && ', '}${isolated(name)}`)} <span class="hint">${words.exchanges}</span></dd></div>`
}</dl></div></section>`;

const basisOf = ({
  hasOwnRights,
  actsForItself,
  actsForPeople,
}: Pick<EffectModel, 'hasOwnRights' | 'actsForItself' | 'actsForPeople'>): Phrase => {
  const { basis } = words;
  if (!actsForItself && !actsForPeople) return basis.nothing;
  if (!hasOwnRights) return actsForPeople ? basis.ofPeople : basis.alone;
  if (actsForItself && actsForPeople) return basis.both;
  return actsForItself ? basis.ownOnly : basis.peopleOnly;
};

const resourceCard = ({ name, identifier, scopes }: EffectAt, hasOwnRights: boolean, index: number): Html => {
  const allowed = hasOwnRights ? words.yes : words.ifAllowed;
  return html`<article class="card flush" aria-labelledby="effect-${index}"><h3 class="inset" id="effect-${index}">${words.at(isolated(name), html`<span class="where">${hostOf(identifier)}</span>`)}</h3>
<table class="log effect">
<thead><tr><th scope="col">${words.scope}</th><th scope="col">${words.risk}</th><th scope="col">${words.inEffect}</th></tr></thead>
<tbody>${scopes.map(
    (scope) =>
      html`<tr class="${scope.refusedBy === undefined ? 'yes' : 'no'}"><td data-label="${words.scope}"><span>${cellText(scope.description, 160) || cellText(scope.name, 80)}</span> <code>${plainText(scope.name, 80)}</code></td><td data-label="${words.risk}">${riskBadge(scope.risk)}</td><td data-label="${words.inEffect}">${
        scope.refusedBy === undefined
          ? html`<strong class="yes">${allowed}</strong>`
          : html`<strong>${words.no}</strong> ${words.refused[scope.refusedBy]}`
      }</td></tr>`,
  )}</tbody></table></article>`;
};
