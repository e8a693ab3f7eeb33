import { chosenName, chosenWords, isDeceptiveName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { agentCard, environmentTag } from '../partials/agent-card.ts';
import { hostOf } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import type { ConsentModel, ConsentOrigin, SiteFacts } from './consent-model.ts';

/** Who asks, where the answer goes and who is signed in: what we know stands before what the agent says. */
export const facts = (model: ConsentModel): Html => html`${siteHeadline(siteOf(model))}${headline(model)}
<dl class="facts">
<div><dt>${model.requester.kind === 'agent' ? 'Agent' : 'App'}</dt><dd><strong>${chosenName(model.requester.name)}</strong>${
  model.requester.kind === 'agent' && html` ${environmentTag(model.requester.environment)}`
} <code>${plainText(model.requester.id, 80)}</code></dd></div>
${siteOf(model) !== undefined && model.origin.kind === 'redirect' && html`<div><dt>Your answer is sent to</dt><dd><strong>${breakable(destination(model.origin.redirectUri))}</strong></dd></div>`}
${model.requester.ownerName !== undefined && html`<div><dt>Owner</dt><dd>${isolated(model.requester.ownerName)} answers for it</dd></div>`}
${
  model.origin.kind === 'delegation' &&
  html`<div><dt>Asked through</dt><dd>${model.origin.through.kind === 'agent' ? 'the agent' : 'the app'} ${chosenName(model.origin.through.name)}</dd></div>`
}
<div><dt>Signed in as</dt><dd>${isolated(model.account.name)} (${isolated(model.account.username)})${
  model.account.switchAction !== undefined &&
  html` <form method="post" action="${model.account.switchAction}" class="inline"><input type="hidden" name="csrf" value="${model.csrf}">${
    model.uid !== undefined && html`<input type="hidden" name="uid" value="${model.uid}">`
  }${submit({ text: 'Not you?', kind: 'quiet' })}</form>`
}</dd></div>
</dl>
${model.requester.kind === 'agent' && chosenWords(model.requester.purpose, 'The agent says, in its own words')}`;

/** Who will act, where that is not who asks. */
export const actor = ({ actor: agent }: ConsentModel): Html | undefined =>
  agent && html`<h2>Who will act for you</h2>${agentCard(agent)}`;

const siteOf = ({ requester }: ConsentModel): SiteFacts | undefined =>
  requester.kind === 'client' ? requester.site : undefined;

/** Nothing that such an app says of itself stands above the one thing that is known of it. */
const siteHeadline = (site: SiteFacts | undefined): Html | undefined =>
  site &&
  html`<p class="destination"><span class="caption">An app of this site asks. Nobody here has checked it</span> <strong class="big host">${emphasised(site.host, site.registrableDomain)}</strong>${ownLetters(site.inLetters)}</p>`;

/** Beside the ASCII host, never in its place: letters can look like others (DR-09). */
const ownLetters = (host: string | undefined): Html | undefined =>
  host === undefined ? undefined : html` <span class="caption">in its own letters ${isolated(host)}</span>`;

/** The largest text of the page is what no agent can choose freely: a host, or the code on the person's own device (DR-09). */
const headline = (model: ConsentModel): Html | undefined => {
  const { origin, resources } = model;
  if (origin.kind === 'device')
    return html`<p class="destination"><span class="caption">Code on your device</span> <strong class="big code">${plainText(origin.userCode, 32)}</strong></p>`;
  if (origin.kind === 'delegation')
    return html`<p class="destination"><span class="caption">It wants to act at</span> ${resources.map(({ identifier }) => html`<strong class="big host">${breakable(hostOf(identifier))}</strong> `)}</p>`;
  if (siteOf(model)) return undefined;
  const { protocol, host } = targetOf(origin.redirectUri);
  return host === ''
    ? html`<p class="destination"><span class="caption">Your answer is sent to a program on this device</span> <strong class="big host">${breakable(plainText(protocol, 80))}</strong></p>`
    : html`<p class="destination"><span class="caption">Your answer is sent to</span> <strong class="big host">${emphasised(host, origin.registrableDomain)}</strong>${ownLetters(origin.inLetters)}</p>`;
};

export const warnings = (model: ConsentModel): Html | undefined => {
  const all = [...ofSite(model), ...ofOrigin(model.origin), ...ofRequester(model), ...model.warnings];
  return all.length === 0
    ? undefined
    : html`<div class="warnings" role="note" aria-label="Before you decide"><p><strong>Before you decide</strong></p><ul>${all.map((text) => html`<li>${plainText(text, 300)}</li>`)}</ul></div>`;
};

const ofSite = (model: ConsentModel): readonly string[] => {
  const site = siteOf(model);
  if (site === undefined) return [];
  const isHere = model.origin.kind === 'redirect' && isOnDevice(model.origin.redirectUri);
  return [
    'This app is not registered here: it chose its name itself. Go by the site above, and by whether you just came from it.',
    ...(isHere ? ['Any program on this device can ask in the name of this site.'] : []),
  ];
};

const isOnDevice = (redirectUri: string): boolean => {
  const { host } = targetOf(redirectUri);
  return host === '' || isLoopback(host);
};

const destination = (redirectUri: string): string => {
  const { protocol, host } = targetOf(redirectUri);
  return host === '' ? plainText(protocol, 80) : host;
};

const ofOrigin = (origin: ConsentOrigin): readonly string[] => {
  if (origin.kind === 'device')
    return [
      'Only continue if you started this yourself and the code above is the one your own device shows. Nobody who calls or writes to you needs this code.',
    ];
  if (origin.kind === 'delegation') return [];
  const { protocol, host } = targetOf(origin.redirectUri);
  if (host === '')
    return [
      `Any program on this device can claim “${protocol}” links. Continue only if you just started this in a program you trust.`,
    ];
  return isLoopback(host)
    ? ['The answer goes to a program running on this device, not to a website. Continue only if you just started it.']
    : [];
};

const ofRequester = ({ requester }: ConsentModel): readonly string[] => [
  ...(isDeceptiveName(requester.name)
    ? [
        'The name holds characters that can make it look like another one. Go by the address and the owner, not by the name.',
      ]
    : []),
  ...(requester.kind === 'agent' && requester.environment !== 'production'
    ? [`This agent is registered for ${requester.environment}. It may be unfinished.`]
    : []),
];

const targetOf = (redirectUri: string): { readonly protocol: string; readonly host: string } => {
  if (!URL.canParse(redirectUri)) return { protocol: redirectUri, host: '' };
  const { protocol, host } = new URL(redirectUri);
  return { protocol, host: protocol === 'https:' || protocol === 'http:' ? host : '' };
};

const isLoopback = (host: string): boolean => /^(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?$/.test(host);

/** The host with all but its registrable domain toned down; the whole host alike when that is not known. */
const emphasised = (host: string, registrable: string | undefined): Html =>
  registrable !== undefined && host !== registrable && host.endsWith(`.${registrable}`)
    ? html`<span class="sub">${breakable(host.slice(0, -registrable.length))}</span><span class="whole">${breakable(registrable)}</span>`
    : breakable(host);

/** May be broken after each dot, so that the end of a long host is never out of sight. */
const breakable = (host: string): Html => html`${host.split(/(?<=\.)/).map((label) => html`${label}<wbr>`)}`;
