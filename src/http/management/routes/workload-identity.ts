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
        issuer: {
          type: 'string',
          minLength: 1,
          maxLength: 512,
          description: 'Only the entry with exactly this issuer.',
        },
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
    'Disable a trusted issuer. Its tokens are refused',
  ),
  enableTrustedIssuer: trustedIssuers.act(
    '/trusted-issuers/{id}/enable',
    'TrustedIssuer',
    'Enable a trusted issuer again',
    SPEAKS_FOR_PEOPLE,
  ),
  purgeTrustedIssuerKeys: trustedIssuers.act(
    '/trusted-issuers/{id}/purge-keys',
    'TrustedIssuer',
    'Discard all keys fetched up to now, on all nodes',
  ),
  testWorkloadIdentity: trustedIssuers.create(
    '/workload-identity/test',
    'TokenToTest',
    'WorkloadIdentityTest',
    'Find the agent that a workload token authenticates, or the check that fails. The token is not stored',
    { scope: 'trusted-issuers:read', policy: { not: 'it changes nothing' }, roles: READERS, status: 200 } as More,
  ),

  createPeer: peers.create(
    '/peers',
    'NewPeer',
    'Peer',
    'Create a peer: a trusted authorization server of another domain',
    SPEAKS_FOR_PEOPLE,
  ),
  listPeers: peers.read('/peers', 'PeerPage', 'List peers, newest first', {
    query: {
      ...PAGE,
      issuer: { type: 'string', minLength: 1, maxLength: 512, description: 'Only the entry with exactly this issuer.' },
    },
  }),
  getPeer: peers.read('/peers/{id}', 'Peer', 'Read a peer'),
  updatePeer: peers.change(
    '/peers/{id}',
    'PeerChange',
    'Peer',
    'Change members of a peer. `outbound` and `inbound` are replaced as a whole',
    SPEAKS_FOR_PEOPLE,
  ),
  disablePeer: peers.act(
    '/peers/{id}/disable',
    'Peer',
    'Disable a peer. The server issues no assertions for it and accepts none from it',
  ),
  enablePeer: peers.act('/peers/{id}/enable', 'Peer', 'Enable a peer again', SPEAKS_FOR_PEOPLE),
  purgePeerKeys: peers.act('/peers/{id}/purge-keys', 'Peer', 'Discard all keys fetched up to now, on all nodes'),
  createAccountLink: peers.create(
    '/account-links',
    'NewAccountLink',
    'AccountLink',
    'Link an account to a person of a peer. An account with a role cannot be linked',
    SPEAKS_FOR_PEOPLE,
  ),
  listAccountLinks: peers.read('/account-links', 'AccountLinkPage', 'List links to people of peers, newest first', {
    query: { ...PAGE, peer: id('Only links of this peer.'), account: id('Only links of this account.') },
  }),
  getAccountLink: peers.read('/account-links/{id}', 'AccountLink', 'Read a link'),
  removeAccountLink: {
    method: 'POST',
    path: '/account-links/{id}/remove',
    tag: 'peers',
    summary: 'Delete a link. Tokens issued because of it are revoked at once',
    scope: 'peers:write',
    policy: 'administer',
    roles: WRITERS,
    status: 204,
  },
} satisfies Readonly<Record<string, RouteDeclaration>>;
