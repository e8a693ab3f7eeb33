/** Resource: peers. */

import type { AccountLink, AccountLinks } from '../../../domain/clients/peers/account-links.ts';
import type { Peer } from '../../../domain/clients/peers/peer.ts';
import { SUBJECT_RULES } from '../../../domain/clients/peers/peer.ts';
import type { PeerRegistry } from '../../../domain/clients/peers/peer-registry.ts';
import type { IssuerKeys } from '../../../domain/clients/workload-identity/issuer-keys.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, PAGE, route, SPEAKS_FOR_PEOPLE, scopes, WRITERS } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  change,
  identified,
  input,
  integer,
  list,
  nullableAll,
  oneOf,
  output,
  page,
  pick,
  RECORD,
  recordOf,
  seconds,
  string,
  strings,
  text,
} from '../schema-parts.ts';
import { ISSUER_KEYS, KEY_HEALTH, SCOPE, SCOPES_BY_RESOURCE } from '../shared-schemas.ts';
import { fromWireBelow, toWire } from '../wire-names.ts';

const ISSUER = { issuer: text('Issuer identifier of the peer, compared exactly. Cannot be changed.', 512) };

const OUTBOUND = {
  clients: recordOf(
    'Agents and clients that may request assertions: id at this server to `client_id` at the peer.',
    text('Its `client_id` at the peer.', 512),
    { maxProperties: 200 },
  ),
  resources: list(
    'Resource servers of the peer, and the scopes there that this server’s assertions cover.',
    50,
    input(
      {
        identifier: text('Resource indicator.', 512),
        scopes: list('Scopes, with their risk in the policies of this server.', 200, ref(SCOPE)),
      },
      ['identifier', 'scopes'],
    ),
  ),
  lifetime_seconds: integer('Lifetime of an assertion. Default 300.', { minimum: 10, maximum: 300 }),
};

const INBOUND = {
  clients: strings('Ids of agents and clients that may redeem the peer’s assertions.', 200, 64),
  resources: {
    ...ref(SCOPES_BY_RESOURCE),
    description: 'Resource servers of this server, and the maximum scopes there that the peer’s assertions grant.',
  },
  subjects: oneOf(
    '`linked` (default): only people whom an administrator linked to an account. `verified_email`: a person without a link is also linked to the account with the same verified address.',
    SUBJECT_RULES,
  ),
  max_lifetime_seconds: integer('Maximum lifetime that an assertion may state. Default 300.', {
    minimum: 30,
    maximum: 3600,
  }),
};

const PEER_MEMBERS = {
  name: text('Name to show, one line.', 100),
  outbound: {
    ...input(OUTBOUND, ['clients', 'resources']),
    description: 'Assertions that this server issues for the peer. Absent: none.',
  },
  inbound: {
    ...input(INBOUND, ['clients', 'resources']),
    description: 'Assertions of the peer that this server accepts. Absent: none.',
  },
  ...ISSUER_KEYS,
};

const NEW_PEER = named('NewPeer', input({ ...ISSUER, ...PEER_MEMBERS }, ['name', 'issuer']));

const OPTIONAL = ['outbound', 'inbound', 'jwks', 'jwks_uri'] as const;

const PEER_CHANGE = named('PeerChange', change({ ...PEER_MEMBERS, ...nullableAll(pick(PEER_MEMBERS, OPTIONAL)) }));

const PEER = named(
  'Peer',
  output(
    {
      ...identified('Begins with per_.'),
      ...ISSUER,
      ...PEER_MEMBERS,
      state: oneOf('Whether the peer is trusted, in both directions.', ['active', 'disabled']),
      keys: KEY_HEALTH,
      keys_after: seconds('The server does not use keys fetched up to then.'),
      ...RECORD,
    },
    [...OPTIONAL, 'keys_after'],
  ),
);

const PEER_PAGE = page(PEER);

const LINK = {
  peer: text('Id of the peer.', 64),
  subject: text('`sub` of the person at the peer, compared exactly.', 1024),
  account: text('Id of the account at this server.', 64),
};

const NEW_ACCOUNT_LINK = named('NewAccountLink', input(LINK, ['peer', 'subject', 'account']));

const ACCOUNT_LINK = named(
  'AccountLink',
  output({
    ...identified('Begins with lnk_.'),
    ...LINK,
    created_by: string('Account or client that created the link; the peer when a verified address created it.'),
    ...RECORD,
  }),
);

const ACCOUNT_LINK_PAGE = page(ACCOUNT_LINK);

const SCOPES = scopes('peers', {
  read: ['See the trusted authorization servers of other domains', 'low'],
  write: [
    'Decide which authorization servers of other domains are trusted, and which people their assertions stand for',
    'critical',
  ],
});

const make = about('peers', SCOPES);

const routes = {
  createPeer: make.create(
    '/peers',
    NEW_PEER,
    PEER,
    'Create a peer: a trusted authorization server of another domain',
    SPEAKS_FOR_PEOPLE,
  ),
  listPeers: make.read('/peers', PEER_PAGE, 'List peers, newest first', {
    query: {
      ...PAGE,
      issuer: text('Only the entry with exactly this issuer.', 512),
    },
  }),
  getPeer: make.read('/peers/{id}', PEER, 'Read a peer'),
  updatePeer: make.change(
    '/peers/{id}',
    PEER_CHANGE,
    PEER,
    'Change members of a peer. `outbound` and `inbound` are replaced as a whole',
    SPEAKS_FOR_PEOPLE,
  ),
  disablePeer: make.act(
    '/peers/{id}/disable',
    PEER,
    'Disable a peer. The server issues no assertions for it and accepts none from it',
  ),
  enablePeer: make.act('/peers/{id}/enable', PEER, 'Enable a peer again', SPEAKS_FOR_PEOPLE),
  purgePeerKeys: make.act('/peers/{id}/purge-keys', PEER, 'Discard all keys fetched up to now, on all nodes'),
  createAccountLink: make.create(
    '/account-links',
    NEW_ACCOUNT_LINK,
    ACCOUNT_LINK,
    'Link an account to a person of a peer. An account with a role cannot be linked',
    SPEAKS_FOR_PEOPLE,
  ),
  listAccountLinks: make.read('/account-links', ACCOUNT_LINK_PAGE, 'List links to people of peers, newest first', {
    query: { ...PAGE, peer: givenId('Only links of this peer.'), account: givenId('Only links of this account.') },
  }),
  getAccountLink: make.read('/account-links/{id}', ACCOUNT_LINK, 'Read a link'),
  removeAccountLink: route({
    method: 'POST',
    path: '/account-links/{id}/remove',
    tag: 'peers',
    summary: 'Delete a link. Tokens issued because of it are revoked at once',
    scope: SCOPES.write,
    policy: 'administer',
    roles: WRITERS,
    status: 204,
  }),
};

export type Peers = PeerRegistry & {
  readonly keys: Pick<IssuerKeys, 'health'>;
  readonly links: AccountLinks;
};

type Dependencies = {
  readonly peers: Peers;
};

const handlers = ({ peers: { keys, links, ...peers } }: Dependencies): Handlers<typeof routes> => {
  const show = ({ resources: _, outbound, inbound, ...peer }: Peer) => ({
    ...toWire(peer),
    ...(outbound ? { outbound: toWire(outbound) } : {}),
    ...(inbound ? { inbound: toWire(inbound) } : {}),
    keys: toWire(keys.health({ ...peer })),
  });
  const found = async ({ id }: Call) => existing(await peers.get(id));

  return {
    createPeer: async ({ body, by }) =>
      objectAnswer(await peers.create(fromWireBelow(body, 'outbound', 'inbound'), by), show),

    async listPeers(call) {
      const { issuer } = call.query;
      return pageAnswer(await peers.list({ ...pageOf(call), ...(issuer === undefined ? {} : { issuer }) }), show);
    },

    getPeer: async (call) => objectAnswer(await found(call), show),

    async updatePeer(call) {
      sameVersion(await found(call), call);
      return objectAnswer(
        await peers.update(call.id, call.version, fromWireBelow(call.body, 'outbound', 'inbound'), call.by),
        show,
      );
    },

    disablePeer: async ({ id, by }) => objectAnswer(await peers.disable(id, by), show),
    enablePeer: async ({ id, by }) => objectAnswer(await peers.enable(id, by), show),
    purgePeerKeys: async ({ id, by }) => objectAnswer(await peers.purgeKeys(id, by), show),

    createAccountLink: async ({ body, by }) => objectAnswer(await links.create(body, by), showLink),

    async listAccountLinks(call) {
      const { peer, account } = call.query;
      const only = { ...(peer === undefined ? {} : { peer }), ...(account === undefined ? {} : { account }) };
      return pageAnswer(await links.list({ ...pageOf(call), ...only }), showLink);
    },

    getAccountLink: async ({ id }) => objectAnswer(existing(await links.get(id)), showLink),

    async removeAccountLink({ id, by }) {
      await links.remove(id, by);
      return {};
    },
  };
};

const showLink = ({ key: _, ...link }: AccountLink) => toWire(link);

export const peers = resource(routes, handlers);
