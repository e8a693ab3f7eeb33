import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { hostOf, riskBadge } from '../partials/scope-list.ts';
import type { AgentPageModel, EffectAt, EffectLimit, EffectReason } from './console-model.ts';

const REFUSED: Readonly<Record<EffectReason, string>> = {
  agent: 'It was not given this right.',
  itself: 'It was narrowed below this at its registration.',
  blueprint: 'Its blueprint does not allow it.',
  environment: 'The resource server takes no agents of its environment.',
  approval: 'It needs an approval each time.',
  resource_server: 'The resource server does not offer it any more.',
};

const FROM: Readonly<Record<EffectLimit['from'], string>> = {
  blueprint: 'from its blueprint',
  itself: 'narrowed for this agent',
  both: 'from its blueprint and this agent',
  registration: 'from its registration',
};

/** What an agent may do now, and which layer takes away the rest. */
export const effect = ({
  effect: { at, limits, registeredAs, ...basis },
}: AgentPageModel): Html => html`<section aria-labelledby="effect"><h2 id="effect">What it may do, in effect</h2>
<p class="lead">${BASIS(basis)}</p>
${at.map((resource, index) => resourceCard(resource, basis.hasOwnRights, index))}
<div class="card"><h3>Limits</h3><dl class="facts">${limits.map(
  ({ name, value, from }) =>
    html`<div><dt>${name}</dt><dd>${plainText(value, 300)} <span class="hint">${FROM[from]}</span></dd></div>`,
)}${
  registeredAs.length > 0 &&
  html`<div><dt>Takes tokens as</dt><dd>${registeredAs.map((name, index) => html`${index > 0 && ', '}${isolated(name)}`)} <span class="hint">and exchanges them for its own</span></dd></div>`
}</dl></div></section>`;

const BASIS = ({
  hasOwnRights,
  actsForItself,
  actsForPeople,
}: Pick<AgentPageModel['effect'], 'hasOwnRights' | 'actsForItself' | 'actsForPeople'>): string => {
  if (!actsForItself && !actsForPeople) return 'It can get no token at all.';
  if (!hasOwnRights) {
    return actsForPeople
      ? 'It has no rights of its own: only what a person allows it, within the limits below.'
      : 'It acts for itself only, and has no rights of its own: it may do nothing.';
  }
  if (actsForItself && actsForPeople)
    return 'It may use its own rights by itself. For a person it may do what that person allows it of them.';
  return actsForItself
    ? 'It uses its own rights by itself, and acts for nobody.'
    : 'For a person it may do what that person allows it of its own rights. It does nothing by itself.';
};

const resourceCard = ({ name, identifier, scopes }: EffectAt, hasOwnRights: boolean, index: number): Html => {
  const allowed = hasOwnRights ? 'Yes' : 'If a person allows it';
  return html`<article class="card flush" aria-labelledby="effect-${index}"><h3 class="inset" id="effect-${index}">At ${isolated(name)} <span class="where">${hostOf(identifier)}</span></h3>
<table class="log effect">
<thead><tr><th scope="col">Scope</th><th scope="col">Risk</th><th scope="col">In effect</th></tr></thead>
<tbody>${scopes.map(
    (scope) =>
      html`<tr class="${scope.refusedBy === undefined ? 'yes' : 'no'}"><td data-label="Scope"><span>${plainText(scope.description, 160) || plainText(scope.name, 80)}</span> <code>${plainText(scope.name, 80)}</code></td><td data-label="Risk">${riskBadge(scope.risk)}</td><td data-label="In effect">${
        scope.refusedBy === undefined
          ? html`<strong class="yes">${allowed}</strong>`
          : html`<strong>No.</strong> ${REFUSED[scope.refusedBy]}`
      }</td></tr>`,
  )}</tbody></table></article>`;
};
