import { chosenName, isDeceptiveName, isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { consentHeadings as words } from '../words/consent.ts';
import { emphasised, siteOf } from './consent-hosts.ts';
import type { ConsentModel } from './consent-model.ts';

/** Characters of a name in the headline; the details have more of it. */
const NAME = 40;

/**
 * Whether the page must not lead with the name of the requester: it imitates another one, or the app chose it itself. The
 * headline then names the host or the owner, which the requester cannot choose (DR-09).
 */
export const hasDoubtfulName = (model: ConsentModel): boolean =>
  siteOf(model) !== undefined || model.looksLikeAnother === true || isDeceptiveName(model.requester.name);

/** Who wants what where: the largest text of the page. */
export const consentHeading = (model: ConsentModel): Html => html`<h1 class="headline">${sentence(model)}</h1>`;

const sentence = (model: ConsentModel): Phrase => {
  const { requester, actor, origin, resources, openidScopes } = model;
  const who = requesterName(model);
  const [first, second, ...others] = resources.map(({ name }) => html`<strong>${isolated(name, NAME)}</strong>`);
  if (model.isNothing) return words.nothing(who);
  if (first === undefined) return words.signIn(who);
  const where: HtmlValue =
    second === undefined
      ? first
      : others.length === 0
        ? words.and(first, second)
        : words.andMore(first, second, others.length);
  if (actor) return words.forAgent(who, html`<strong>${chosenName(actor.name, NAME)}</strong>`, where);
  if (origin.kind === 'delegation' && origin.isForItsCalls)
    return words.actWhenCalled(who, where, html`<strong>${chosenName(origin.through.name, NAME)}</strong>`);
  if (requester.kind === 'agent') return words.actAt(who, where);
  return openidScopes.some(({ name }) => name === 'openid') ? words.signInAndUse(who, where) : words.use(who, where);
};

const requesterName = (model: ConsentModel): HtmlValue => {
  const { requester } = model;
  if (!hasDoubtfulName(model)) return html`<strong>${chosenName(requester.name, NAME)}</strong>`;
  const site = siteOf(model);
  if (site) return html`<strong class="host">${emphasised(site.host, site.registrableDomain)}</strong>`;
  if (requester.ownerName === undefined) return words.anApp;
  return requester.kind === 'agent' ? words.anAgentOf(isolated(requester.ownerName, NAME)) : words.anApp;
};
