/**
 * Sign-in at existing identity providers by OpenID Connect ("upstream"). Owns the configuration of a provider, the
 * link from a user there to an account here, and the round trip of a sign-in. Does not implement the protocol (the
 * port `UpstreamClient`), ask for second factors (src/domain/identity/factors), or own sessions and pages. Called by
 * the pages of src/http/interaction and src/http/account, and by the management API.
 */

import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { asciiDomain } from '../accounts/ascii-domain.ts';

export const AUTHENTICATION_METHODS = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'] as const;
export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number];

export const SIGN_OUT_THERE = ['offer', 'always'] as const;
export type SignOutThere = (typeof SIGN_OUT_THERE)[number];

/** The names of the claims to read. */
export type ClaimNames = {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly groups: string;
};

export const USUAL_CLAIMS: ClaimNames = {
  username: 'preferred_username',
  name: 'name',
  email: 'email',
  groups: 'groups',
};

/** A provider at which our users sign in. */
export type UpstreamProvider = {
  /** `upi_…` */
  readonly id: string;
  /** The label of its button, one line. */
  readonly name: string;
  /** Its issuer identifier, compared character by character. Unique. */
  readonly issuer: string;
  /** Our client id there. */
  readonly clientId: string;
  readonly authentication: AuthenticationMethod;
  /** With `client_secret_…`: the secret, sealed with the master key. */
  readonly clientSecret?: string;
  readonly scopes: readonly string[];
  /**
   * Lower case. A user who types a username that ends with `@` and one of these is sent to this provider. No two
   * providers have the same.
   */
  readonly domains: readonly string[];
  /** Whether there is a button. Without one, only its domains lead there. */
  readonly button: boolean;
  readonly claims: ClaimNames;
  /**
   * Value of the group claim there → name of the group of the account here. Each sign-in adds and removes these
   * groups and no others.
   */
  readonly groups: Readonly<Record<string, string>>;
  /** Whether a user without an account here gets one. */
  readonly create: 'never' | 'always';
  /**
   * Proof of a second factor at the provider: one of these as `acr`, or one of these among `amr`. Empty: no value is a
   * proof.
   */
  readonly multiFactor: { readonly acr: readonly string[]; readonly amr: readonly string[] };
  /**
   * Whether signing out here also signs out at the provider, where it supports that: on the next page, or at once.
   * Absent: `offer`.
   */
  readonly signOut?: SignOutThere;
  readonly state: 'active' | 'disabled';
  /**
   * Groups that were claimed before this second have no effect. The provider was disabled then, and enabling it
   * restores none.
   */
  readonly claimsFrom?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const UPSTREAMS = {
  name: 'upstreams',
  holds: 'one provider at which people of this server sign in',
  prefixes: ['upi'],
  events: ['upstream'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the provider' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['issuer'], unique: true },
    { fields: ['createdAt'] },
    { fields: ['domains'] },
    { fields: ['state'] },
  ],
  lists: ['domains'],
  members: [
    'name',
    'issuer',
    'clientId',
    'authentication',
    'domains',
    'claims',
    'groups',
    'create',
    'state',
    'createdAt',
  ],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/**
 * The domain of an address, in stored form: lower case and ASCII (RFC 5890), for every spelling. Undefined for
 * anything else.
 */
export const domainOf = (typed: string): string | undefined => {
  const [, written = ''] = /^[^@\s]{1,200}@([^@\s]{1,255})$/.exec(typed.trim()) ?? [];
  return DOMAIN.exec(asciiDomain(written))?.[0];
};

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;
