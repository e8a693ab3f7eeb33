import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { layout } from '../layout.ts';
import { verifiedTag } from '../partials/agent-card.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import {
  type Column,
  commaList,
  confirmPage,
  factList,
  type ListModel,
  listPage,
  postButton,
  registeredState,
  rightsList,
  STATE_OPTIONS,
} from '../partials/console-list.ts';
import { copyButton } from '../partials/copy-button.ts';
import { type Loss, lossList, lossNumbers } from '../partials/losses.ts';
import { headActions, type ObjectLink } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { clientWords as words } from '../words/console-software.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

type Method = keyof typeof words.methods;

export type ClientRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly state: 'active' | 'disabled' | 'retired';
  readonly method: Method;
  readonly isVerified: boolean;
  /** Absent: no owner. */
  readonly ownerName?: string;
  readonly createdAt: number;
};

const COLUMNS: readonly Column<ClientRow>[] = [
  {
    title: words.client,
    sort: 'name',
    cell: ({ href, name, id, isVerified }) =>
      html`<a href="${href}">${chosenName(name)}</a> ${isVerified && verifiedTag}<code>${plainText(id, 120)}</code>`,
  },
  { title: registerWords.state, cell: ({ state }) => registeredState(state) },
  { title: words.facts.proves, cell: ({ method }) => words.methods[method] },
  {
    title: registerWords.owner,
    cell: ({ ownerName }) => (ownerName === undefined ? words.noOwner : isolated(ownerName)),
  },
  { title: registerWords.made, sort: 'created', cell: ({ createdAt }) => agoText(createdAt) },
];

export const clientsPage = (model: ListModel<ClientRow>): Html =>
  listPage(model, {
    place: 'clients',
    title: words.title,
    lead: words.lead,
    columns: COLUMNS,
    none: words.none,
    pagesLabel: listWords.pagesOf.clients,
    states: [...STATE_OPTIONS, { value: 'retired', text: registerWords.states.retired }],
    wordsHint: words.wordsHint,
    newText: words.make,
    after: html`<p class="hint">${words.makeOne}</p>`,
  });

export type ClientModel = ConsoleFrame & {
  readonly client: ClientRow & {
    readonly purpose?: string;
    readonly applicationType: 'web' | 'native';
    /** Its grant types, as text. */
    readonly ways: readonly HtmlValue[];
    /** What would end with it. Empty: not permitted to the viewer. */
    readonly holds: readonly Loss[];
    readonly redirectUris: readonly string[];
    readonly logoutUris: readonly string[];
    readonly origins: readonly string[];
    readonly skipsConsent: boolean;
    readonly binding: 'dpop' | 'certificate' | 'unbound';
    readonly idTokenAlgorithm: string;
    readonly isPushedOnly: boolean;
    readonly exceptions: readonly (keyof typeof words.exceptions)[];
    readonly keys: { readonly count: number } | { readonly uri: string } | undefined;
    readonly rights?: Readonly<Record<string, readonly string[]>>;
    readonly roles: readonly string[];
    readonly expiresAt?: number;
    /** It was disabled for security. */
    readonly isSuspended: boolean;
    readonly updatedAt: number;
  };
  readonly auditLogHref?: string;
  /** Pages that change the client. */
  readonly pageLinks: readonly ObjectLink[];
  /** Buttons POST `csrf`; `disable` is a confirmation page. Absent: not permitted to the viewer. */
  readonly actions: {
    readonly disable?: string;
    readonly enable?: string;
    readonly adopt?: string;
    readonly verify?: string;
    readonly unverify?: string;
  };
};

export const clientPage = (model: ClientModel): Html => {
  const { client } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    title: words.client,
    width: 'wide',
    side: consoleNavigation(model, 'clients', false),
    body: html`<div class="page-head"><div class="row"><h1>${chosenName(client.name)}</h1>
${buttons(model)}</div>
<p class="facts">${registeredState(client.state)}${client.isVerified && verifiedTag} <span class="copied"><code>${plainText(client.id, 300)}</code>${copyButton(client.id)}</span></p></div>
${(client.state !== 'active' || client.expiresAt !== undefined) && state(model)}
<section aria-labelledby="what" class="card"><h2 id="what">${registerWords.what}</h2>
${factList([
  [registerWords.owner, client.ownerName === undefined ? words.noOwner : isolated(client.ownerName)],
  client.purpose !== undefined && [words.facts.purpose, plainText(client.purpose, 400)],
  [words.facts.kind, words.kinds[client.applicationType]],
  [words.facts.proves, words.methods[client.method]],
  client.keys && [
    words.facts.keys,
    'uri' in client.keys ? isolated(client.keys.uri, 300) : words.keyCount(client.keys.count),
  ],
  [words.facts.grantTypes, html`<ul class="plain-list">${client.ways.map((one) => html`<li>${one}</li>`)}</ul>`],
  client.holds.length > 0 && [words.facts.holds, lossNumbers(client.holds)],
  client.redirectUris.length > 0 && [words.facts.redirects, lines(client.redirectUris)],
  client.logoutUris.length > 0 && [words.facts.logoutRedirects, lines(client.logoutUris)],
  client.origins.length > 0 && [words.facts.origins, lines(client.origins)],
  [words.facts.consent, client.skipsConsent ? words.notAsked : words.asked],
  [words.facts.binding, words[client.binding]],
  [words.facts.idTokens, plainText(client.idTokenAlgorithm, 20)],
  client.isPushedOnly && [words.facts.pushed, words.pushedOnly],
  client.exceptions.length > 0 && [
    words.facts.exceptions,
    commaList(client.exceptions.map((one) => words.exceptions[one])),
  ],
  client.rights && [words.facts.rights, rightsList(client.rights)],
  client.roles.length > 0 && [words.facts.roles, commaList(client.roles.map((role) => isolated(role)))],
  [registerWords.made, timeText(client.createdAt)],
  [registerWords.changed, timeText(client.updatedAt)],
])}</section>
${model.auditLogHref !== undefined && html`<p><a href="${model.auditLogHref}">${registerWords.inTheAuditLog}</a></p>`}`,
  });
};

const lines = (texts: readonly string[]): Html =>
  html`<ul class="plain-list">${texts.slice(0, 50).map((text) => html`<li>${isolated(text, 300)}</li>`)}</ul>`;

const buttons = ({ client, actions, pageLinks, csrf }: ClientModel): Html | undefined => {
  const about = plainText(client.name, 60);
  const { disable, enable, adopt, verify, unverify } = actions;
  const forms = [
    enable !== undefined && postButton(enable, csrf, submit({ text: registerWords.enable, about })),
    adopt !== undefined && postButton(adopt, csrf, submit({ text: words.adopt, about })),
    verify !== undefined && postButton(verify, csrf, submit({ text: words.verify, kind: 'plain', about })),
    unverify !== undefined && postButton(unverify, csrf, submit({ text: words.unverify, kind: 'plain', about })),
  ];
  const end = disable === undefined ? [] : [{ text: registerWords.disable, href: disable }];
  return headActions(forms, [...pageLinks, ...end], about, 'in view');
};

const state = ({
  client,
}: ClientModel): Html => html`<section aria-labelledby="state" class="card"><h2 id="state">${client.state === 'active' ? words.works : words.worksNot}</h2>
<p class="hint">${client.state === 'retired' ? words.retired : client.isSuspended ? words.suspendedForSecurity : words.disabling}</p>
${client.expiresAt !== undefined && html`<p>${words.endsUnlessAdopted(timeText(client.expiresAt))}</p>`}</section>`;

/** The confirmation before a client is disabled. */
export const disableClientPage = (
  model: ConsoleFrame & {
    readonly name: string;
    readonly action: string;
    readonly clientHref: string;
    readonly losses: readonly Loss[];
  },
): Html =>
  confirmPage(model, {
    ...{ place: 'clients', title: words.disableTitle, question: words.disableAsked(chosenName(model.name)) },
    ...{ lead: words.disabling, more: lossList(model.losses), isNarrow: true, button: registerWords.disable },
    ...{ action: model.action, cancelHref: model.clientHref },
  });
