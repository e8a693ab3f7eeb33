/**
 * Second factors: what a user has besides the password. Owns the collection FACTORS, how factors are added and removed,
 * and that each code is accepted at most once. Owns the step of a sign-in after the password. Does not own passwords
 * and the limits of sign-in (src/domain/identity/accounts), sessions (`BrowserSessions`) or pages. Called by the pages
 * of src/http/interaction and src/http/account, by the management API and by the check of `acr_values`.
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

type Common = {
  /** `fac_…` */
  readonly id: string;
  /** Chosen by the user. */
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
};

/** An authenticator app (RFC 6238). */
export type TotpFactor = Common & {
  readonly kind: 'totp';
  /** Base 32, sealed with the master key. */
  readonly secret: string;
  /** Step of the newest accepted code: no code of this step or an earlier one is accepted again (RFC 6238 §5.2). */
  readonly lastStep: number;
};

/** Codes on paper that replace a lost app. At most one set for an account, and none without another factor. */
export type RecoveryFactor = Common & {
  readonly kind: 'recovery';
  /** Keyed digests of the unused codes. */
  readonly codes: readonly string[];
};

/** A WebAuthn credential (WebAuthn Level 3), proven by a signature that is valid for this origin only. */
export type PasskeyFactor = Common & {
  readonly kind: 'passkey';
  /** Credential id, base64url. */
  readonly credential: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  /** Counter of the newest signature; stays 0 where the authenticator does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether it may be on several devices. Claimed by the authenticator, not attested. */
  readonly isSynced: boolean;
  /**
   * Set when a signature had an older counter. There may be a copy, so no signature of the passkey is accepted
   * (WebAuthn §6.1.1).
   */
  readonly isCopied?: true;
};

export type Factor = TotpFactor | PasskeyFactor | RecoveryFactor;
export type FactorKind = Factor['kind'];

/** All factors of one account in one document, so that every rule about them is one compare-and-swap. */
export type AccountFactors = {
  /** The account. */
  readonly id: string;
  readonly factors: readonly Factor[];
  readonly updatedAt: number;
};

/** A document that cannot be read is not treated as absent: otherwise a user could sign in with the password alone. */
export const FACTORS = {
  name: 'factors',
  holds: 'the second factors of one account',
  prefixes: ['fac'],
  events: ['factor'],
  consistency: 'linearizable',
  cached: false,
  retention: { removedBy: 'nothing', because: 'an account has one document, and accounts stay' },
  transfer: 'gives authority',
  indexes: [],
  members: ['factors', 'updatedAt'],
} as const satisfies OwnedCollection;

/** The members of a factor that may be shown. */
export type FactorFacts = {
  readonly id: string;
  readonly kind: FactorKind;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** The number of unused recovery codes. */
  readonly left?: number;
  readonly isCopied?: true;
};

export const factsOf = (factor: Factor): FactorFacts => {
  const { id, kind, name, createdAt, lastUsedAt } = factor;
  return {
    id,
    kind,
    name,
    createdAt,
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    ...(factor.kind === 'recovery' ? { left: factor.codes.length } : {}),
    ...(factor.kind === 'passkey' && factor.isCopied ? { isCopied: true } : {}),
  };
};

/** Whether a sign-in requires a second factor. Recovery codes replace another factor and are not one themselves. */
export const asksFactor = (factors: readonly { readonly kind: FactorKind }[]): boolean =>
  factors.some(({ kind }) => kind !== 'recovery');
