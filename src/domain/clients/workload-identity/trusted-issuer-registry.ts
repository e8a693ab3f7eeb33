/** The registry of trusted issuers. Owns the collection TRUSTED_ISSUERS and its rules. */
import type { AuditLog } from '../../audit/audit-event.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import { discoveryUrlOf } from '../../platform/remote-keys/discovery-url.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { checkKeySource, type KeyUrlCheck } from '../clients/key-source.ts';
import { type IssuerTemplate, TRUSTED_ISSUERS, type TrustedIssuer } from './trusted-issuer.ts';
import { trustedIssuerRefusal } from './trusted-issuer-refusals.ts';

export type NewTrustedIssuer = {
  readonly name: string;
  readonly template: IssuerTemplate;
  readonly issuer: string;
  readonly jwks?: JsonWebKeySet;
  readonly jwksUri?: string;
  readonly audience?: string;
  /** 60..86400, default 3600. */
  readonly maxTokenAgeSeconds?: number;
  /** 300..86400, default 3600. */
  readonly maxKeyAgeSeconds?: number;
  /** Default: false, because platforms return the same token until it is renewed. */
  readonly oneTimeTokens?: boolean;
};

const ERASABLE = ['jwks', 'jwksUri', 'audience'] as const;
type Erasable = (typeof ERASABLE)[number];

/** `null` removes an optional member. Without `jwks` and `jwksUri` the keys are discovered. */
export type TrustedIssuerChange = Partial<Omit<NewTrustedIssuer, Erasable | 'issuer' | 'template'>> & {
  readonly [member in Erasable]?: NewTrustedIssuer[member] | null;
};

const USUAL_SECONDS = 3600;
const LONGEST_SECONDS = 86_400;

/** Only callers with a role enter the URLs of issuers. */
const ENTERED = { purpose: 'trustedIssuers', isByRole: true } as const;

/** The registry of issuers whose workload tokens are accepted. */
export interface TrustedIssuerRegistry {
  /** Reads one issuer with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<TrustedIssuer> | undefined>;
  /** At most 1000 ids; unknown ones are left out. */
  getMany(ids: readonly string[]): Promise<readonly Versioned<TrustedIssuer>[]>;
  /** The issuer with exactly this `iss`. */
  findByIssuer(issuer: string): Promise<TrustedIssuer | undefined>;
  /** One page of issuers, newest first. `query` may name an issuer. */
  list(query?: PageQuery & { readonly issuer?: string }): Promise<Page<TrustedIssuer>>;
  /** Creates an issuer. Throws 'invalid_field', and 'conflict' when the issuer exists already. */
  create(given: NewTrustedIssuer, by: By): Promise<Versioned<TrustedIssuer>>;
  /**
   * Changes an issuer. Throws 'not_found', 'precondition_failed' unless `expected` is the stored version,
   * 'invalid_field'.
   */
  update(id: string, expected: number, change: TrustedIssuerChange, by: By): Promise<Versioned<TrustedIssuer>>;
  /** Disables an issuer: its tokens are refused from the next request on. Idempotent. */
  disable(id: string, by: By): Promise<Versioned<TrustedIssuer>>;
  /** Enables an issuer again. Idempotent. Throws 'not_found'. */
  enable(id: string, by: By): Promise<Versioned<TrustedIssuer>>;
  /** Discards the keys fetched until now, on all nodes. */
  purgeKeys(id: string, by: By): Promise<Versioned<TrustedIssuer>>;
}

export const trustedIssuerRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly checkKeyUrl: KeyUrlCheck;
  /** Our own issuer, which cannot be one of these. */
  readonly issuer: string;
}): TrustedIssuerRegistry => {
  const { clock, identifiers } = deps;
  const collection = deps.documents.collection<TrustedIssuer>(TRUSTED_ISSUERS);
  const documentsOf = registeredDocuments<TrustedIssuer>({
    collection,
    kind: 'trusted issuer',
    audit: deps.audit,
    clock,
    taken: () => trustedIssuerRefusal('trusted_issuer_taken', { field: '/issuer' }),
  });

  const checked = (given: TrustedIssuer, before?: TrustedIssuer): TrustedIssuer => {
    checkText(given.name, '/name', 100);
    if (!before) checkIssuer(given.issuer, deps.issuer);
    if (given.audience !== undefined) checkText(given.audience, '/audience', 512);
    checkRange(given.maxTokenAgeSeconds, '/max_token_age_seconds', 60);
    checkRange(given.maxKeyAgeSeconds, '/max_key_age_seconds', 300);
    const { jwks: _, jwksUri: __, ...rest } = given;
    if (given.jwks !== undefined || given.jwksUri !== undefined) {
      return { ...rest, ...checkKeySource(given, before, deps.checkKeyUrl, { reach: ENTERED }) };
    }
    if (deps.checkKeyUrl(discoveryUrlOf(given), ENTERED.purpose) !== undefined) {
      throw trustedIssuerRefusal('issuer_not_reachable', { field: '/issuer' });
    }
    return rest;
  };

  const switched =
    (state: TrustedIssuer['state'], type: 'trusted_issuer.disabled' | 'trusted_issuer.enabled') =>
    (id: string, by: By): Promise<Versioned<TrustedIssuer>> =>
      documentsOf.change(id, undefined, type, by, (issuer) => ({ ...issuer, state }));

  return {
    get: (id): Promise<Versioned<TrustedIssuer> | undefined> => collection.get(id),

    getMany: (ids): Promise<readonly Versioned<TrustedIssuer>[]> => collection.getMany(ids),

    async findByIssuer(issuer): Promise<TrustedIssuer | undefined> {
      const [found] = await collection.find({ where: { issuer }, limit: 1 });
      return found?.document;
    },

    list: ({ issuer, ...query } = {}): Promise<Page<TrustedIssuer>> => documentsOf.list({ issuer }, query),

    async create(given, by): Promise<Versioned<TrustedIssuer>> {
      const now = clock.now();
      const issuer = checked({
        maxTokenAgeSeconds: USUAL_SECONDS,
        maxKeyAgeSeconds: USUAL_SECONDS,
        oneTimeTokens: false,
        ...given,
        id: identifiers.newId('tis'),
        state: 'active',
        createdAt: now,
        updatedAt: now,
      });
      return documentsOf.insert(issuer, 'trusted_issuer.created', by);
    },

    update: (id, expected, change, by): Promise<Versioned<TrustedIssuer>> =>
      documentsOf.change(id, expected, 'trusted_issuer.updated', by, (issuer) => {
        const both = { ...issuer, ...change };
        // One source of keys replaces the other.
        if (change.jwks) both.jwksUri = change.jwksUri ?? null;
        if (change.jwksUri) both.jwks = change.jwks ?? null;
        const given = Object.entries(both).filter(([, value]) => value !== null && value !== undefined);
        return checked(Object.fromEntries(given) as unknown as TrustedIssuer, issuer);
      }),

    disable: switched('disabled', 'trusted_issuer.disabled'),
    enable: switched('active', 'trusted_issuer.enabled'),

    purgeKeys: (id, by): Promise<Versioned<TrustedIssuer>> =>
      documentsOf.change(id, undefined, 'trusted_issuer.keys_purged', by, (issuer) => ({
        ...issuer,
        keysAfter: clock.now(),
      })),
  };
};

/** https, in its normal form, without query, fragment or user name (RFC 8414 §2). */
const checkIssuer = (issuer: string, own: string): void => {
  const url = issuer.length <= 512 && URL.canParse(issuer) ? new URL(issuer) : undefined;
  const isNormal = url !== undefined && (url.href === issuer || url.href === `${issuer}/`);
  if (!isNormal || url.protocol !== 'https:' || url.username || url.password || /[?#]/.test(issuer)) {
    throw fieldRefusal('issuer_malformed', { field: '/issuer' });
  }
  if (issuer === own) throw trustedIssuerRefusal('trusted_issuer_is_self', { field: '/issuer' });
};

const checkRange = (value: number, field: string, least: number): void => {
  if (Number.isSafeInteger(value) && value >= least && value <= LONGEST_SECONDS) return;
  throw fieldRefusal('number_out_of_range', { field, params: { least, most: LONGEST_SECONDS } });
};
