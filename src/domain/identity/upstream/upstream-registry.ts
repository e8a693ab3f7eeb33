/** The registry of upstream providers. Owns the collection UPSTREAMS and its rules. */

import type { AuditLog } from '../../audit/audit-event.ts';
import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
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
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import type { UpstreamParty } from '../../ports/upstream-client.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { readsAsGroupId } from '../accounts/account-fields.ts';
import { accountRefusal } from '../accounts/account-refusals.ts';
import type { Chosen, NewUpstream, UpstreamChange } from './upstream-input.ts';
import {
  AUTHENTICATION_METHODS,
  domainOf,
  SIGN_OUT_THERE,
  UPSTREAMS,
  type UpstreamProvider,
  USUAL_CLAIMS,
} from './upstream-provider.ts';
import { upstreamRefusal } from './upstream-refusals.ts';

export type UpstreamRegistryDeps = {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly checkUrl: TrustedFetch['check'];
  /** Our own issuer, which cannot be an upstream of itself. */
  readonly issuer: string;
  /** Whether users can sign in without a provider. If not, the last provider cannot be removed. */
  readonly isPasswordOn: boolean;
};

/** Maximum number of buttons on one page. */
const MOST_PROVIDERS = 20;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;

/** The registry of upstream providers: OpenID providers that sign users in here. */
export interface UpstreamRegistry {
  /** Reads one provider with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<UpstreamProvider> | undefined>;
  /** One page of providers, newest first. */
  list(query?: PageQuery): Promise<Page<UpstreamProvider>>;
  /** In the order of their creation, which is the order of the buttons. */
  active(): Promise<readonly UpstreamProvider[]>;
  /** The provider with this id, if it is active. */
  standing(id: string): Promise<UpstreamProvider | undefined>;
  /** The active provider with exactly this issuer identifier. */
  ofIssuer(issuer: string): Promise<UpstreamProvider | undefined>;
  /**
   * The active provider for the domain of this username. Undefined for input that is no address, and for most
   * addresses.
   */
  ofUsername(typed: string): Promise<UpstreamProvider | undefined>;
  /** The provider that owns the domain of a username, also while it is disabled. */
  ownerOfDomain(typed: string): Promise<UpstreamProvider | undefined>;
  /** The provider in the form of the port. Throws 'unavailable' when its secret cannot be read. */
  partyOf(provider: UpstreamProvider): UpstreamParty;
  /** Reseals every secret with the first master key, so that the other key can be removed. */
  sealAnew(): Promise<void>;
  /** Creates a provider. Throws 'invalid_field', and 'conflict' when a provider of this issuer exists. */
  create(given: NewUpstream, by: By): Promise<Versioned<UpstreamProvider>>;
  /** Changes a provider. Throws 'not_found', 'invalid_field', and 'precondition_failed' unless its version is `expected`. */
  update(id: string, expected: number, change: UpstreamChange, by: By): Promise<Versioned<UpstreamProvider>>;
  /**
   * Disables a provider: no user can sign in there from the next request on. Idempotent. Throws 'conflict' for the last
   * provider while passwords are off.
   */
  disable(id: string, by: By): Promise<Versioned<UpstreamProvider>>;
  /** Enables a provider again. Idempotent. Throws 'not_found'. */
  enable(id: string, by: By): Promise<Versioned<UpstreamProvider>>;
  /**
   * Removes a provider. Throws 'not_found', and as `disable` does. A new provider of the same issuer has another id: no
   * earlier link is valid there.
   */
  remove(id: string, by: By): Promise<void>;
}

export const upstreamRegistry = (deps: UpstreamRegistryDeps): UpstreamRegistry => {
  const { clock, identifiers, masterKey } = deps;
  const collection = deps.documents.collection<UpstreamProvider>(UPSTREAMS);
  const documentsOf = registeredDocuments<UpstreamProvider>({
    collection,
    kind: 'upstream',
    derived: ['claimsFrom'],
    audit: deps.audit,
    clock,
    taken: () => upstreamRefusal('upstream_issuer_taken', { field: '/issuer' }),
  });

  const active = async (): Promise<readonly UpstreamProvider[]> =>
    (
      await collection.find({
        where: { state: 'active' },
        order: { by: 'createdAt', direction: 'ascending' },
        limit: MOST_PROVIDERS,
      })
    ).map(({ document }) => document);

  const ofDomain = async (domain: string): Promise<UpstreamProvider | undefined> => {
    const [found] = await collection.find({ where: { domains: domain }, limit: 1 });
    return found?.document;
  };

  const checkDomains = async (domains: readonly string[], id: string): Promise<void> => {
    if (domains.length > 64) throw upstreamRefusal('upstream_domains_exceeded', { field: '/domains' });
    for (const [index, domain] of domains.entries()) {
      const at = `/domains/${index}`;
      if (domainOf(`a@${domain}`) !== domain) throw upstreamRefusal('upstream_domain_malformed', { field: at });
      if (domains.indexOf(domain) !== index) throw upstreamRefusal('upstream_domain_repeated', { field: at });
      const other = await ofDomain(domain);
      if (other !== undefined && other.id !== id) {
        throw upstreamRefusal('upstream_domain_taken', { field: at, params: { upstream: other.id } });
      }
    }
  };

  const checked = async (provider: UpstreamProvider): Promise<UpstreamProvider> => {
    checkText(provider.name, '/name', 60);
    checkText(provider.clientId, '/client_id', 512);
    // Our assertions there have the client id as `iss`: they must not look like our own tokens.
    if (provider.clientId === deps.issuer) {
      throw upstreamRefusal('upstream_client_id_is_issuer', { field: '/client_id' });
    }
    if (!AUTHENTICATION_METHODS.includes(provider.authentication)) {
      const params = { methods: AUTHENTICATION_METHODS.join(', ') };
      throw upstreamRefusal('upstream_authentication_unknown', { field: '/authentication', params });
    }
    if (provider.authentication === 'private_key_jwt' ? provider.clientSecret : provider.clientSecret === undefined) {
      throw upstreamRefusal('upstream_secret_unused', { field: '/client_secret' });
    }
    if (provider.signOut !== undefined && !SIGN_OUT_THERE.includes(provider.signOut)) {
      const params = { choices: SIGN_OUT_THERE.join(' or ') };
      throw upstreamRefusal('upstream_sign_out_unknown', { field: '/sign_out', params });
    }
    const { scopes } = provider;
    if (!scopes.includes('openid')) throw upstreamRefusal('upstream_scopes_without_openid', { field: '/scopes' });
    if (scopes.length > 30 || scopes.some((scope) => !SCOPE.test(scope))) {
      throw upstreamRefusal('upstream_scopes_exceeded', { field: '/scopes' });
    }
    await checkDomains(provider.domains, provider.id);
    for (const [name, claim] of Object.entries(provider.claims)) {
      if (!(name in USUAL_CLAIMS)) throw upstreamRefusal('upstream_claims_unknown', { field: '/claims' });
      checkText(claim, `/claims/${name}`, 200);
    }
    const groups = Object.entries(provider.groups);
    if (groups.length > 100) throw upstreamRefusal('upstream_groups_exceeded', { field: '/groups' });
    for (const [there, here] of groups) {
      checkText(there, '/groups', 300);
      checkText(here, '/groups', 200);
      if (readsAsGroupId(here)) throw accountRefusal('group_label_reads_as_id', { field: '/groups' });
    }
    for (const list of [provider.multiFactor.acr, provider.multiFactor.amr]) {
      if (list.length > 20) throw upstreamRefusal('upstream_factor_values_exceeded', { field: '/multi_factor' });
      for (const value of list) checkText(value, '/multi_factor', 300);
    }
    return provider;
  };

  const checkIssuer = (issuer: string): void => {
    const at = { field: '/issuer' };
    const url = issuer.length <= 512 && URL.canParse(issuer) ? new URL(issuer) : undefined;
    const isNormal = url !== undefined && (url.href === issuer || url.href === `${issuer}/`);
    if (!isNormal || url.protocol !== 'https:' || url.username || url.password || /[?#]/.test(issuer)) {
      throw fieldRefusal('issuer_malformed', at);
    }
    if (issuer.replace(/\/$/, '') === deps.issuer) throw upstreamRefusal('upstream_is_self', at);
    if (deps.checkUrl(discoveryUrlOf({ issuer })) !== undefined) throw upstreamRefusal('upstream_not_reachable', at);
  };

  const sealed = (id: string, { clientSecret }: Partial<Chosen>): Pick<UpstreamProvider, 'clientSecret'> => {
    if (clientSecret === undefined) return {};
    if (!/^[!-~]{1,1024}$/.test(clientSecret)) {
      throw upstreamRefusal('upstream_secret_malformed', { field: '/client_secret' });
    }
    return { clientSecret: masterKey.seal(contextOf(id), clientSecret) };
  };

  /** At least one sign-in method must remain. */
  const refuseLast = async (id: string): Promise<void> => {
    if (deps.isPasswordOn || (await active()).some((one) => one.id !== id)) return;
    throw upstreamRefusal('last_upstream_without_passwords');
  };

  return {
    get: (id): Promise<Versioned<UpstreamProvider> | undefined> => collection.get(id),
    list: (query = {}): Promise<Page<UpstreamProvider>> => documentsOf.list({}, query),
    active,

    async standing(id): Promise<UpstreamProvider | undefined> {
      const found = /^upi_[a-z0-9]+$/.test(id) ? (await collection.get(id))?.document : undefined;
      return found?.state === 'active' ? found : undefined;
    },

    async ofIssuer(issuer): Promise<UpstreamProvider | undefined> {
      const [found] = await collection.find({ where: { issuer }, limit: 1 });
      return found?.document.issuer === issuer && found.document.state === 'active' ? found.document : undefined;
    },

    async ofUsername(typed): Promise<UpstreamProvider | undefined> {
      const domain = domainOf(typed);
      const found = domain === undefined ? undefined : await ofDomain(domain);
      return found?.state === 'active' ? found : undefined;
    },

    async ownerOfDomain(typed): Promise<UpstreamProvider | undefined> {
      const domain = domainOf(typed);
      return domain === undefined ? undefined : ofDomain(domain);
    },

    partyOf({ id, issuer, clientId, authentication: method, clientSecret, updatedAt }): UpstreamParty {
      const of = { key: `${id}/${updatedAt}`, issuer, clientId };
      if (method === 'private_key_jwt') return { ...of, authentication: { method } };
      const secret = clientSecret && openedOrNothing(masterKey, contextOf(id), clientSecret);
      if (!secret) throw upstreamRefusal('upstream_unusable', { detail: id });
      return { ...of, authentication: { method, secret } };
    },

    async sealAnew(): Promise<void> {
      for (const { document, version } of await collection.find({ limit: MOST_PROVIDERS })) {
        const { id, clientSecret } = document;
        if (clientSecret === undefined || !masterKey.isSealedWithOther(contextOf(id), clientSecret)) continue;
        const secret = openedOrNothing(masterKey, contextOf(id), clientSecret);
        if (secret === undefined) continue;
        await collection.replace({ ...document, clientSecret: masterKey.seal(contextOf(id), secret) }, version);
      }
    },

    async create(given, by): Promise<Versioned<UpstreamProvider>> {
      checkIssuer(given.issuer);
      if ((await collection.find({ limit: MOST_PROVIDERS })).length >= MOST_PROVIDERS) {
        throw upstreamRefusal('upstreams_exceeded', { params: { most: MOST_PROVIDERS } });
      }
      const now = clock.now();
      const id = identifiers.newId('upi');
      const { clientSecret: _, claims, ...rest } = given;
      const provider = await checked({
        authentication: 'private_key_jwt',
        scopes: ['openid', 'profile', 'email'],
        domains: [],
        button: true,
        groups: {},
        create: 'never',
        multiFactor: { acr: [], amr: [] },
        signOut: 'offer',
        ...rest,
        claims: { ...USUAL_CLAIMS, ...claims },
        ...sealed(id, given),
        id,
        state: 'active',
        createdAt: now,
        updatedAt: now,
      });
      return documentsOf.insert(provider, 'upstream.created', by);
    },

    update: (id, expected, change, by): Promise<Versioned<UpstreamProvider>> =>
      documentsOf.change(id, expected, 'upstream.updated', by, ({ clientSecret, ...provider }) => {
        const { clientSecret: _, claims, ...rest } = change;
        const method = change.authentication ?? provider.authentication;
        const kept = clientSecret !== undefined && method !== 'private_key_jwt' ? { clientSecret } : {};
        return checked({
          ...provider,
          ...rest,
          claims: { ...provider.claims, ...claims },
          ...kept,
          ...sealed(id, change),
        });
      }),

    async disable(id, by): Promise<Versioned<UpstreamProvider>> {
      await refuseLast(id);
      return documentsOf.change(id, undefined, 'upstream.disabled', by, (one) =>
        one.state === 'disabled' ? one : { ...one, state: 'disabled', claimsFrom: clock.now() + 1 },
      );
    },

    enable: (id, by): Promise<Versioned<UpstreamProvider>> =>
      documentsOf.change(id, undefined, 'upstream.enabled', by, (one) => ({ ...one, state: 'active' })),

    async remove(id, by): Promise<void> {
      await documentsOf.found(id);
      await refuseLast(id);
      await documentsOf.remove(id, 'upstream.removed', by);
    },
  };
};

const contextOf = (id: string): string => `upstream/${id}`;
