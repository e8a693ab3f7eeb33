import { codeName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import {
  type Column,
  cutLines,
  cutList,
  factList,
  type ListModel,
  listPage,
  registeredState,
  rightsList,
} from '../partials/console-list.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { agoText, durationPhrase, timeText } from '../time-text.ts';
import { issuerWords } from '../words/console-issuers.ts';
import { peerWords as words } from '../words/console-peers.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';
import { riskWords } from '../words/scope.ts';
import { type AccountLinksModel, accountLinksSection } from './console-account-links.ts';
import { type Health, healthTag } from './console-issuers.ts';

export type PeerRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly issuer: string;
  readonly accepts: boolean;
  readonly issues: boolean;
  readonly health: Health;
  readonly state: 'active' | 'disabled';
};

const COLUMNS: readonly Column<PeerRow>[] = [
  {
    title: words.peer,
    cell: ({ href, name, issuer }) =>
      html`<a href="${href}">${isolated(name, 100)}</a> <span class="line hint">${isolated(issuer, 200)}</span>`,
  },
  {
    title: words.direction,
    cell: ({ accepts, issues }) => words.directions[accepts ? (issues ? 'both' : 'in') : issues ? 'out' : 'none'],
  },
  { title: issuerWords.keys, cell: ({ health }) => healthTag(health) },
  { title: registerWords.state, cell: ({ state }) => registeredState(state) },
];

export const peersPage = (model: ListModel<PeerRow>): Html =>
  listPage(model, {
    ...{ place: 'peers', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.peers, newText: words.make },
  });

export type PeerModel = ConsoleFrame & {
  readonly peer: PeerRow & {
    readonly jwksUri?: string;
    readonly fetchedAt?: number;
    readonly failure?: string;
    readonly keysAfter?: number;
    readonly inbound?: {
      /** Names of agents and clients. */
      readonly clients: readonly string[];
      readonly resources: Readonly<Record<string, readonly string[]>>;
      readonly subjects: keyof typeof words.subjects;
      readonly maxLifetimeSeconds: number;
    };
    readonly outbound?: {
      /** `there`: its `client_id` at the other domain. */
      readonly clients: readonly { readonly name: string; readonly there: string; readonly href: string }[];
      readonly resources: readonly {
        readonly identifier: string;
        readonly scopes: readonly { readonly name: string; readonly risk: keyof typeof riskWords }[];
      }[];
      readonly lifetimeSeconds: number;
    };
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly actions: readonly ObjectAction[];
  /** Absent: not permitted to the viewer. */
  readonly links?: AccountLinksModel;
  readonly auditLogHref?: string;
};

const outboundFacts = ({ clients, resources, lifetimeSeconds }: NonNullable<PeerModel['peer']['outbound']>): Html =>
  factList([
    [
      words.vouched,
      cutLines(
        clients,
        ({ name, there, href }) =>
          html`<a href="${href}">${isolated(name, 100)}</a> <span class="hint">${words.asThere(html`<code class="long">${plainText(there, 200)}</code>`)}</span>`,
      ),
    ],
    [
      words.scopesThere,
      cutLines(
        resources,
        ({ identifier, scopes }) =>
          html`${isolated(identifier, 200)}: ${cutList(scopes, ({ name, risk }) => html`${codeName(name)} <span class="hint">${riskWords[risk]}</span>`)}`,
      ),
    ],
    [words.lifetimeThere, durationPhrase(lifetimeSeconds)],
  ]);

export const peerPage = ({ peer, actions, links, auditLogHref, ...frame }: PeerModel): Html => {
  const { inbound, outbound } = peer;
  return objectPage(frame, {
    ...{ place: 'peers', title: words.peer, name: peer.name, id: peer.id, actions },
    state: registeredState(peer.state),
    facts: [
      [issuerWords.url, html`<code>${plainText(peer.issuer, 400)}</code>`],
      [issuerWords.keys, healthTag(peer.health)],
      peer.jwksUri !== undefined && [registerWords.url, isolated(peer.jwksUri, 400)],
      peer.fetchedAt !== undefined && [issuerWords.fetched, agoText(peer.fetchedAt)],
      peer.failure !== undefined && [issuerWords.failure, plainText(peer.failure, 300)],
      peer.keysAfter !== undefined && [issuerWords.keysAfter, timeText(peer.keysAfter)],
      [registerWords.made, agoText(peer.createdAt)],
      [registerWords.changed, agoText(peer.updatedAt)],
    ],
    further: html`<section aria-labelledby="inbound" class="card"><h2 id="inbound">${words.inboundHere}</h2>
${
  inbound
    ? factList([
        [words.who, cutList(inbound.clients, (name) => isolated(name, 100))],
        [words.atMost, rightsList(inbound.resources)],
        [words.people, words.subjects[inbound.subjects]],
        [words.longest, durationPhrase(inbound.maxLifetimeSeconds)],
      ])
    : html`<p>${words.acceptsNone}</p>`
}</section>
<section aria-labelledby="outbound" class="card"><h2 id="outbound">${words.outboundThere}</h2>
${outbound ? outboundFacts(outbound) : html`<p>${words.issuesNone}</p>`}</section>
${links && accountLinksSection(links)}`,
    ...(auditLogHref === undefined ? {} : { auditLogHref }),
  });
};
