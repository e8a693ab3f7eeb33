import type { CertificateMethod, CertificateRule } from '../../platform/certificates/certificate-rule.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { DetailType } from '../../vocabulary/detail-type.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import type { DelegationTarget } from './delegation-targets.ts';

export type ScopeDeclaration = {
  /** scope-token of RFC 6749 §3.3. */
  readonly name: string;
  /** Description of the scope for the consent page: what it allows a client to do. */
  readonly description: string;
  readonly risk: Risk;
  /** Included when a request names the resource and no scope. Without any default scope such a request asks for all. */
  readonly default?: boolean;
  /**
   * Whose authority a token needs in a transaction of several people: `all`, that of every participant; `one` or absent, that
   * of its subject.
   */
  readonly participants?: ScopeParticipants;
};

export const SCOPE_PARTICIPANTS = ['one', 'all'] as const;
export type ScopeParticipants = (typeof SCOPE_PARTICIPANTS)[number];

/** `reports:write`: state what it did with its tokens (domain/resources/reports). */
export const RESOURCE_SERVER_PERMISSIONS = ['reports:write'] as const;

export type ResourceServerPermission = (typeof RESOURCE_SERVER_PERMISSIONS)[number];

/**
 * An API that accepts our access tokens. Its id is the `client_id` it introspects with (RFC 7662 §2.1,
 * decision D11).
 */
export type ResourceServer = {
  readonly id: string;
  /**
   * The resource indicator (RFC 8707 §2): absolute https URI without fragment; http only on loopback. Unique,
   * compared exactly.
   */
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ScopeDeclaration[];
  /** Types of authorization details it understands (RFC 9396). Absent: none. */
  readonly detailTypes?: readonly DetailType[];
  readonly accessTokenFormat: 'jwt' | 'opaque';
  /** Signature of JWT access tokens (decision D7). */
  readonly accessTokenSigningAlg: 'ES256' | 'RS256' | 'PS256' | 'EdDSA';
  /** Seconds, 30..3600. */
  readonly accessTokenTtlSeconds: number;
  /** What it may do at this server beyond questions about its own tokens. Absent: nothing. */
  readonly permissions?: readonly ResourceServerPermission[];
  /** Its JWT access tokens have an index in a status list (authority/status-lists). Absent: no. */
  readonly statusList?: boolean;
  /** Environments whose agents may hold rights here. Absent: all. */
  readonly environments?: readonly Environment[];
  /** The scopes that it would like to use at other APIs for its callers. Only accepted pairs have an effect. Absent: none. */
  readonly delegatesTo?: readonly DelegationTarget[];
  /** How it authenticates at the introspection endpoint; `none`: it may not introspect. */
  readonly introspectionAuthMethod: 'private_key_jwt' | 'client_secret_basic' | CertificateMethod | 'none';
  /** Its certificates, with a method that uses them. */
  readonly certificate?: CertificateRule;
  readonly secretHash?: string;
  readonly jwks?: JsonWebKeySet;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const RESOURCE_SERVERS = {
  name: 'resource_servers',
  holds: 'one API that accepts access tokens, with its scopes',
  prefixes: ['rs'],
  events: ['resource_server'],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'nothing', because: 'grants, delegations and the audit log name it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['identifier'], unique: true }, { fields: ['createdAt'] }],
  members: ['identifier', 'name', 'scopes', 'accessTokenFormat', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;
