/** The collections behind oidc-provider's models. */

import type { OwnedCollection } from '../../domain/ports/owned-collection.ts';
import type { Detail, DetailsByResource } from '../../domain/vocabulary/detail-type.ts';

/**
 * A refresh token, opaque access token or session. Ids are keyed digests: the bearer value itself is not stored (decision
 * D14).
 */
export type ProviderRecord = {
  readonly id: string;
  readonly model: string;
  /** Plain if the rest of the payload is no credential; sealed if oidc-provider reads a handle back. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly sealed?: string;
  readonly grant?: string;
  /** A session's uid, which is no credential. */
  readonly uid?: string;
  readonly account?: string;
  readonly expiresAt: number;
};

export const PROVIDER_RECORDS = {
  name: 'provider_records',
  holds: 'one refresh token, opaque access token or session of oidc-provider, under a keyed digest',
  prefixes: [],
  events: ['token'],
  consistency: 'majority',
  // Caches access tokens only: no caller has one before it is stored. Refresh tokens and sessions change with every use.
  cached: { ids: /^(?:AccessToken|ClientCredentials):/, absence: 'refuses' },
  retention: { removedBy: 'sweeper', once: 'it has expired; the registry removes it when it is revoked' },
  transfer: 'gives authority',
  indexes: [{ fields: ['uid'] }],
  expiresAt: 'expiresAt',
  members: ['model', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** The mark of a used one-time value: inserted once, kept until the value itself would have expired (decision D13). */
export type Consumption = { readonly id: string; readonly at: number; readonly expiresAt: number };

export const CONSUMPTIONS = {
  name: 'consumptions',
  holds: 'the mark that a one-time value was used',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  // Each value is looked up once, and nearly always has no mark.
  isReadSeldom: true,
  retention: { removedBy: 'sweeper', once: 'the value itself has expired' },
  transfer: 'removes authority',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['at', 'expiresAt'],
} as const satisfies OwnedCollection;

/**
 * One grant: oidc-provider's Grant. The instances of an agent have instance grants under its authorization, with the same
 * rights. An instance grant ends when the grant in `parent` is gone. It does not end when only that grant's own tokens have
 * ended.
 */
export type GrantRecord = {
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** For an instance grant: creation time of the grant that it depends on. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The grant of the authorization that it depends on. */
  readonly parent?: string;
  readonly instance?: string;
  /** For an agent's authorization: its own tokens have ended since then; those of its instances have not. */
  readonly endedAt?: number;
};

export const GRANTS = {
  name: 'grants',
  holds: 'what one authorization gave one client',
  prefixes: ['grt'],
  events: ['grant'],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'sweeper', once: 'the grant has expired; the registry removes it when it is revoked' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['account'] },
    { fields: ['clientId'] },
    { fields: ['account', 'clientId'] },
    { fields: ['instance'] },
    { fields: ['createdAt'] },
  ],
  expiresAt: 'expiresAt',
  members: ['account', 'clientId', 'payload', 'createdAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** The version of the metadata document that a grant is about, for clients that are one. */
export const clientVersionOf = ({ payload }: Pick<GrantRecord, 'payload'>): string | undefined => {
  const { clientVersion } = payload as { readonly clientVersion?: unknown };
  return typeof clientVersion === 'string' ? clientVersion : undefined;
};

/** The session that it depends on: what its client holds ends with it. Absent for access while the person is away. */
export const sessionOfGrant = ({ payload }: Pick<GrantRecord, 'payload'>): string | undefined => {
  const { session } = payload as { readonly session?: unknown };
  return typeof session === 'string' ? session : undefined;
};

/**
 * How often its client, an agent, had changed ownership when the person allowed it (agents/ownership.ts); 0 for any other
 * client.
 */
export const ownershipOfGrant = ({ payload }: Pick<GrantRecord, 'payload'>): number => {
  const { ownership } = payload as { readonly ownership?: unknown };
  return typeof ownership === 'number' ? ownership : 0;
};

/** A JWT access token that was revoked by its `jti` (RFC 7009); kept until a minute after its expiry. */
export type RevokedToken = { readonly id: string; readonly expiresAt: number };

export const REVOKED_TOKENS = {
  name: 'revoked_tokens',
  holds: 'one JWT access token that was revoked',
  prefixes: ['tok'],
  events: [],
  consistency: 'majority',
  cached: { absence: 'allows' },
  retention: { removedBy: 'sweeper', once: 'the token expired a minute ago' },
  transfer: 'removes authority',
  indexes: [],
  expiresAt: 'expiresAt',
} as const satisfies OwnedCollection;

/** Scopes of the first list that are not in the second. */
export const scopesWithout = (granted: string | undefined, rejected: string | undefined): readonly string[] => {
  const lost = new Set(rejected?.split(' '));
  return granted ? granted.split(' ').filter((scope) => !lost.has(scope)) : [];
};

/** Reads an own member only: the name of a resource may equal a member that every object inherits. */
export const ownScope = (
  resources: Readonly<Record<string, string>> | undefined,
  resource: string,
): string | undefined =>
  resources !== undefined && Object.hasOwn(resources, resource) ? resources[resource] : undefined;

/** The effective scopes of a grant at a resource: those granted, without those refused or removed since. */
export const heldAt = ({ payload }: Pick<GrantRecord, 'payload'>, resource: string): readonly string[] => {
  type Scopes = Readonly<Record<string, string>>;
  const { resources, rejected } = payload as {
    readonly resources?: Scopes;
    readonly rejected?: { readonly resources?: Scopes };
  };
  return scopesWithout(ownScope(resources, resource), ownScope(rejected?.resources, resource));
};

/** The same for authorization details. */
export const detailsHeldAt = ({ payload }: Pick<GrantRecord, 'payload'>, resource: string): readonly Detail[] => {
  const { details } = payload as { readonly details?: DetailsByResource };
  return details !== undefined && Object.hasOwn(details, resource) ? (details[resource] ?? []) : [];
};
