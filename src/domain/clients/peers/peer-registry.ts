/** The registry of peers. Owns the collection PEERS and its rules. */

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
import { checkAuthority, type ResourceServerLookup } from '../../resources/resource-servers/declared-authority.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { checkScopes } from '../../resources/resource-servers/resource-server-registry.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { managementApiOf } from '../../vocabulary/management-api.ts';
import { checkResourceIdentifier } from '../../vocabulary/web-address.ts';
import { checkKeySource, type KeyUrlCheck } from '../clients/key-source.ts';
import { trustedIssuerRefusal } from '../workload-identity/trusted-issuer-refusals.ts';
import { linkRefusal } from './link-refusals.ts';
import { type Inbound, type Outbound, PEERS, type Peer, resourceBehind } from './peer.ts';
import { peerRefusal } from './peer-refusals.ts';

export type NewPeer = {
  readonly name: string;
  readonly issuer: string;
  /** Lifetime of an assertion, default 300 seconds. */
  readonly outbound?: Omit<Outbound, 'lifetimeSeconds'> & Partial<Pick<Outbound, 'lifetimeSeconds'>>;
  /** Defaults: `linked`, and 300 seconds. */
  readonly inbound?: Omit<Inbound, 'subjects' | 'maxLifetimeSeconds'> &
    Partial<Pick<Inbound, 'subjects' | 'maxLifetimeSeconds'>>;
  readonly jwks?: JsonWebKeySet;
  readonly jwksUri?: string;
  /** 300..86400, default 3600. */
  readonly maxKeyAgeSeconds?: number;
};

const ERASABLE = ['outbound', 'inbound', 'jwks', 'jwksUri'] as const;
type Erasable = (typeof ERASABLE)[number];

/** `outbound` and `inbound` are replaced whole; `null` removes an optional member. */
export type PeerChange = Partial<Omit<NewPeer, Erasable | 'issuer'>> & {
  readonly [member in Erasable]?: NewPeer[member] | null;
};

type Callers = { get(id: string): Promise<object | undefined> };

const MOST_CALLERS = 200;
const MOST_RESOURCES = 50;

/** Only callers with a role enter the URLs of peers. */
const ENTERED = { purpose: 'trustedIssuers', isByRole: true } as const;

/** The registry of peers: authorization servers with which this server exchanges assertions about users. */
export interface PeerRegistry {
  /** Reads one peer with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Peer> | undefined>;
  /** The peer with exactly this issuer. */
  findByIssuer(issuer: string): Promise<Peer | undefined>;
  /** A resource server behind one of the peers, in the form that decisions use. */
  findResource(identifier: string): Promise<Versioned<ResourceServer> | undefined>;
  /** One page of peers, newest first. `query` may name an issuer. */
  list(query?: PageQuery & { readonly issuer?: string }): Promise<Page<Peer>>;
  /** Creates a peer. Throws 'invalid_field', and 'conflict' when there is a peer with this issuer. */
  create(given: NewPeer, by: By): Promise<Versioned<Peer>>;
  /** Changes a peer. Throws 'not_found', 'precondition_failed' unless `expected` is the stored version, 'invalid_field'. */
  update(id: string, expected: number, change: PeerChange, by: By): Promise<Versioned<Peer>>;
  /**
   * Disables a peer. From the next request on, this server vouches for no user at the peer and accepts nothing from it.
   * Idempotent.
   */
  disable(id: string, by: By): Promise<Versioned<Peer>>;
  /** Enables a peer again. Idempotent. Throws 'not_found'. */
  enable(id: string, by: By): Promise<Versioned<Peer>>;
  /** Discards the keys fetched until now, on all nodes. */
  purgeKeys(id: string, by: By): Promise<Versioned<Peer>>;
}

export const peerRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly checkKeyUrl: KeyUrlCheck;
  readonly agents: Callers;
  readonly clients: Callers;
  readonly resourceServers: Pick<ResourceServerLookup, 'findByIdentifier'>;
  /** Our own issuer, which cannot be a peer of itself (JB-08). */
  readonly issuer: string;
}): PeerRegistry => {
  const { clock, identifiers, issuer: own } = deps;
  const collection = deps.documents.collection<Peer>(PEERS);
  const documentsOf = registeredDocuments<Peer>({
    collection,
    kind: 'peer',
    audit: deps.audit,
    clock,
    derived: ['resources'],
    taken: () => linkRefusal('peer_issuer_taken', { field: '/issuer' }),
  });

  const behind = async (identifier: string): Promise<Peer | undefined> => {
    const [found] = await collection.find({ where: { resources: identifier }, limit: 1 });
    return found?.document;
  };

  const checkCallers = async (ids: readonly string[], field: string): Promise<void> => {
    if (ids.length > MOST_CALLERS) {
      throw peerRefusal('peer_callers_exceeded', { field, params: { most: MOST_CALLERS } });
    }
    for (const id of ids) {
      const registry = id.startsWith('agt_') ? deps.agents : id.startsWith('app_') ? deps.clients : undefined;
      if (!(await registry?.get(id))) {
        throw peerRefusal('peer_caller_unknown', { field, params: { id: id.slice(0, 40) } });
      }
    }
    if (new Set(ids).size < ids.length) throw peerRefusal('peer_caller_repeated', { field });
  };

  const checkOutbound = async (given: NonNullable<NewPeer['outbound']>, id: string): Promise<Outbound> => {
    const outbound = { lifetimeSeconds: 300, ...given };
    const { clients, resources } = outbound;
    checkRange(outbound.lifetimeSeconds, '/outbound/lifetime_seconds', 10, 300);
    await checkCallers(Object.keys(clients), '/outbound/clients');
    if (resources.length < 1 || resources.length > MOST_RESOURCES) {
      throw peerRefusal('peer_resources_count_wrong', {
        field: '/outbound/resources',
        params: { most: MOST_RESOURCES },
      });
    }
    for (const [index, { identifier, scopes }] of resources.entries()) {
      const at = `/outbound/resources/${index}`;
      checkResourceIdentifier(identifier, `${at}/identifier`);
      checkScopes(scopes, `${at}/scopes`);
      const others = resources.slice(0, index).some((one) => one.identifier === identifier);
      const elsewhere = await behind(identifier);
      const isTaken = others || (elsewhere !== undefined && elsewhere.id !== id);
      if (isTaken || (await deps.resourceServers.findByIdentifier(identifier))) {
        throw peerRefusal('peer_resource_registered', { field: `${at}/identifier` });
      }
    }
    return outbound;
  };

  const checkInbound = async (given: NonNullable<NewPeer['inbound']>): Promise<Inbound> => {
    const inbound = { subjects: 'linked' as const, maxLifetimeSeconds: 300, ...given };
    checkRange(inbound.maxLifetimeSeconds, '/inbound/max_lifetime_seconds', 30, 3600);
    await checkCallers(inbound.clients, '/inbound/clients');
    await checkAuthority(inbound.resources, deps.resourceServers, '/inbound/resources');
    if (Object.hasOwn(inbound.resources, managementApiOf(own))) {
      throw peerRefusal('peer_resource_is_management_api', { field: '/inbound/resources' });
    }
    return inbound;
  };

  const checked = async (given: NewPeer & Peer, before?: Peer): Promise<Peer> => {
    checkText(given.name, '/name', 100);
    if (!before) checkPeerIssuer(given.issuer, own);
    checkRange(given.maxKeyAgeSeconds, '/max_key_age_seconds', 300, 86_400);
    const { jwks, jwksUri, outbound: asked, inbound: wanted, ...rest } = given;
    const outbound = asked && (asked === before?.outbound ? before.outbound : await checkOutbound(asked, given.id));
    const inbound = wanted && (wanted === before?.inbound ? before.inbound : await checkInbound(wanted));
    const isServed = jwks === undefined && jwksUri === undefined;
    if (isServed && inbound && deps.checkKeyUrl(discoveryUrlOf(given), ENTERED.purpose) !== undefined) {
      throw trustedIssuerRefusal('issuer_not_reachable', { field: '/issuer' });
    }
    return {
      ...rest,
      ...(isServed ? {} : checkKeySource(given, before, deps.checkKeyUrl, { reach: ENTERED })),
      ...(outbound ? { outbound } : {}),
      ...(inbound ? { inbound } : {}),
      resources: outbound?.resources.map(({ identifier }) => identifier) ?? [],
    };
  };

  const switched =
    (state: Peer['state'], type: 'peer.disabled' | 'peer.enabled') =>
    (id: string, by: By): Promise<Versioned<Peer>> =>
      documentsOf.change(id, undefined, type, by, (peer) => ({ ...peer, state }));

  return {
    get: (id): Promise<Versioned<Peer> | undefined> => collection.get(id),

    async findByIssuer(issuer): Promise<Peer | undefined> {
      const [found] = await collection.find({ where: { issuer }, limit: 1 });
      return found?.document;
    },

    async findResource(identifier): Promise<Versioned<ResourceServer> | undefined> {
      const peer = await behind(identifier);
      const document = peer && resourceBehind(peer, identifier);
      return document && { document, version: 1 };
    },

    list: ({ issuer, ...query } = {}): Promise<Page<Peer>> => documentsOf.list({ issuer }, query),

    async create(given, by): Promise<Versioned<Peer>> {
      const now = clock.now();
      const members = { maxKeyAgeSeconds: 3600, ...given, id: identifiers.newId('per'), state: 'active' } as const;
      const peer = await checked({ ...members, resources: [], createdAt: now, updatedAt: now } as NewPeer & Peer);
      return documentsOf.insert(peer, 'peer.created', by);
    },

    update: (id, expected, change, by): Promise<Versioned<Peer>> =>
      documentsOf.change(id, expected, 'peer.updated', by, (peer) => {
        const both = { ...peer, ...change };
        // One source of keys replaces the other.
        if (change.jwks) both.jwksUri = change.jwksUri ?? null;
        if (change.jwksUri) both.jwks = change.jwks ?? null;
        const given = Object.entries(both).filter(([, value]) => value !== null && value !== undefined);
        return checked(Object.fromEntries(given) as unknown as NewPeer & Peer, peer);
      }),

    disable: switched('disabled', 'peer.disabled'),
    enable: switched('active', 'peer.enabled'),

    purgeKeys: (id, by): Promise<Versioned<Peer>> =>
      documentsOf.change(id, undefined, 'peer.keys_purged', by, (peer) => ({ ...peer, keysAfter: clock.now() })),
  };
};

/** https, or http on loopback, in its normal form and without query (RFC 8414 §2). */
const checkPeerIssuer = (issuer: string, own: string): void => {
  checkResourceIdentifier(issuer, '/issuer');
  if (issuer.includes('?')) throw peerRefusal('peer_issuer_has_query', { field: '/issuer' });
  if (issuer.replace(/\/$/, '') === own.replace(/\/$/, '')) {
    throw peerRefusal('peer_is_self', { field: '/issuer' });
  }
};

const checkRange = (value: number, field: string, least: number, most: number): void => {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw fieldRefusal('number_out_of_range', { field, params: { least, most } });
};
