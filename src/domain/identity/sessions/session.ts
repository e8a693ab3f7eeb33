/**
 * Sessions: where a user is signed in, and how that ends. Owns the collection SESSIONS, with one document for each
 * session of a browser, and whether a session is valid. Does not own the cookie or the data that oidc-provider stores
 * with it (src/provider). Does not own how a user signs in (src/domain/identity/accounts, factors, upstream), or the
 * grants of apps. Called by oidc-provider's storage when it saves a session, by the pages of src/http/account, and by
 * the management API.
 */
import { hash } from 'node:crypto';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { BrowserHint } from './browser-hint.ts';

/** An app that the user signed in to by a session, and the id of that sign-in there: `sid` of its ID tokens. */
export type SignedInApp = { readonly client: string; readonly sid: string };

/** The provider at which a session began. */
export type SessionUpstream = {
  /** `upi_…` */
  readonly provider: string;
  /** `sub` there. */
  readonly subject: string;
  /** `sid` of the provider's ID token (OpenID Connect Back-Channel Logout 1.0 §2.1), where it had one. */
  readonly sid?: string;
};

/** One browser in which a user is, or was, signed in. */
export type Session = {
  /**
   * `ses_…`: a digest of oidc-provider's id of the session. It is no credential and stays the same while the session
   * lasts.
   */
  readonly id: string;
  readonly account: string;
  /** `ended` is final: data that oidc-provider still stores for it has no effect. */
  readonly state: 'active' | 'ended';
  /** Epoch seconds, all of them. */
  readonly startedAt: number;
  /** The last sign-in in it. */
  readonly authTime: number;
  readonly acr?: string;
  readonly amr: readonly string[];
  /** To the minute; see `SessionRegistry.note`. */
  readonly usedAt: number;
  readonly browser?: BrowserHint;
  /** Address of the last sign-in, as much of it as the configuration lets the server store. */
  readonly source?: string;
  /** The same for its last use. */
  readonly seenFrom?: string;
  readonly apps: readonly SignedInApp[];
  readonly upstream?: SessionUpstream;
  /** Digest of provider and subject, to find sessions that began there. */
  readonly upstreamKey?: string;
  /** The same for provider and `sid`. */
  readonly upstreamSid?: string;
  /** When it expires. */
  readonly until: number;
  readonly endedAt?: number;
  /** The record is kept until then, because tokens or grants may depend on it. */
  readonly expiresAt: number;
};

export const SESSIONS = {
  name: 'sessions',
  holds: 'one browser in which a person is, or was, signed in',
  prefixes: [],
  events: ['session'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the session, its tokens and its grants have expired' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['account', 'state'] },
    { fields: ['account', 'startedAt'] },
    { fields: ['upstreamKey', 'state'] },
    { fields: ['upstreamSid', 'state'] },
  ],
  expiresAt: 'expiresAt',
  members: ['account', 'state', 'startedAt', 'authTime', 'amr', 'usedAt', 'apps', 'until'],
  // A session that cannot be read has ended.
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** The id of a session outside oidc-provider. */
export const sessionIdOf = (uid: string): string => `ses_${hash('sha256', `session ${uid}`, 'base64url').slice(0, 32)}`;

/** A digest, so that no store treats different spellings as equal. */
export const upstreamKeyOf = (provider: string, what = ''): string =>
  hash('sha256', JSON.stringify([provider, what]), 'base64url');
