import { chosenName, chosenWords, isDeceptiveName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { agentCard, environmentTag } from '../partials/agent-card.ts';
import { hostOf } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { agentWords } from '../words/agent.ts';
import { consentWarnings, consentWords, consentFactWords as words } from '../words/consent.ts';
import type { ConsentModel, ConsentOrigin, SiteFacts } from './consent-model.ts';

/** Who asks, where the answer goes and who is signed in. Verified facts come before the agent's text. */
export const facts = (model: ConsentModel): Html => html`${siteHeadline(siteOf(model))}${headline(model)}
<dl class="facts">
<div><dt>${model.requester.kind === 'agent' ? agentWords.agent : agentWords.app}</dt><dd><strong>${chosenName(model.requester.name)}</strong>${
  model.requester.kind === 'agent' && html` ${environmentTag(model.requester.environment)}`
} <code>${plainText(model.requester.id, 80)}</code></dd></div>
${siteOf(model) !== undefined && model.origin.kind === 'redirect' && html`<div><dt>${words.answerGoesTo}</dt><dd><strong>${breakable(destination(model.origin.redirectUri))}</strong></dd></div>`}
${model.requester.ownerName !== undefined && html`<div><dt>${agentWords.owner}</dt><dd>${agentWords.ownsIt(isolated(model.requester.ownerName))}</dd></div>`}
${
  model.origin.kind === 'delegation' &&
  (model.origin.isForItsCalls
    ? html`<div><dt>${words.countsWhenCalledBy}</dt><dd>${words.countsOnlyThen(chosenName(model.origin.through.name))}</dd></div>`
    : html`<div><dt>${words.askedThrough}</dt><dd>${words.theOne(model.origin.through.kind, chosenName(model.origin.through.name))}</dd></div>`)
}
<div><dt>${words.signedInAs}</dt><dd>${isolated(model.account.name)} (${isolated(model.account.username)})${
  model.account.switchAction !== undefined &&
  html` <form method="post" action="${model.account.switchAction}" class="inline"><input type="hidden" name="csrf" value="${model.csrf}">${
    model.uid !== undefined && html`<input type="hidden" name="uid" value="${model.uid}">`
  }${submit({ text: words.notYou, kind: 'quiet' })}</form>`
}</dd></div>
</dl>
${model.requester.kind === 'agent' && chosenWords(model.requester.purpose, words.agentSays)}`;

/** The actor, if it is not the requester. */
export const actor = ({ actor: agent }: ConsentModel): Html | undefined =>
  agent && html`<h2>${words.whoWillAct}</h2>${agentCard(agent)}`;

const siteOf = ({ requester }: ConsentModel): SiteFacts | undefined =>
  requester.kind === 'client' ? requester.site : undefined;

/** No text of such an app comes before the one verified fact about it. */
const siteHeadline = (site: SiteFacts | undefined): Html | undefined =>
  site &&
  html`<p class="destination"><span class="caption">${words.siteAsks}</span> <strong class="big host">${emphasised(site.host, site.registrableDomain)}</strong>${ownLetters(site.inLetters)}</p>`;

/** Beside the ASCII host, never in its place: letters can look alike (DR-09). */
const ownLetters = (host: string | undefined): Html | undefined =>
  host === undefined ? undefined : html` <span class="caption">${words.inItsOwnLetters(isolated(host))}</span>`;

/**
 * The largest text of the page is one that no agent can choose freely: a host, or the code on the person's own device
 * (DR-09).
 */
const headline = (model: ConsentModel): Html | undefined => {
  const { origin, resources } = model;
  if (origin.kind === 'device')
    return html`<p class="destination"><span class="caption">${words.codeOnDevice}</span> <strong class="big code">${plainText(origin.userCode, 32)}</strong></p>`;
  if (origin.kind === 'delegation')
    return html`<p class="destination"><span class="caption">${words.wantsToActAt}</span> ${resources.map(({ identifier }) => html`<strong class="big host">${breakable(hostOf(identifier))}</strong> `)}</p>`;
  if (siteOf(model)) return undefined;
  const { protocol, host } = targetOf(origin.redirectUri);
  return host === ''
    ? html`<p class="destination"><span class="caption">${words.answerStaysHere}</span> <strong class="big host">${breakable(plainText(protocol, 80))}</strong></p>`
    : html`<p class="destination"><span class="caption">${words.answerGoesTo}</span> <strong class="big host">${emphasised(host, origin.registrableDomain)}</strong>${ownLetters(origin.inLetters)}</p>`;
};

export const warnings = (model: ConsentModel): Html | undefined => {
  const all = [...ofSite(model), ...ofOrigin(model.origin), ...ofRequester(model), ...model.warnings];
  return all.length === 0
    ? undefined
    : html`<div class="warnings" role="note" aria-label="${consentWords.beforeYouDecide}"><p><strong>${consentWords.beforeYouDecide}</strong></p><ul>${all.map((text) => html`<li>${text}</li>`)}</ul></div>`;
};

const ofSite = (model: ConsentModel): readonly Phrase[] => {
  const site = siteOf(model);
  if (site === undefined) return [];
  const isHere = model.origin.kind === 'redirect' && isOnDevice(model.origin.redirectUri);
  return [consentWarnings.choseItsName, ...(isHere ? [consentWarnings.anyProgramAsks] : [])];
};

const isOnDevice = (redirectUri: string): boolean => {
  const { host } = targetOf(redirectUri);
  return host === '' || isLoopback(host);
};

const destination = (redirectUri: string): string => {
  const { protocol, host } = targetOf(redirectUri);
  return host === '' ? plainText(protocol, 80) : host;
};

const ofOrigin = (origin: ConsentOrigin): readonly Phrase[] => {
  if (origin.kind === 'device') return [consentWarnings.startedYourself];
  if (origin.kind === 'delegation') return [];
  const { protocol, host } = targetOf(origin.redirectUri);
  if (host === '') return [consentWarnings.anyProgramAnswers(plainText(protocol, 80))];
  return isLoopback(host) ? [consentWarnings.answerStaysHere] : [];
};

const ofRequester = ({ requester }: ConsentModel): readonly Phrase[] => [
  ...(isDeceptiveName(requester.name) ? [consentWarnings.deceptiveName] : []),
  ...(requester.kind === 'agent' && requester.environment !== 'production'
    ? [agentWords.unfinished(requester.environment)]
    : []),
];

const targetOf = (redirectUri: string): { readonly protocol: string; readonly host: string } => {
  if (!URL.canParse(redirectUri)) return { protocol: redirectUri, host: '' };
  const { protocol, host } = new URL(redirectUri);
  return { protocol, host: protocol === 'https:' || protocol === 'http:' ? host : '' };
};

const isLoopback = (host: string): boolean => /^(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?$/.test(host);

/** The host with a muted colour for all but its registrable domain; uniform if that is unknown. */
const emphasised = (host: string, registrable: string | undefined): Html =>
  registrable !== undefined && host !== registrable && host.endsWith(`.${registrable}`)
    ? html`<span class="sub">${breakable(host.slice(0, -registrable.length))}</span><span class="whole">${breakable(registrable)}</span>`
    : breakable(host);

/** The browser may break it after each dot, so that the end of a long host stays visible. */
const breakable = (host: string): Html => html`${host.split(/(?<=\.)/).map((label) => html`${label}<wbr>`)}`;
