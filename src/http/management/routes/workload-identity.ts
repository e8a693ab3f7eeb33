/** Routes about other domains: trusted issuers of workload tokens, peers, and links to their people. */
import { about, id, type More, PAGE, READERS, type RouteDeclaration, SPEAKS_FOR_PEOPLE, WRITERS } from './route.ts';

const trustedIssuers = about('trusted issuers', 'trusted-issuers:read', 'trusted-issuers:write');
const peers = about('peers', 'peers:read', 'peers:write');

export const WORKLOAD_IDENTITY_ROUTES = {
  createTrustedIssuer: trustedIssuers.create(
    '/trusted-issuers',
    'NewTrustedIssuer',
    'TrustedIssuer',
    'Trust an issuer of workload tokens',
    SPEAKS_FOR_PEOPLE,
  ),
  listTrustedIssuers: trustedIssuers.read(
    '/trusted-issuers',
    'TrustedIssuerPage',
    'List trusted issuers, newest first',
    {
      query: {
        ...PAGE,
        issuer: { type: 'string', minLength: 1, maxLength: 512, description: 'Only the one of exactly this issuer.' },
      },
    },
  ),
  getTrustedIssuer: trustedIssuers.read('/trusted-issuers/{id}', 'TrustedIssuer', 'Read a trusted issuer'),
  updateTrustedIssuer: trustedIssuers.change(
    '/trusted-issuers/{id}',
    'TrustedIssuerChange',
    'TrustedIssuer',
    'Change members of a trusted issuer',
    SPEAKS_FOR_PEOPLE,
  ),
  disableTrustedIssuer: trustedIssuers.act(
    '/trusted-issuers/{id}/disable',
    'TrustedIssuer',
    'Trust an issuer no more; its tokens are good for nothing',
  ),
  enableTrustedIssuer: trustedIssuers.act(
    '/trusted-issuers/{id}/enable',
    'TrustedIssuer',
    'Trust an issuer again',
    SPEAKS_FOR_PEOPLE,
  ),
  purgeTrustedIssuerKeys: trustedIssuers.act(
    '/trusted-issuers/{id}/purge-keys',
    'TrustedIssuer',
    'Use no key any more that was fetched up to now, on any node',
  ),
  testWorkloadIdentity: trustedIssuers.create(
    '/workload-identity/test',
    'TokenToTest',
    'WorkloadIdentityTest',
    'Which agent a workload token stands for, or which check fails; the token is not kept',
    { scope: 'trusted-issuers:read', policy: { not: 'it changes nothing' }, roles: READERS, status: 200 } as More,
  ),

  createPeer: peers.create(
    '/peers',
    'NewPeer',
    'Peer',
    'Make an authorization server of another domain a peer',
    SPEAKS_FOR_PEOPLE,
  ),
  listPeers: peers.read('/peers', 'PeerPage', 'List peers, newest first', {
    query: {
      ...PAGE,
      issuer: { type: 'string', minLength: 1, maxLength: 512, description: 'Only the one of exactly this issuer.' },
    },
  }),
  getPeer: peers.read('/peers/{id}', 'Peer', 'Read a peer'),
  updatePeer: peers.change(
    '/peers/{id}',
    'PeerChange',
    'Peer',
    'Change members of a peer; `outbound` and `inbound` are replaced whole',
    SPEAKS_FOR_PEOPLE,
  ),
  disablePeer: peers.act('/peers/{id}/disable', 'Peer', 'Vouch for nobody there and take its word for nothing'),
  enablePeer: peers.act('/peers/{id}/enable', 'Peer', 'Make a peer active again', SPEAKS_FOR_PEOPLE),
  purgePeerKeys: peers.act(
    '/peers/{id}/purge-keys',
    'Peer',
    'Use no key any more that was fetched up to now, on any node',
  ),
  createAccountLink: peers.create(
    '/account-links',
    'NewAccountLink',
    'AccountLink',
    'Say which person of a peer an account is; never an account with a role',
    SPEAKS_FOR_PEOPLE,
  ),
  listAccountLinks: peers.read('/account-links', 'AccountLinkPage', 'List links to people of peers, newest first', {
    query: { ...PAGE, peer: id('Only of this peer.'), account: id('Only of this account.') },
  }),
  getAccountLink: peers.read('/account-links/{id}', 'AccountLink', 'Read a link'),
  removeAccountLink: {
    method: 'POST',
    path: '/account-links/{id}/remove',
    tag: 'peers',
    summary: 'Take a link away; tokens that rest on it are over at once',
    scope: 'peers:write',
    policy: 'administer',
    roles: WRITERS,
    status: 204,
  },
} satisfies Readonly<Record<string, RouteDeclaration>>;
