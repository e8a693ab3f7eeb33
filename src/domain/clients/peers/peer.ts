/**
 * Authorization servers of other domains that this one works with (ID-JAG,
 * draft-ietf-oauth-identity-assertion-authz-grant). This server vouches for users to a peer, accepts a peer's
 * assertions about users, or both. Owns the shape of a peer. Does not fetch keys
 * (workload-identity/issuer-keys.ts), check assertions (peer-assertions.ts), or map foreign subjects to
 * accounts (account-links.ts). Read by src/extensions/token-exchange and src/extensions/jwt-bearer.
 */

import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { ResourceServer, ScopeDeclaration } from '../../resources/resource-servers/resource-server.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';

export const SUBJECT_RULES = ['linked', 'verified_email'] as const;

/** A resource server behind the peer. Its scopes are those we vouch for; their risk is for our policies. */
export type PeerResource = { readonly identifier: string; readonly scopes: readonly ScopeDeclaration[] };

/** What we vouch for to the peer. */
export type Outbound = {
  /** Our agents and clients that may request one: id here → `client_id` there. */
  readonly clients: Readonly<Record<string, string>>;
  readonly resources: readonly PeerResource[];
  /** Lifetime of an assertion in seconds, 10..300. */
  readonly lifetimeSeconds: number;
};

/** Which assertions of the peer we accept. */
export type Inbound = {
  /** Our agents and clients that may redeem its assertions. */
  readonly clients: readonly string[];
  /** Our resource servers, and the maximum scopes there that its assertions may give. */
  readonly resources: ScopesByResource;
  /**
   * `linked`: only subjects that an administrator linked to an account. `verified_email`: an unknown subject
   * also matches the account with the same verified address, which is then linked.
   */
  readonly subjects: (typeof SUBJECT_RULES)[number];
  /** Maximum number of seconds between `iat` and `exp` of an assertion, 30..3600. */
  readonly maxLifetimeSeconds: number;
};

export type Peer = {
  /** `per_…` */
  readonly id: string;
  /** Display name, one line. */
  readonly name: string;
  /** Its issuer identifier, compared character by character. Unique. */
  readonly issuer: string;
  /** Absent: this server vouches for no user there. */
  readonly outbound?: Outbound;
  /** Absent: its assertions are not accepted. */
  readonly inbound?: Inbound;
  /** Identifiers of the resource servers behind it, for look-up. */
  readonly resources: readonly string[];
  /** Its keys, pinned here: nothing is fetched. */
  readonly jwks?: JsonWebKeySet;
  /** URL of its keys. With neither keys nor URL, its discovery document names the URL. */
  readonly jwksUri?: string;
  /** Seconds for which the keys fetched last stay valid while new ones are unavailable. */
  readonly maxKeyAgeSeconds: number;
  /** Keys fetched until this second are no longer used. */
  readonly keysAfter?: number;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const PEERS = {
  name: 'peers',
  holds: 'one authorization server of another organization',
  prefixes: ['per'],
  events: ['peer'],
  consistency: 'linearizable',
  cached: false,
  retention: { removedBy: 'nothing', because: 'account links and the audit log name it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['issuer'], unique: true }, { fields: ['createdAt'] }, { fields: ['resources'] }],
  lists: ['resources'],
  members: ['name', 'issuer', 'resources', 'maxKeyAgeSeconds', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/**
 * A resource server behind a peer, in the form that decisions use. Undefined when the peer has none with this
 * identifier.
 */
export const resourceBehind = (
  { id, name, state, outbound, createdAt, updatedAt }: Peer,
  identifier: string,
): ResourceServer | undefined => {
  const found = outbound?.resources.find((one) => one.identifier === identifier);
  return (
    found && {
      id,
      identifier,
      name,
      scopes: found.scopes,
      accessTokenFormat: 'jwt',
      accessTokenSigningAlg: 'ES256',
      accessTokenTtlSeconds: 300,
      introspectionAuthMethod: 'none',
      state,
      createdAt,
      updatedAt,
    }
  );
};
