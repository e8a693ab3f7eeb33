/**
 * Issuers whose workload tokens we accept as client assertions (RFC 7523): platforms that agents run on. Owns
 * the shape of such an issuer and the presets of each platform. Does not fetch keys (issuer-keys.ts), check
 * tokens (workload-tokens.ts) or map a token to an agent (agents/workload-identity.ts).
 */

import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';

export const ISSUER_TEMPLATES = [
  'kubernetes',
  'github-actions',
  'gitlab',
  'aws',
  'gcp',
  'azure',
  'spiffe-jwt',
  'generic',
] as const;

export type IssuerTemplate = (typeof ISSUER_TEMPLATES)[number];

export type TrustedIssuer = {
  /** `tis_…` */
  readonly id: string;
  /** Display name, one line. */
  readonly name: string;
  readonly template: IssuerTemplate;
  /** `iss` of its tokens, compared character by character. Unique. */
  readonly issuer: string;
  /** Its keys, pinned here: nothing is fetched. */
  readonly jwks?: JsonWebKeySet;
  /** URL of its keys. With neither keys nor URL, its discovery document names the URL (OIDC Discovery §4). */
  readonly jwksUri?: string;
  /**
   * Audience of its tokens. Default: our issuer. Set another one only for a platform that cannot issue such
   * tokens.
   */
  readonly audience?: string;
  /** Seconds after its `iat` for which a token is accepted, independent of its own expiry. */
  readonly maxTokenAgeSeconds: number;
  /** Seconds for which the keys fetched last stay valid while new ones are unavailable. */
  readonly maxKeyAgeSeconds: number;
  /** Whether a token with a `jti` is valid only once. */
  readonly oneTimeTokens: boolean;
  /** Keys fetched until this second are no longer used. */
  readonly keysAfter?: number;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const TRUSTED_ISSUERS = {
  name: 'trusted_issuers',
  holds: 'one issuer whose workload tokens authenticate agents',
  prefixes: ['tis'],
  events: ['trusted_issuer'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'credentials of agents and the audit log name it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['issuer'], unique: true }, { fields: ['createdAt'] }],
  members: ['name', 'template', 'issuer', 'maxTokenAgeSeconds', 'maxKeyAgeSeconds', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/**
 * Characters that separate the parts of a subject on each platform. For GitHub also `@`: the subject of a repository
 * created or renamed after 2026-07-15 has the ids of owner and repository behind their names
 * (`repo:OWNER@ID/REPO@ID:…`).
 */
const SEPARATORS: Readonly<Record<IssuerTemplate, string>> = {
  kubernetes: ':/',
  'github-actions': ':/@',
  gitlab: ':/',
  aws: ':/',
  gcp: ':/@',
  azure: ':/',
  'spiffe-jwt': ':/',
  generic: ':/@|#?&,;',
};

export const separatorsOf = ({ template }: Pick<TrustedIssuer, 'template'>): string => SEPARATORS[template];
