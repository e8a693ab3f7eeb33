import { anyText, chosenName, chosenWords, isDeceptiveName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { andMore } from '../more-text.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { foldedWarnings } from '../partials/warnings.ts';
import { timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { consentWarnings, type Warning, consentFactWords as words } from '../words/consent.ts';
import { intentWords } from '../words/intent.ts';
import { hasDoubtfulName } from './consent-headline.ts';
import { emphasised, isLoopback, ownLetters, siteOf, targetOf } from './consent-hosts.ts';
import type { ConsentModel, ConsentOrigin, EarlierFacts } from './consent-model.ts';

/** Who owns it, where the answer goes and who is signed in, in one line. These are facts: no text of the requester. */
export const facts = (model: ConsentModel): Html => html`${deviceCode(model.origin)}
<ul class="asker">${items(model).map((item) => html`<li>${item}</li>`)}</ul>`;

const items = (model: ConsentModel): readonly HtmlValue[] => {
  const { requester, actor, origin } = model;
  return [
    ...(hasDoubtfulName(model) ? [words.callsItself(chosenName(requester.name))] : []),
    ...(requester.ownerName === undefined ? [] : [agentWords.ownsIt(isolated(requester.ownerName))]),
    ...(actor ? [html`${chosenName(actor.name)}: ${agentWords.ownedBy(isolated(actor.ownerName))}`] : []),
    ...answerOf(origin),
    signedIn(model),
  ];
};

const answerOf = (origin: ConsentOrigin): readonly HtmlValue[] => {
  switch (origin.kind) {
    case 'device':
      return [];
    case 'delegation':
      return [
        origin.isForItsCalls
          ? words.onlyWhenCalled(chosenName(origin.through.name))
          : words.askedThrough(origin.through.kind, chosenName(origin.through.name)),
      ];
    case 'redirect': {
      const { protocol, host } = targetOf(origin.redirectUri);
      const { registrableDomain, inLetters } = origin;
      return [
        host === ''
          ? words.answerStaysHere(html`<strong class="host">${plainText(protocol, 80)}</strong>`)
          : html`${words.answerGoesTo(html`<strong class="host">${emphasised(host, registrableDomain)}</strong>`)}${ownLetters(inLetters)}`,
      ];
    }
  }
};

const signedIn = (model: ConsentModel): Html => {
  const { account, csrf, uid } = model;
  return html`${words.signedInAs} ${isolated(account.name)} (${isolated(account.username)})${
    account.switchAction !== undefined &&
    html` <form method="post" action="${account.switchAction}" class="inline"><input type="hidden" name="csrf" value="${csrf}">${
      uid !== undefined && html`<input type="hidden" name="uid" value="${uid}">`
    }${submit({ text: words.notYou, kind: 'quiet' })}</form>`
  }`;
};

/** The person compares it with their own device, so no other text is as large. */
const deviceCode = (origin: ConsentOrigin): Html | undefined =>
  origin.kind === 'device'
    ? html`<p class="compare"><span>${words.codeOnDevice}</span> <strong class="code">${plainText(origin.userCode, 32)}</strong></p>`
    : undefined;

/** Text that the acting agent chose, after the facts (AP-18). */
export const agentsPurpose = ({ requester, actor }: ConsentModel): Html | undefined => {
  const agent = actor ?? (requester.kind === 'agent' ? requester : undefined);
  return agent && chosenWords(agent.purpose, words.agentSays);
};

/** What the request is part of, as its agent states it. */
export const intent = ({ intent: stated }: ConsentModel): Html | undefined =>
  stated &&
  html`${chosenWords(stated.text, intentWords.sources[stated.source])}
<p class="hint">${intentWords.confirmed}</p>`;

/** An empty field: its text is one that the person typed. No request can fill it in. */
export const ownIntent = ({ intent: stated }: ConsentModel): Html | undefined =>
  stated?.isTypable &&
  html`<details class="further"${stated.own !== undefined && html` open`}><summary>${intentWords.say}</summary>
${field({
  ...{ name: 'own_intent', label: intentWords.own, autocomplete: 'off', maxLength: 280 },
  ...{ optional: true, ...(stated.own === undefined ? {} : { value: stated.own }) },
})}<p class="hint">${intentWords.ownHint}</p></details>`;

export const warnings = (model: ConsentModel): Html | undefined =>
  foldedWarnings([...ofSite(model), ...ofRequester(model), ...model.warnings]);

/** Of an app without a registration: one warning covers the way of its answer, too. */
const ofSite = (model: ConsentModel): readonly Warning[] =>
  siteOf(model) === undefined
    ? ofOrigin(model.origin)
    : [
        consentWarnings.choseItsName,
        ...(model.origin.kind === 'redirect' && isOnDevice(model.origin.redirectUri)
          ? [consentWarnings.anyProgramAsks]
          : ofOrigin(model.origin)),
      ];

const isOnDevice = (redirectUri: string): boolean => {
  const { host } = targetOf(redirectUri);
  return host === '' || isLoopback(host);
};

const ofOrigin = (origin: ConsentOrigin): readonly Warning[] => {
  if (origin.kind === 'device') return [consentWarnings.startedYourself];
  if (origin.kind === 'delegation') return [];
  const { protocol, host } = targetOf(origin.redirectUri);
  if (host === '') return [consentWarnings.anyProgramAnswers(plainText(protocol, 80))];
  return isLoopback(host) ? [consentWarnings.answerStaysHere] : [];
};

const ofRequester = ({ requester, actor }: ConsentModel): readonly Warning[] => [
  ...(isDeceptiveName(requester.name) ? [consentWarnings.deceptiveName] : []),
  ...[requester.kind === 'agent' ? requester : undefined, actor].flatMap((agent) =>
    agent === undefined || agent.environment === 'production' ? [] : [consentWarnings.unfinished(agent.environment)],
  ),
];

/** Right before the choices: what a returning person allows already, and what is new. */
export const earlier = ({ allowed, hasNew, until }: EarlierFacts): Html =>
  html`<p class="earlier">${hasNew ? words.allowedButNew(timeText(until)) : words.alreadyAllowed(shortList(allowed), timeText(until))}</p>`;

const SHOWN = 3;

const shortList = (texts: readonly Text[]): Html =>
  html`${texts.slice(0, SHOWN).map((text, index) => html`${index > 0 && ', '}${anyText(text, 80)}`)}${andMore(texts.length - SHOWN)}`;
