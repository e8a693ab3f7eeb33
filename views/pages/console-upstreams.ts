import { cellText, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { breadcrumbs } from '../partials/breadcrumbs.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import {
  type Column,
  commaList,
  factList,
  type ListModel,
  listPage,
  registeredState,
} from '../partials/console-list.ts';
import { copyable } from '../partials/copy-button.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { agoText } from '../time-text.ts';
import { upstreamsWords as words } from '../words/console-upstreams.ts';
import { registerWords } from '../words/registries.ts';

export type UpstreamRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly issuer: string;
  readonly domains: readonly string[];
  readonly button: boolean;
  readonly create: 'never' | 'always';
  readonly state: 'active' | 'disabled';
};

export type UpstreamsModel = ListModel<UpstreamRow> & {
  /** Whether people may sign in with a password. */
  readonly isPasswordOn: boolean;
};

const leadingTo = ({ button, domains }: UpstreamRow): Phrase =>
  words.leading(button, domains.length > 0 && isolated(domains.join(', '), 300));

const newPeople = ({ create }: UpstreamRow): Phrase => (create === 'always' ? words.getAccount : words.getNone);

const COLUMNS: readonly Column<UpstreamRow>[] = [
  {
    title: words.provider,
    cell: ({ href, name, issuer }) =>
      html`<a href="${href}">${isolated(name, 100)}</a> <span class="line hint">${isolated(issuer, 200)}</span>`,
  },
  { title: words.leads, cell: leadingTo },
  { title: words.newPeople, cell: newPeople },
  { title: registerWords.state, cell: ({ state }) => registeredState(state) },
];

export const upstreamsPage = (model: UpstreamsModel): Html =>
  listPage(model, {
    ...{ place: 'sign-in', title: words.title, columns: COLUMNS, none: words.none, pagesLabel: words.pages },
    lead: model.isPasswordOn ? words.withPasswords : words.withoutPasswords,
    newText: words.make,
  });

export type UpstreamModel = ConsoleFrame & {
  readonly upstream: UpstreamRow & {
    readonly clientId: string;
    readonly method: keyof typeof words.methods;
    readonly scopes: readonly string[];
    /** Group claim there → name of a group here. */
    readonly groups: Readonly<Record<string, string>>;
    /** Values of `acr` and `amr` that prove a second factor. */
    readonly factors: readonly string[];
    readonly signOut: keyof typeof words.signOuts;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  /** Of this server, to register at the provider. */
  readonly addresses: {
    readonly redirectUri: string;
    readonly logoutUri: string;
    readonly backchannelUri: string;
    readonly jwksUri: string;
  };
  readonly listHref: string;
  readonly actions: readonly ObjectAction[];
  readonly auditLogHref?: string;
};

export const upstreamPage = ({ upstream, addresses, listHref, actions, auditLogHref, ...frame }: UpstreamModel): Html =>
  objectPage(frame, {
    ...{ place: 'sign-in', title: words.provider, name: upstream.name, id: upstream.id, actions },
    ...{
      alsoStyle: 'inventories.css',
      above: breadcrumbs([{ href: listHref, name: words.title }], isolated(upstream.name, 100)),
    },
    state: registeredState(upstream.state),
    facts: [
      [words.issuer, html`<code>${plainText(upstream.issuer, 400)}</code>`],
      [words.leads, leadingTo(upstream)],
      [words.newPeople, newPeople(upstream)],
      [words.clientId, html`<code>${cellText(upstream.clientId, 400)}</code>`],
      [words.method, words.methods[upstream.method]],
      [words.scopes, commaList(upstream.scopes.map((scope) => html`<code>${plainText(scope, 100)}</code>`))],
      Object.keys(upstream.groups).length > 0 && [
        words.groups,
        commaList(
          Object.entries(upstream.groups).map(
            ([there, here]) => html`<code>${plainText(there, 200)}</code> = ${isolated(here, 200)}`,
          ),
        ),
      ],
      [
        words.factor,
        upstream.factors.length === 0
          ? words.noFactor
          : commaList(upstream.factors.map((value) => html`<code>${plainText(value, 200)}</code>`)),
      ],
      [words.signOut, words.signOuts[upstream.signOut]],
      [registerWords.made, agoText(upstream.createdAt)],
      upstream.updatedAt !== upstream.createdAt && [registerWords.changed, agoText(upstream.updatedAt)],
    ],
    further: html`<section aria-labelledby="addresses" class="card"><h2 id="addresses">${words.toRegister}</h2>
${factList([
  [words.redirectUri, copyable(addresses.redirectUri)],
  upstream.method === 'private_key_jwt' && [words.keys, copyable(addresses.jwksUri)],
  [words.logoutUri, copyable(addresses.logoutUri)],
  [words.backchannelUri, copyable(addresses.backchannelUri)],
])}</section>`,
    ...(auditLogHref === undefined ? {} : { auditLogHref }),
  });
