import type { AnonymousEvents } from '../../audit/anonymous-events.ts';
import type { AuditEvent } from '../../audit/audit-event.ts';
import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import { nameRefusal } from '../../platform/display-names/name-refusals.ts';
import type { VerifiedNames } from '../../platform/display-names/verified-names.ts';
import type { OpenRecords } from '../../platform/rate-limits/open-records.ts';
import { webDomain } from '../../platform/rate-limits/web-domain.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert, type Versioned } from '../../ports/document-store.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { FetchedDocument, TrustedFetch } from '../../ports/trusted-fetch.ts';
import type { Client } from './client.ts';
import type { DocumentPolicy } from './document-policy.ts';
import { checkDocumentId, type DocumentClient, readMetadataDocument } from './metadata-document.ts';
import { metadataDocumentRefusal } from './metadata-document-refusals.ts';
import type { SelfChosen } from './self-chosen.ts';

/** The client as a user saw it when they consented, kept while the consent may be valid (DR-01). */
export type ClientSnapshot = {
  /** `documentVersion` of the client. */
  readonly id: string;
  readonly clientId: string;
  readonly client: DocumentClient;
  readonly createdAt: number;
  /** When the last grant to it ends. */
  readonly expiresAt: number;
};

export const CLIENT_SNAPSHOTS = {
  name: 'client_snapshots',
  holds: 'what a person saw of a client with a metadata document when they consented',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'sweeper', once: 'an hour has passed since the last grant to it ended' },
  transfer: 'gives authority',
  indexes: [{ fields: ['clientId', 'createdAt'] }],
  expiresAt: 'expiresAt',
  members: ['clientId', 'client', 'createdAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** The request that causes the fetch of a document. */
export type Asking = { readonly source?: string; readonly request?: string };

type Dependencies = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  /** The budget for audit events of changes, since any caller can cause any number of changes. */
  readonly anonymous: Pick<AnonymousEvents, 'note'>;
  /** Holds fetched clients, within budgets. */
  readonly open: Pick<OpenRecords, 'set'>;
  readonly masterKey: MasterKey;
  readonly trustedFetch: TrustedFetch;
  readonly policy: DocumentPolicy;
  /** Without it, every name and address is accepted. */
  readonly selfChosen?: SelfChosen;
  /** Without it, no name is reserved for a client. */
  readonly names?: Pick<VerifiedNames, 'likeness'>;
  /** Throws when policy forbids authorizations by this client. Default: no policy check. */
  readonly permits?: ((client: DocumentClient, asking: Asking) => Promise<unknown>) | undefined;
  /** How long a fetched client is available to the pages: longer than a user may take to answer. */
  readonly heldSeconds: number;
};

const KIND = 'client_document';
/** A held client that is older than this is stored again. */
const HOLD_AGAIN_SECONDS = 120;
const SNAPSHOT_GRACE_SECONDS = 3600;
const SAME_CHANGE_SECONDS = 86_400;

/**
 * Clients that are a document at a URL. The document is fetched only when a new authorization begins. The result is
 * held for the pages of that authorization. The document is kept as the user saw it when they consented. All later
 * steps (redeeming, refreshing, introspecting) use that snapshot and fetch nothing (findings V14, V15).
 */
export interface MetadataDocuments {
  /** Whether such clients are accepted at all; discovery announces it. */
  readonly isEnabled: boolean;
  /**
   * The client as its document is now, fetched unless a cached one is fresh. Throws 'invalid_request' when it is
   * unavailable or its host is not accepted, and 'invalid_field' with the member at fault. Throws 'forbidden' by
   * policy, and 'unavailable' over a budget.
   */
  current(id: string, asking: Asking): Promise<DocumentClient>;
  /** The client as it was last fetched, for pages and consent requests. Fetches nothing. */
  get(id: string): Promise<Versioned<Client> | undefined>;
  /** The client as the consenting user saw it. Fetches nothing. */
  version(id: string, version: string): Promise<DocumentClient | undefined>;
  /** Keeps a client as it was shown, at least until `until`. Must be called before a grant is given to it. */
  keep(client: DocumentClient, until: number): Promise<void>;
}

export const metadataDocuments = (deps: Dependencies): MetadataDocuments => {
  const { documents, ephemeral, clock, anonymous, masterKey, trustedFetch, policy } = deps;
  const snapshots = documents.collection<ClientSnapshot>(CLIENT_SNAPSHOTS);
  const read = new WeakMap<FetchedDocument, DocumentClient>();
  const held = new WeakMap<DocumentClient, number>();

  const checkKeyUrl: TrustedFetch['check'] = (url) =>
    trustedFetch.check(url, 'clientMetadata') ?? (policy.mayFetch(url) ? undefined : 'address_not_allowed');

  const clientIn = (id: string, document: FetchedDocument): DocumentClient => {
    const known = read.get(document);
    if (known) return known;
    const client = readMetadataDocument(id, document.body, {
      now: document.fetchedAt,
      checkKeyUrl,
      selfChosen: deps.selfChosen,
    });
    read.set(document, client);
    return client;
  };

  const fetched = async (id: string, source: string | undefined): Promise<DocumentClient> => {
    const request = {
      url: id,
      purpose: 'client_metadata',
      internal: 'clientMetadata',
      ...(source === undefined ? {} : { source }),
    } as const;
    const document = await trustedFetch.get(request);
    try {
      return clientIn(id, document);
    } catch (error) {
      // A bad document is not cached like a good one (draft §4.4): after a correction the client need not wait
      // for the cache to expire.
      const again = await trustedFetch.get({ ...request, again: true });
      if (again === document) throw error;
      return clientIn(id, again);
    }
  };

  /** A document has no owner, so it cannot be the client whose name was verified (DR-09). */
  const checkLikeness = async ({ id, name }: DocumentClient): Promise<void> => {
    if (name === new URL(id).host || !(await deps.names?.likeness({ id, name }))) return;
    throw nameRefusal('name_resembles_verified', { field: '/client_name' });
  };

  const keysOf = (id: string): readonly string[] =>
    masterKey.digests(KIND, id).map((digest) => `client-document:${digest}`);

  const heldClient = async (id: string): Promise<DocumentClient | undefined> => {
    for (const key of keysOf(id)) {
      const sealed = await ephemeral.get(key);
      const text = sealed === undefined ? undefined : openedOrNothing(masterKey, KIND, sealed);
      const client = text === undefined ? undefined : (JSON.parse(text) as DocumentClient);
      if (client?.id === id) return client;
    }
    return undefined;
  };

  const newestSnapshot = async (id: string): Promise<DocumentClient | undefined> => {
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const [found] = await snapshots.find({ where: { clientId: id }, order, limit: 1 });
    return found && found.document.expiresAt > clock.now() ? found.document.client : undefined;
  };

  const latest = async (id: string): Promise<DocumentClient | undefined> =>
    (await heldClient(id)) ?? (await newestSnapshot(id));

  /**
   * Records a change at most once a day for each new version, since the host of the document decides how often it
   * changes.
   */
  const noteChange = async (before: DocumentClient, after: DocumentClient, asking: Asking): Promise<void> => {
    if (before.documentVersion === after.documentVersion) return;
    const [key] = masterKey.ordered(KIND, after.id, after.documentVersion);
    if (!(await ephemeral.claim(`client-changed:${key}`, SAME_CHANGE_SECONDS))) return;
    const event: AuditEvent = {
      type: 'client.metadata_changed',
      outcome: 'done',
      target: { kind: 'client', id: after.id },
      changed: differences(before, after),
      inputs: { from: before.documentVersion, to: after.documentVersion },
      ...(asking.request === undefined ? {} : { request: asking.request }),
      ...(asking.source === undefined ? {} : { personal: { source: asking.source } }),
    };
    const isAllowed = (await newestSnapshot(after.id)) !== undefined;
    await anonymous.note(event, { share: isAllowed ? 'allowed' : 'documents', group: webDomain(after.id) });
  };

  const hold = async (client: DocumentClient, asking: Asking): Promise<void> => {
    const now = clock.now();
    const since = held.get(client);
    if (since !== undefined && since <= now && now < since + HOLD_AGAIN_SECONDS) return;
    const before = await latest(client.id);
    if (before) await noteChange(before, client, asking);
    const [key = ''] = keysOf(client.id);
    const seconds = deps.heldSeconds + HOLD_AGAIN_SECONDS;
    await deps.open.set('client_document', { [key]: masterKey.seal(KIND, JSON.stringify(client)) }, client.id, seconds);
    held.set(client, now);
  };

  return {
    isEnabled: policy.isEnabled,

    async current(id, asking): Promise<DocumentClient> {
      checkDocumentId(id);
      deps.selfChosen?.addresses.refuseHost(id, 'client_id');
      if (!policy.isAccepted(id)) throw metadataDocumentRefusal('document_host_refused');
      const client = await fetched(id, asking.source);
      await checkLikeness(client);
      await deps.permits?.(client, asking);
      await hold(client, asking);
      return client;
    },

    async get(id): Promise<Versioned<Client> | undefined> {
      const document = policy.isAccepted(id) ? await latest(id) : undefined;
      return document && { document, version: 1 };
    },

    async version(id, version): Promise<DocumentClient | undefined> {
      if (!policy.isAccepted(id)) return undefined;
      const found = (await snapshots.get(version))?.document;
      return found?.clientId === id && found.expiresAt > clock.now() ? found.client : undefined;
    },

    async keep(client, until): Promise<void> {
      const { documentVersion: id, id: clientId } = client;
      const expiresAt = until + SNAPSHOT_GRACE_SECONDS;
      await upsert(snapshots, id, (found = { id, clientId, client, createdAt: clock.now(), expiresAt: 0 }) =>
        found.expiresAt >= expiresAt ? undefined : { ...found, expiresAt },
      );
    },
  };
};

const WIRE_NAMES: Readonly<Record<string, string>> = { name: 'client_name' };
const NOT_COMPARED: readonly string[] = ['documentVersion', 'createdAt', 'updatedAt'];

/** Members of the document that differ, in the document's spelling. */
const differences = (before: DocumentClient, after: DocumentClient): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !NOT_COMPARED.includes(name))
    .filter((name) => JSON.stringify(Reflect.get(before, name)) !== JSON.stringify(Reflect.get(after, name)))
    .map((name) => WIRE_NAMES[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .sort();
